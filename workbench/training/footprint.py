"""The numbers of a network that its memory follows from, counted from its graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.networks.building import unfilled
from workbench.networks.cost import cost
from workbench.networks.structure import has_graph

if TYPE_CHECKING:
    import keras

    from workbench.networks.card import Build

# Layers that give what they got, in another shape.
_VIEWS = ("InputLayer", "Flatten", "Reshape", "Identity")
# How many arrays of the size of its output a layer keeps beyond one, because TensorFlow computes
# it in several steps; as measured, see memory.py.
_STEPS = {"hard_silu": 3, "gelu": 4, "LayerNormalization": 2}


@dataclass(frozen=True)
class Footprint:
    """What a network keeps.

    Attributes:
        parameters: all numbers it holds.
        trainable: those of them that training changes.
        layers: how many there are.
        kept: numbers of one image that the way forwards leaves for the way back.
        largest: numbers of one image that the largest layer gives.
        pixels: numbers of one image that go in.
    """

    parameters: int
    trainable: int
    layers: int
    kept: int
    largest: int
    pixels: int


@lru_cache(maxsize=32)
def footprint_of(build: Build, shape: tuple[int, int, int], outputs: int) -> Footprint:
    """Build a network without its weights and count; a second or less."""
    return unfilled(lambda: footprint(build(shape, outputs)))


def footprint(network: keras.Model) -> Footprint:
    """Count what a network with a graph keeps; models within it are counted layer by layer."""
    costs = cost(network)
    return Footprint(
        parameters=costs.parameters,
        trainable=costs.trainable,
        layers=len(costs.layers),
        kept=sum(_kept(layer, consumers, size) for layer, consumers, size in _uses(network)),
        largest=max((layer.activations for layer in costs.layers), default=0),
        pixels=math.prod(size or 1 for size in network.inputs[0].shape[1:]),
    )


def _uses(network: keras.Model) -> Iterator[tuple[Any, list[Any], int]]:
    """Each use of a layer: the layer, those that use what it gives, and how much that is."""
    for layer in network.layers:
        if has_graph(layer):
            yield from _uses(layer)
            continue
        for node in layer._inbound_nodes:
            size = sum(math.prod(n or 1 for n in output.shape[1:]) for output in node.outputs)
            yield layer, [after.operation for after in layer._outbound_nodes], size


def _kept(layer: Any, consumers: list[Any], size: int) -> int:
    """How much of what a layer gives is still there on the way back."""
    kind = type(layer).__name__
    if kind in _VIEWS:
        return 0
    if consumers and all(_needs_no_input(consumer) for consumer in consumers):
        return 0
    word = _word(getattr(layer, "activation", None))
    return (1 + max(_STEPS.get(kind, 0), _STEPS.get(word, 0))) * size


def _needs_no_input(layer: Any) -> bool:
    """Whether the way back does without what the layer got: sums and rectifiers."""
    kind = type(layer).__name__
    if kind in ("Add", "ReLU"):
        return True
    return kind == "Activation" and _word(layer.activation) in ("relu", "relu6")


def _word(activation: Callable[..., Any] | None) -> str:
    return getattr(activation, "__name__", "")
