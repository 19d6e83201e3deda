"""What every layer of a network has learnt, and what it made of one image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.inference.statistics import Statistics, measure
from workbench.inference.tiles import Tiles, activation_tiles, image_tiles, weight_tiles

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class LayerView:
    """One layer: its weights, and its output after the activation function.

    Attributes:
        kind: the class of the layer, such as ``Conv2D``.
        parameters: how many numbers it has learnt or holds.
        weights: arrays by name (``kernel``, ``bias`` …).
        activation: its output for the image, without the batch axis.
    """

    name: str
    kind: str
    parameters: int
    weights: Mapping[str, np.ndarray]
    activation: np.ndarray

    @cached_property
    def statistics(self) -> Statistics:
        """Figures of the activation."""
        return measure(self.activation)

    @cached_property
    def weight_statistics(self) -> dict[str, Statistics]:
        """Figures of each weight array."""
        return {name: measure(array) for name, array in self.weights.items()}

    def tiles(self) -> Tiles:
        """The activation as a picture."""
        if self.kind == "Input":
            return image_tiles(self.activation)
        return activation_tiles(self.activation)

    def weight_tiles(self, name: str = "kernel") -> Tiles:
        """One weight array as a picture."""
        return weight_tiles(self.weights[name])


class Layers(Mapping[str, LayerView]):
    """The layers of a network by name, in the order of computation."""

    def __init__(self, views: list[LayerView]) -> None:
        self._views = {view.name: view for view in views}

    def __getitem__(self, name: str) -> LayerView:
        return self._views[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def __repr__(self) -> str:
        return "\n".join(
            f"{view.name:<18}{view.kind:<16}{'×'.join(map(str, view.activation.shape)):<14}"
            f"{view.parameters:>10,} parameters"
            for view in self.values()
        )


def flat(model: keras.Model) -> list[keras.layers.Layer]:
    """The layers after the input in order, those of models within it in their place."""
    import keras

    found: list[keras.layers.Layer] = []
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found += flat(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            found.append(layer)
    return found


def probe(model: keras.Model) -> keras.Model:
    """A model with the same weights that gives the output of every layer after the input.

    Models within it are unfolded, for the outputs of their layers are else out of reach.
    """
    import keras

    pixels = keras.Input(model.input_shape[1:], name="pixels")
    outputs: list[keras.KerasTensor] = []
    _replay(model, pixels, outputs)
    return keras.Model(pixels, outputs, name="probe")


def _replay(
    model: keras.Model, tensor: keras.KerasTensor, outputs: list[keras.KerasTensor]
) -> keras.KerasTensor:
    import keras

    if isinstance(model, keras.Sequential):
        for layer in model.layers:
            tensor = _apply(layer, (tensor,), {}, outputs)
        return tensor
    made = {id(model.inputs[0]): tensor}
    for operation in model.operations:
        if isinstance(operation, keras.layers.InputLayer):
            continue
        node = operation._inbound_nodes[-1]
        arguments, keywords = node.arguments.fill_in(made)
        value = _apply(operation, arguments, keywords, outputs)
        made.update(zip(map(id, node.outputs), keras.tree.flatten(value), strict=False))
    return made[id(model.outputs[0])]


def _apply(
    operation: keras.Operation,
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    outputs: list[keras.KerasTensor],
) -> keras.KerasTensor:
    import keras

    if isinstance(operation, keras.Model):
        return _replay(operation, arguments[0], outputs)
    result = operation(*arguments, **keywords)
    # A bare operation, such as the sum of two outputs, is no layer and has no view.
    if isinstance(operation, keras.Layer):
        outputs.append(result)
    return result


def view_input(pixels: np.ndarray) -> LayerView:
    """Describe the input: the pixels themselves."""
    return LayerView("input", "Input", 0, {}, pixels.astype(np.float32))


def view(layer: keras.layers.Layer, activation: np.ndarray) -> LayerView:
    """Describe one layer with its output for one image."""
    weights = {weight.name: np.asarray(weight) for weight in _weights(layer)}
    return LayerView(
        name=layer.name,
        kind=type(layer).__name__,
        parameters=sum(array.size for array in weights.values()),
        weights=weights,
        activation=activation,
    )


def _weights(layer: keras.layers.Layer) -> list[keras.Variable]:
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
