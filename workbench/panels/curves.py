"""The curves of a run: one Plotly figure, moved rather than redrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from workbench.panels.plotted import Plotted
from workbench.training.history import History, Mark

MOST_POINTS = 2000
SMOOTHING = 0.9
# About as much of the axis as a label takes on a narrow page.
_LABEL = 0.3

Line = tuple[np.ndarray, np.ndarray]


class Curves(Plotted):
    """Loss on the left axis, accuracy on the right one, the learning rate in a strip below.

    Attributes:
        figure: what is shown; ``lines`` has the name and number of points of each line.
        blob: all x, then all y values of each line in turn, float64.
    """

    figure = traitlets.Dict({"lines": []}).tag(sync=True)
    blob = traitlets.Bytes().tag(sync=True)

    def __init__(self) -> None:
        super().__init__("curves.js")
        self.add_class("wb-curves")

    def show(self, history: History, epochs: float) -> None:
        """Show a history on an axis of so many epochs."""
        lines = {name: downsampled(*line) for name, line in _lines(history).items()}
        best = history.best()
        figure: dict[str, Any] = {
            "lines": [[name, len(y)] for name, (_, y) in lines.items()],
            "epochs": epochs,
            "best": None if best is None else [best[0], 100 * best[1]],
            "marks": labelled(history.marks, epochs),
        }
        with self.hold_sync():
            self.blob = b"".join(part.tobytes() for line in lines.values() for part in line)
            self.figure = figure


def _lines(history: History) -> dict[str, Line]:
    epochs, loss = history.series("train_loss")
    accuracy = history.series("val_accuracy")
    return {
        "train loss": (epochs, loss),
        "train loss, smoothed": (epochs, smoothed(loss, SMOOTHING)),
        "val loss": history.series("val_loss"),
        "val accuracy": (accuracy[0], 100 * accuracy[1]),
        "learning rate": history.series("learning_rate"),
    }


def labelled(marks: Sequence[Mark], epochs: float) -> list[tuple[float, str, int]]:
    """Marks with the row their label stands in, so that none lies over another."""
    ends: list[float] = []
    found = []
    for mark in marks:
        free = (row for row, end in enumerate(ends) if end <= mark.epoch)
        row = next(free, len(ends))
        ends[row : row + 1] = [mark.epoch + _LABEL * epochs]
        found.append((mark.epoch, mark.text, row))
    return found


def smoothed(values: np.ndarray, weight: float) -> np.ndarray:
    """Exponential moving average, corrected for its start as in Adam (Kingma and Ba, 2015)."""
    result, average, share = np.empty(len(values)), 0.0, 1.0
    for place, value in enumerate(values):
        average = weight * average + (1 - weight) * value
        share *= weight
        result[place] = average / (1 - share)
    return result


def downsampled(x: np.ndarray, y: np.ndarray, most: int = MOST_POINTS) -> Line:
    """At most ``most`` points: the least and the greatest of each stretch, and both ends."""
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if len(y) <= most:
        return x, y
    edges = np.linspace(0, len(y), (most - 2) // 2 + 1).astype(int)
    kept = {0, len(y) - 1}
    for start, stop in zip(edges[:-1], edges[1:], strict=True):
        kept |= {start + int(np.argmin(y[start:stop])), start + int(np.argmax(y[start:stop]))}
    places = sorted(kept)
    return x[places], y[places]
