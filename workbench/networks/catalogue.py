"""The networks one can choose from, each a card and a recipe."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import NotFound

if TYPE_CHECKING:
    import keras

Build = Callable[[tuple[int, int, int], int], "keras.Model"]


@dataclass(frozen=True)
class NetworkCard:
    """What one should know of a network before choosing it.

    Attributes:
        recipe: ``module:function`` of ``build(input_shape, outputs) -> keras.Model``; the
            model takes raw pixels (float32, 0–255, mean possibly subtracted) of shape
            ``(height, width, channels)`` and gives ``outputs`` raw numbers (logits).
        default_input: height, width and channels it was designed for.
        smallest: the least height and width it can be built for.
    """

    name: str
    title: str
    recipe: str
    default_input: tuple[int, int, int]
    default_batch_size: int
    smallest: tuple[int, int]
    reference: str

    @property
    def build(self) -> Build:
        """The recipe itself; imports Keras."""
        module, function = self.recipe.split(":")
        return getattr(importlib.import_module(module), function)


_CARDS = (
    NetworkCard(
        name="lenet",
        title="LeNet",
        recipe="workbench.networks.lenet:build",
        default_input=(28, 28, 1),
        default_batch_size=64,
        smallest=(16, 16),
        reference="LeCun et al., Gradient-based learning applied to document recognition, 1998",
    ),
)


def catalogue() -> dict[str, NetworkCard]:
    """All networks by name, in the order they are offered."""
    return {card.name: card for card in _CARDS}


def get(name: str) -> NetworkCard:
    """Find a network.

    Raises:
        NotFound: the catalogue has none of that name.
    """
    cards = catalogue()
    if name not in cards:
        raise NotFound(f"there is no network {name!r}; choose one of {', '.join(cards)}")
    return cards[name]
