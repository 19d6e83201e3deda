"""What a network costs: parameters, multiply-adds and activations, counted from its graph."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class LayerCost:
    """One use of one layer.

    Attributes:
        kind: the class of the layer, such as ``Conv2D``.
        output_shape: of its first output, without the batch axis.
        parameters: all numbers it holds; nothing where it is used again.
        trainable: those of them that training changes.
        multiply_adds: multiplications, each with its addition, an image. Convolutions and dense
            layers are counted; what others do is little beside it.
        activations: elements of all its outputs an image.
    """

    name: str
    kind: str
    output_shape: tuple[int | None, ...]
    parameters: int
    trainable: int
    multiply_adds: int
    activations: int


@dataclass(frozen=True)
class Cost:
    """What a network costs: its layers in order of computation, and their sums."""

    layers: tuple[LayerCost, ...]

    @property
    def parameters(self) -> int:
        """All numbers that the network holds, moving averages included."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def trainable(self) -> int:
        """The numbers that training changes, which is what papers call parameters."""
        return sum(layer.trainable for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        """Multiplications, each with its addition, that one image takes forwards."""
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def activations(self) -> int:
        """Elements of the outputs of all layers for one image."""
        return sum(layer.activations for layer in self.layers)


def cost(model: keras.Model) -> Cost:
    """Count what a built model costs; models within it are counted layer by layer.

    Sizes that the graph leaves open count as one. Auxiliary heads count as well. A subclassed
    model has no graph, and only its weights are counted.
    """
    graph = _graph(model)
    return Cost(tuple(_layers(graph, set())) if graph else (_opaque(model),))


def _graph(operation: Any) -> Any:
    """What holds the nodes of a model; None for anything else. A Sequential has it within."""
    graph = getattr(operation, "_functional", None) or operation
    return graph if hasattr(graph, "_nodes_by_depth") else None


def _layers(graph: Any, counted: set[int]) -> Iterator[LayerCost]:
    import keras

    nodes = {node for nodes in graph._nodes_by_depth.values() for node in nodes}
    for operation in graph.operations:
        if isinstance(operation, keras.layers.InputLayer):
            continue
        within = _graph(operation)
        for node in operation._inbound_nodes:
            if node in nodes and within:
                yield from _layers(within, counted)
            elif node in nodes:
                yield layer_cost(operation, node, counted)


def layer_cost(operation: Any, node: Any, counted: set[int]) -> LayerCost:
    """What one use of a layer costs; ``counted`` has the layers whose numbers are counted."""
    weights = [] if id(operation) in counted else getattr(operation, "weights", [])
    counted.add(id(operation))
    shape = tuple(node.outputs[0].shape[1:])
    return LayerCost(
        name=operation.name,
        kind=type(operation).__name__,
        output_shape=shape,
        parameters=_numbers(weights),
        trainable=_numbers([weight for weight in weights if weight.trainable]),
        multiply_adds=_multiply_adds(operation, node.input_tensors[0].shape[1:], shape),
        activations=sum(_elements(output.shape[1:]) for output in node.outputs),
    )


def _opaque(model: keras.Model) -> LayerCost:
    kind, trainable = type(model).__name__, _numbers(model.trainable_weights)
    return LayerCost(model.name, kind, (), _numbers(model.weights), trainable, 0, 0)


def _numbers(weights: list[Any]) -> int:
    return sum(_elements(weight.shape) for weight in weights)


def _elements(shape: tuple[int | None, ...]) -> int:
    return math.prod(size or 1 for size in shape)


def _multiply_adds(
    layer: Any, before: tuple[int | None, ...], after: tuple[int | None, ...]
) -> int:
    """How often the weights of a layer are used for one image."""
    from keras import layers

    if isinstance(layer, layers.Conv1D | layers.Conv2D | layers.Conv3D):
        return _elements(after) * _elements(layer.kernel.shape[:-1])
    if isinstance(layer, layers.Dense):
        return _elements(after) * layer.kernel.shape[0]
    if isinstance(layer, layers.DepthwiseConv1D | layers.DepthwiseConv2D):
        return _elements(after) * _elements(layer.kernel.shape[:-2])
    if isinstance(layer, layers.SeparableConv1D | layers.SeparableConv2D):
        depthwise, pointwise = layer.depthwise_kernel.shape, layer.pointwise_kernel.shape
        places = _elements(after) // pointwise[-1]
        return places * (_elements(depthwise) + _elements(pointwise))
    if isinstance(layer, layers.Conv1DTranspose | layers.Conv2DTranspose | layers.Conv3DTranspose):
        return _elements(before) * _elements(layer.kernel.shape[:-1])
    return 0
