"""What a network said of one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from workbench.inference.layers import Layers


@dataclass(frozen=True)
class Result:
    """The answer for one image.

    Attributes:
        name: the file, empty if it was none.
        image: what the network saw, ``(height, width, channels)``.
        output: the network's raw numbers.
        predictions: all of them, surest first.
        milliseconds: how long the network took.
        layers: every layer by name, when they were asked for.
    """

    name: str
    image: np.ndarray
    output: np.ndarray
    predictions: tuple[Any, ...]
    milliseconds: float
    layers: Layers | None = None

    def top(self, count: int = 5) -> list[Any]:
        """The surest predictions."""
        return list(self.predictions[:count])

    def lines(self, number: int = 1, top: int = 5) -> list[str]:
        """The predictions as DIGITS' users know them, classes counted from 1."""
        return [
            f"For image {number}, predicted class {place}: "
            f"{p.index + 1} ({printable(p.label)}) {p.probability:.14f}"
            for place, p in enumerate(self.top(top), start=1)
        ]

    def raw_line(self, number: int = 1) -> str:
        """The network's raw output on one line."""
        values = ", ".join(f"{value:.2f}" for value in self.output)
        return f"Predictions for image {number}: [{values}]"

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        from workbench.inference.html import render

        return render(self)


def printable(text: str) -> str:
    """Text that cannot move a terminal's cursor."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)
