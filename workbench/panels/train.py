"""Train: the form for a new run, and a run as it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.api.run import Run
from workbench.jobs import LIVE, Job
from workbench.panels.guard import clear_error
from workbench.panels.page import Page
from workbench.panels.run_view import RunView
from workbench.panels.train_form import TrainForm
from workbench.training.config import TrainConfig

if TYPE_CHECKING:
    from workbench.panels.app import App
    from workbench.panels.curves import Curves


class TrainPage(Page):
    """Shows one of two things; its one figure is kept, for a new one costs seconds."""

    name = "train"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.curves: Curves | None = None
        self._drawing = False
        self._view: RunView | None = None
        live = [s for s in self.home.summaries("run") if s.status in LIVE]
        if app.run is not None:
            self.show_run(app.run.id)
        elif live:
            self.show_run(live[0].id)
        else:
            self.show_form()

    def show_form(self, dataset: str | None = None, config: TrainConfig | None = None) -> None:
        """Show the form for a dataset, filled from a configuration."""
        self._leave()
        if dataset is None and self.app.dataset is not None:
            dataset = self.app.dataset.id
        self.fill(*TrainForm(self, dataset, config).widgets)

    def show_run(self, job_id: str) -> None:
        """Show a run."""
        job = Job(self.home.runs_dir / job_id)
        if self.app.run is None or self.app.run.id != job_id:
            self.app.run = Run(job)
        self._leave()
        if self.curves is None and not self._drawing:
            self._drawing = True
            self.begin(_load_plotly, self._make_curves)
        self._view = RunView(self, job)
        self.fill(*self._view.widgets)

    def close_run(self) -> None:
        """The run in sight is gone."""
        self.app.run = None
        self.show_form()

    def refresh(self) -> None:
        """Follow the run in sight."""
        if self._view is not None:
            self._view.refresh()

    def close(self) -> None:
        """Close every widget of the page."""
        super().close()
        if self.curves is not None:
            self.curves.close()

    def _leave(self) -> None:
        clear_error(self.error)
        if self._view is not None:
            self._view.detach()
        self._view = None

    def _make_curves(self, make: Any) -> None:
        self._drawing = False
        self.curves = make(self.app.dark)
        self.refresh()


def _load_plotly() -> Any:
    """Import plotly, which takes a second, in a thread; widgets are made by whoever asked."""
    from workbench.panels.curves import Curves

    return Curves
