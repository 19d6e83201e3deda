"""Sweep: the page of many runs that differ in a few fields."""

from __future__ import annotations

from functools import cached_property

from workbench.errors import NotFound
from workbench.jobs import Job
from workbench.panels.guard import clear_error
from workbench.panels.page import Page
from workbench.panels.sweep_figure import SweepFigure
from workbench.panels.sweep_view import SweepView
from workbench.panels.view import close_tree, note


class SweepPage(Page):
    """Shows one sweep; its one figure is kept, for a new one costs seconds."""

    name = "sweep"
    tab = "results"

    def __init__(self, app: object) -> None:
        super().__init__(app)  # type: ignore[arg-type]
        self._view: SweepView | None = None

    def start(self) -> None:
        """Nothing is chosen yet."""
        self.fill(note("No sweep is chosen; open one from Home or Results.", "hint"))

    def show_sweep(self, job_id: str) -> None:
        """Show a sweep."""
        self._leave()
        self._view = SweepView(self, Job(self.home.path / "sweeps" / job_id))
        self.fill(*self._view.widgets)

    def close_sweep(self) -> None:
        """The sweep in sight is gone."""
        self._leave()
        self.start()
        self.app.open("home")

    def refresh(self) -> None:
        """Follow the sweep in sight."""
        if self._view is None:
            return
        try:
            self._view.refresh()
        except NotFound:
            self._leave()
            self.fill(note("The sweep was deleted.", "hint"))

    @cached_property
    def figure(self) -> SweepFigure:
        """The figure, made when a sweep is first shown: its library is five megabytes."""
        return SweepFigure()

    def close(self) -> None:
        """Close every widget of the page."""
        super().close()
        if "figure" in self.__dict__:
            close_tree(self.figure)

    def _leave(self) -> None:
        clear_error(self.error)
        if self._view is not None:
            self._view.detach()
        self._view = None
