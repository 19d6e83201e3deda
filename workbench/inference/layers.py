"""What every layer of a network has learnt, and what it made of one image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from workbench.inference.statistics import Statistics, measure
from workbench.inference.tiles import Tiles, activation_tiles, image_tiles, weight_tiles
from workbench.networks.probe import learnt

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
        shapes: where the arrays were thinned, what they were: of weights by name, and ``output``.
    """

    name: str
    kind: str
    parameters: int
    weights: Mapping[str, np.ndarray]
    activation: np.ndarray
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

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


def view_input(pixels: np.ndarray) -> LayerView:
    """Describe the input: the pixels themselves."""
    return LayerView("input", "Input", 0, {}, pixels.astype(np.float32))


def view(layer: keras.layers.Layer, activation: np.ndarray) -> LayerView:
    """Describe one layer with its output for one image."""
    weights = {weight.name: np.asarray(weight) for weight in learnt(layer)}
    return LayerView(
        name=layer.name,
        kind=type(layer).__name__,
        parameters=sum(array.size for array in weights.values()),
        weights=weights,
        activation=activation,
    )
