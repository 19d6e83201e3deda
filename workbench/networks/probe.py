"""A model that gives the output of every layer of a network, and what its layers have learnt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.networks.structure import has_graph

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class LayerState:
    """One layer: what it has learnt, and its output, after the activation function, for an image.

    Attributes:
        kind: the class of the layer, such as ``Conv2D``.
        parameters: how many numbers it has learnt or holds.
        weights: arrays by name (``kernel``, ``bias`` …).
        activation: its output for the image, without the batch axis.
        shapes: where the arrays were thinned, what they were: of weights by name, and ``output``.
    """

    name: str
    kind: str
    parameters: int
    weights: Mapping[str, np.ndarray]
    activation: np.ndarray
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def state_of(layer: keras.Layer, activation: np.ndarray) -> LayerState:
    """Describe a layer with its output for one image."""
    weights = {weight.name: np.asarray(weight) for weight in learnt(layer)}
    count = sum(array.size for array in weights.values())
    return LayerState(layer.name, type(layer).__name__, count, weights, activation)


def flat(model: keras.Model) -> list[keras.layers.Layer]:
    """The layers after the input in order, those of models within it in their place."""
    import keras

    found: list[keras.layers.Layer] = []
    for layer in model.layers:
        if has_graph(layer):
            found += flat(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            found.append(layer)
    return found


def probe(model: keras.Model) -> keras.Model:
    """A model with the same weights that gives the output of every layer of :func:`flat`.

    Models within it are unfolded, for the outputs of their layers are else out of reach. Of a
    layer that is used more than once it gives the last.
    """
    import keras

    pixels = keras.Input(model.input_shape[1:], name="pixels")
    outputs: dict[int, keras.KerasTensor] = {}
    _replay(model, pixels, outputs)
    return keras.Model(pixels, [outputs[id(layer)] for layer in flat(model)], name="probe")


def _replay(
    model: keras.Model, tensor: keras.KerasTensor, outputs: dict[int, keras.KerasTensor]
) -> keras.KerasTensor:
    import keras

    if isinstance(model, keras.Sequential):
        for layer in model.layers:
            tensor = _apply(layer, (tensor,), {}, outputs)
        return tensor
    made = {id(model.inputs[0]): tensor}
    # The nodes of this model: its layers may be part of others, too.
    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in model._nodes_by_depth[depth]:
            if isinstance(node.operation, keras.layers.InputLayer):
                continue
            arguments, keywords = node.arguments.fill_in(made)
            value = _apply(node.operation, arguments, keywords, outputs)
            made.update(zip(map(id, node.outputs), keras.tree.flatten(value), strict=False))
    return made[id(model.outputs[0])]


def _apply(
    operation: keras.Operation,
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    outputs: dict[int, keras.KerasTensor],
) -> keras.KerasTensor:
    import keras

    if has_graph(operation):
        return _replay(operation, arguments[0], outputs)
    result = operation(*arguments, **keywords)
    # A bare operation, such as the sum of two outputs, is no layer and has no view.
    if isinstance(operation, keras.Layer):
        outputs[id(operation)] = result
    return result


def learnt(layer: keras.layers.Layer) -> list[keras.Variable]:
    """What a layer has learnt or holds; counters and random states are neither.

    Neither is the variance by which a mean subtraction divides: it is one everywhere.
    """
    import keras

    subtracts = isinstance(layer, keras.layers.Normalization) and not layer.trainable
    return [
        weight
        for weight in layer.weights
        if len(weight.shape) > 0
        and "seed" not in weight.path
        and not (subtracts and weight.name == "variance" and np.all(np.asarray(weight) == 1))
    ]
