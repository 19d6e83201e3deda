"""What every layer of a network has learnt, and what it made of one image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from workbench.inference.statistics import Statistics, measure
from workbench.inference.tiles import Tiles, activation_tiles, image_tiles, weight_tiles
from workbench.networks.probe import LayerState, state_of

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class LayerView(LayerState):
    """A layer to be looked at."""

    @classmethod
    def of(cls, state: LayerState) -> Self:
        """Look at a layer that was described."""
        return cls(**vars(state))

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
    return LayerView.of(state_of(layer, activation))
