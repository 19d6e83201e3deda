"""Layers as they were recorded while their network was trained."""

from __future__ import annotations

from workbench.inference.layers import Layers, LayerView, view_input
from workbench.training.layer_records import Look


def layers_of(look: Look) -> Layers:
    """The image that was looked at, then the watched layers; large arrays were cut."""
    return Layers([view_input(look.pixels), *map(LayerView.of, look.layers)])
