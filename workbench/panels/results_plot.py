"""Accuracy, speed and size of many runs in one figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.api.compare import figure
from workbench.api.figures import monitor_of
from workbench.panels import fields as f
from workbench.panels import format as fmt
from workbench.panels.guard import guarded
from workbench.panels.results_chart import ResultsChart
from workbench.panels.results_rows import Row
from workbench.panels.view import box, note

if TYPE_CHECKING:
    from workbench.panels.page import Page

MOST = 500
_AXES = [("Latency", "latency"), ("Parameters", "parameters")]
_TITLES = {"latency": "latency, ms an image", "parameters": "parameters"}


class AccuracyPlot:
    """Each run a disc: how fast, how good, and by its area how large its network is."""

    def __init__(self, page: Page, chart: ResultsChart) -> None:
        self.lock, self.error, self._chart = page.lock, page.error, chart
        self._rows: list[Row] = []
        self._chosen = False
        self.axis = f.choice("axis", "Across", _AXES, "parameters")
        self.axis.on_change(self._on_axis)
        self.note = note("", "hint")
        self._place = box(chart, kind="wb-stack")
        self.root = box(self.axis.root, self._place, self.note)
        self.root.add_class("wb-results-scatter")

    def detach(self) -> None:
        """Let go of the page's figure before the rest is closed."""
        self._place.children = ()

    def show(self, rows: list[Row]) -> None:
        """Show these runs; the latency of as many as were measured."""
        self._rows = rows
        if not self._chosen and any(row.latency for row in rows):
            # Until something is measured, size is what is known of speed.
            self._chosen, self.axis.value = True, "latency"
        self._draw()

    def _draw(self) -> None:
        across = str(self.axis.value)
        trained = [row for row in self._rows if row.best is not None]
        trained.sort(key=_badness)
        found = [point for row in trained[:MOST] if (point := _point(row, across)) is not None]
        name = monitor_of(trained[0].summary).name if trained else "val_accuracy"
        unit = ", %" if "accuracy" in name else ""
        title = f"best {name.replace('_', ' ')}{unit}"
        self._chart.show_scatter(_TITLES[across], title, found)
        self.note.show(text=_told(across, len(found), len(self._rows)), tone="hint")

    @guarded
    def _on_axis(self) -> None:
        self._chosen = True
        self._draw()


def _badness(row: Row) -> float:
    best = row.best or 0.0
    return -best if monitor_of(row.summary).higher_is_better else best


def _point(row: Row, across: str) -> dict[str, Any] | None:
    parameters = row.summary.facts.get("parameters")
    x = parameters if across == "parameters" else row.latency and row.latency.milliseconds
    if not x or row.best is None:
        return None
    name = monitor_of(row.summary).name
    words = [figure(name, row.best), row.network]
    if parameters:
        words.append(f"{fmt.count(parameters)} parameters")
    if row.latency:
        words.append(f"{row.latency.milliseconds:.2f} ms on {row.latency.device}")
    return {
        "id": row.id,
        "name": row.summary.name,
        "x": x,
        "y": 100 * row.best if "accuracy" in name else row.best,
        "size": parameters or 1,
        "text": " · ".join(words),
    }


def _told(across: str, shown: int, all_: int) -> str:
    if across == "latency" and not shown:
        return "No latency is known yet. Select runs below, then Measure latency."
    best = "The best " if shown == MOST else ""
    text = f"{best}{shown:,} of {all_:,} runs; the area of each is the size of its network."
    if across == "latency" and shown < all_:
        text += " Select others, then Measure latency."
    return text
