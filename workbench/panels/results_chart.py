"""The one live figure of the results page: curves laid over each other, or accuracy and speed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from workbench.panels.curves import downsampled
from workbench.panels.plotted import Plotted

Line = tuple[np.ndarray, np.ndarray]


class ResultsChart(Plotted):
    """Draws what it is told; a click on a run calls ``open`` with its id.

    Attributes:
        figure: what is shown: ``kind`` is curves or scatter.
        blob: of curves all x, then all y values of each line in turn, float64.
    """

    figure = traitlets.Dict({"kind": "curves", "lines": []}).tag(sync=True)
    blob = traitlets.Bytes().tag(sync=True)

    def __init__(self, open: Callable[[str], object]) -> None:
        super().__init__("results_chart.js")
        self._open = open
        self.add_class("wb-results-chart")
        self.on_msg(self._receive)

    def show_curves(self, title: str, lines: list[tuple[str, Line]], share: bool) -> None:
        """Show one metric of several runs over epochs.

        Args:
            lines: the name of each run, its epochs and values.
            share: values are parts of one, shown in percent.
        """
        thinned = [(name, downsampled(*line)) for name, line in lines]
        figure: dict[str, Any] = {
            "kind": "curves",
            "title": f"{title}, %" if share else title,
            "lines": [[name, len(y)] for name, (_, y) in thinned],
        }
        factor = 100.0 if share else 1.0
        blob = b"".join(x.tobytes() + (factor * y).tobytes() for _, (x, y) in thinned)
        self._show(figure, blob)

    def show_scatter(self, x_title: str, y_title: str, points: list[dict[str, Any]]) -> None:
        """Show runs as discs: ``id``, ``name``, ``x``, ``y``, ``size`` (its area), ``text``."""
        figure = {"kind": "scatter", "xTitle": x_title, "yTitle": y_title, "points": points}
        self._show(figure, b"")

    def _show(self, figure: dict[str, Any], blob: bytes) -> None:
        if figure == self.figure and blob == self.blob:
            return
        with self.hold_sync():
            self.blob = blob
            self.figure = figure

    def _receive(self, _: object, content: dict[str, Any], buffers: object) -> None:
        if content.get("event") == "open":
            self._open(str(content.get("id")))
