"""Giving a network the arrays of a file or of a run, layer by layer.

A layer takes what the source has under its name if every array of it is there in the right shape,
else it keeps what was drawn for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import DataError
from workbench.networks.pretrained.stored import Stored, Weights
from workbench.networks.structure import leaves, named_variables

if TYPE_CHECKING:
    import keras

_NAMED = 3


@dataclass(frozen=True)
class Report:
    """What became of the weights of a source.

    Attributes:
        source: in words.
        loaded: the layers that took theirs.
        redrawn: the layers that found none that fit, and keep what was drawn.
        unused: the arrays that no layer took.
        advice: what is likely to be a mistake; empty if nothing is.
    """

    source: str
    loaded: tuple[str, ...]
    redrawn: tuple[str, ...]
    unused: tuple[str, ...]
    advice: str = ""

    def __str__(self) -> str:
        parts = [f"{_layers(len(self.loaded))} took the weights of {self.source}"]
        if self.redrawn:
            parts.append(f"drawn anew: {some(self.redrawn)}")
        if self.unused:
            parts.append(f"not used: {some(self.unused)}")
        if self.advice:
            parts.append(self.advice)
        return "; ".join(parts)


def load(
    network: keras.Model, weights: Weights, source: str, fresh: Collection[str] = ()
) -> Report:
    """Load what fits.

    Args:
        source: where the weights are from, in words.
        fresh: names of layers that keep what was drawn for them.

    Raises:
        DataError: nothing fits, or an array is damaged or holds no finite numbers.
    """
    by_tail = _by_tail(weights)
    loaded, redrawn, used = [], [], set()
    for layer in leaves(network):
        wanted = list(named_variables(layer))
        if not wanted:
            continue
        found = [_find(part, place, variable, by_tail) for part, place, variable in wanted]
        if layer.name in fresh or any(name is None for name in found):
            redrawn.append(layer.name)
            continue
        for (_, _, variable), name in zip(wanted, found, strict=True):
            variable.assign(_numbers(weights[str(name)], f"{name} of {source}"))
            used.add(name)
        loaded.append(layer.name)
    unused = [name for name in weights if name not in used]
    if not loaded:
        raise DataError(_nothing_fits(network, weights, source))
    return Report(source, tuple(loaded), tuple(redrawn), tuple(unused))


def _numbers(stored: Stored, name: str) -> np.ndarray:
    """Read an array and see that it holds what a weight can be.

    Raises:
        DataError: it is damaged, or its elements are no finite numbers.
    """
    array = stored.read()
    # TensorFlow's 16-bit kind is none of NumPy's own.
    if array.dtype.kind not in "fiub" and array.dtype.name != "bfloat16":
        raise DataError(f"{name} holds no numbers but {array.dtype.name}; give another file")
    with np.errstate(over="ignore"):
        finite = np.isfinite(array.astype(np.float32)).all()
    if not finite:
        raise DataError(f"{name} holds numbers that are not finite; give another file")
    return array


def _by_tail(weights: Weights) -> dict[str, list[tuple[str, Stored]]]:
    """The arrays by the last two parts of their names, the shortest names first."""
    found: dict[str, list[tuple[str, Stored]]] = {}
    for name in sorted(weights, key=len):
        found.setdefault(_tail(name), []).append((name, weights[name]))
    return found


def _tail(name: str) -> str:
    return "/".join(name.split("/")[-2:])


def _find(
    part: str,
    place: int,
    variable: keras.Variable,
    by_tail: Mapping[str, list[tuple[str, Stored]]],
) -> str | None:
    """The name of the array meant for a variable, whatever models it is nested in there."""
    for wanted in (f"{part}/{variable.name}", f"{part}/{place}"):
        for name, stored in by_tail.get(_tail(wanted), ()):
            nested = name == wanted or name.endswith(f"/{wanted}")
            if nested and stored.shape == tuple(variable.shape):
                return name
    return None


def _nothing_fits(network: keras.Model, weights: Weights, source: str) -> str:
    has = some([f"{name} {stored.shape}" for name, stored in weights.items()])
    wants = some(
        [
            f"{part}/{variable.name} {tuple(variable.shape)}"
            for layer in leaves(network)
            for part, _, variable in named_variables(layer)
        ]
    )
    return f"none of the weights of {source} fits: it has {has}, {network.name} wants {wants}"


def _layers(count: int) -> str:
    return "1 layer" if count == 1 else f"{count} layers"


def some(names: list[str] | tuple[str, ...]) -> str:
    """The first few of many names."""
    if not names:
        return "nothing"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
