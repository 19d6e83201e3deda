"""Results: every run in one list, compared, grouped and cleared away."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from workbench.errors import InvalidValue
from workbench.jobs import Job
from workbench.panels.background import Background
from workbench.panels.guard import clear_error, guarded
from workbench.panels.page import Page
from workbench.panels.results_chart import ResultsChart
from workbench.panels.results_columns import Survey, survey
from workbench.panels.results_compare import MOST, CompareView
from workbench.panels.results_deeds import Deeds
from workbench.panels.results_list import ResultsList
from workbench.panels.results_plot import AccuracyPlot
from workbench.panels.results_rows import Rows
from workbench.panels.results_sweeps import SweepList
from workbench.panels.view import View, box, button, close_tree
from workbench.training.config import TrainConfig

if TYPE_CHECKING:
    from workbench.panels.app import App

# So long somebody who opens the page waits for its rows; longer looks are taken up later.
_PATIENCE_S = 0.4
# Looking takes at most this share of the time.
_SHARE = 0.1


class ResultsPage(Page):
    """The list of runs; in its place, when it is asked for, the comparison of some.

    The disk is looked at in a thread: ten thousand runs take their time.
    """

    name = "results"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self._rows = Rows(self.home)
        self._look: Background[Survey] | None = None
        self._look_at = 0.0
        self._read = False
        self._compare: CompareView | None = None
        self._plot: AccuracyPlot | None = None
        self.deeds = Deeds(self, lambda: self.list.selected, self._look_now)
        handlers: dict[str, Any] = {
            "open": self._on_open,
            "open_sweep": self._on_open_sweep,
            "compare": self._on_compare,
            "clone": self._on_clone,
            **self.deeds.handlers,
        }
        self.list = ResultsList(self, handlers, self._show_plot)
        self.sweeps = SweepList(self, self._on_open_sweep)
        self._reading = View("progress", fraction=None, text="")
        self._plot_button = button(
            "Accuracy and speed", self._on_plot, "wb-results-show-plot",
            tooltip="Accuracy, latency and size of the runs below in one figure",
        )  # fmt: skip
        head = box(
            View("title", text="Results"),
            box(self.sweeps.button, self._plot_button, kind="wb-row"),
            kind="wb-head",
        )
        self._plot_place = box()
        self._all = box(
            head,
            self._reading,
            self.sweeps.root,
            self._plot_place,
            self.deeds.root,
            self.list.grid,
        )
        self._comparison = box()
        self.fill(self._all, self._comparison)

    def refresh(self) -> None:
        """Look at the runs again, unless that was just done."""
        if self._compare is not None:
            self._compare.refresh()
        self.deeds.refresh()
        if self._look is None and time.monotonic() >= self._look_at:
            self._look_now(0.0 if self._read else _PATIENCE_S)
        else:
            self._take_look()

    def close(self) -> None:
        """Close every widget of the page."""
        self.deeds.stop()
        if self._look is not None:
            self._look.join(_PATIENCE_S)
        super().close()
        if "chart" in self.__dict__:
            close_tree(self.chart)

    @cached_property
    def chart(self) -> ResultsChart:
        """The figure, made when it is first wanted: its library is five megabytes."""
        return ResultsChart(self._on_open)

    def _look_now(self, patience: float = _PATIENCE_S) -> None:
        """Begin to look at the disk, and show what is there if that is soon done."""
        if self._look is None:
            begun = time.monotonic()

            def take(found: Survey) -> None:
                now = time.monotonic()
                self._look_at = now + (now - begun) / _SHARE
                self._take(found)

            self._look = Background(self._survey, take)
            self._look.join(patience)
        self._take_look()

    def _take_look(self) -> None:
        look = self._look
        if look is None:
            return
        try:
            done = look.poll()
        except BaseException:
            self._look = None
            raise
        if done:
            self._look = None
        self._show_reading(done)

    def _show_reading(self, done: bool) -> None:
        if done or self._read:
            self._reading.show(fraction=None, text="")
            return
        read, total = self.home.reading or (0, 0)
        text = f"Looking through the runs, {read:,} of {total:,} jobs" if total else ""
        fraction = read / total if total else 0
        self._reading.show(fraction=fraction, text=text or "Looking through the runs …")

    def _survey(self) -> Survey:
        """What there is; the same object as before where nothing has changed."""
        rows, before = self._rows.read(), self.list.survey
        sweeps = self._rows.sweeps
        if _same(rows, before.rows) and _same(sweeps, before.sweeps):
            return before
        return survey(rows, sweeps)

    def _take(self, found: Survey) -> None:
        if found is not self.list.survey or not self._read:
            self._read = True
            self.list.take(found)
            self.sweeps.show(found.sweeps)

    def _show_plot(self) -> None:
        if self._plot is not None and self._compare is None:
            self._plot.show(self.list.found)

    @guarded
    def _on_open(self, id: str) -> None:
        self.app.open_run(id)

    @guarded
    def _on_open_sweep(self, id: str) -> None:
        self.app.open_sweep(id)

    @guarded
    def _on_clone(self) -> None:
        for row in self.list.selected[:1]:
            config = TrainConfig.from_dict(Job(self.home.runs_dir / row.id).config)
            self.app.new_run(config.dataset, config)

    @guarded
    def _on_plot(self) -> None:
        if self._plot is not None:
            self._close_plot()
            return
        self._plot = AccuracyPlot(self, self.chart)
        self._plot_place.children = (self._plot.root,)
        self._plot.show(self.list.found)

    def _close_plot(self) -> None:
        if self._plot is not None:
            self._plot.detach()
            self._plot_place.children = ()
            close_tree(self._plot.root)
            self._plot = None

    @guarded
    def _on_compare(self) -> None:
        clear_error(self.error)
        rows = self.list.selected
        if len(rows) > MOST:
            raise InvalidValue(f"at most {MOST} runs can be compared, {len(rows):,} are selected")
        names = {row.summary.dataset: row.dataset for row in rows if row.summary.dataset}
        self._close_plot()
        self._compare = CompareView(self, [row.id for row in rows], self.chart, names, self._back)
        self._comparison.children = (self._compare.root,)
        _show(self._all, False)

    @guarded
    def _back(self) -> None:
        if self._compare is not None:
            self._compare.detach()
            self._comparison.children = ()
            close_tree(self._compare.root)
            self._compare = None
        _show(self._all, True)


def _same(found: Sequence[object], before: Sequence[object]) -> bool:
    """Whether nothing has come, gone or changed."""
    pairs = zip(found, before, strict=False)
    return len(found) == len(before) and all(a is b for a, b in pairs)


def _show(widget: widgets.DOMWidget, visible: bool) -> None:
    widget.layout.display = None if visible else "none"
