"""Train: the form for a new run, and a run as it goes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from workbench.api.run import Run
from workbench.jobs import LIVE, Job
from workbench.panels.curves import Curves
from workbench.panels.guard import clear_error
from workbench.panels.page import Page
from workbench.panels.run_view import RunView
from workbench.panels.train_form import TrainForm
from workbench.panels.view import close_tree
from workbench.training.config import TrainConfig

if TYPE_CHECKING:
    from workbench.panels.app import App


class TrainPage(Page):
    """Shows one of two things; its one figure is kept, for a new one costs seconds."""

    name = "train"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self._view: RunView | None = None
        self._form: TrainForm | None = None

    def start(self) -> None:
        """Show the run that is selected, else one that is under way, else the form."""
        live = [s for s in self.home.summaries("run") if s.status in LIVE]
        if self.app.run is not None:
            self.show_run(self.app.run.id)
        elif live:
            self.show_run(live[0].id)
        else:
            self.show_form()

    def show_form(self, dataset: str | None = None, config: TrainConfig | None = None) -> None:
        """Show the form for a dataset, filled from a configuration."""
        self._leave()
        if dataset is None and self.app.dataset is not None:
            dataset = self.app.dataset.id
        self._form = TrainForm(self, dataset, config)
        self.fill(*self._form.widgets)

    def show_run(self, job_id: str) -> None:
        """Show a run."""
        job = Job(self.home.runs_dir / job_id)
        if self.app.run is None or self.app.run.id != job_id:
            self.app.run = Run(job)
        self._leave()
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
        elif self._form is not None:
            self._form.refresh()
            # Drawn with while the form is filled in, the library is there when the curve begins.
            _ = self.curves

    def failed(self) -> None:
        """Something begun has failed; the form waits for it no longer."""
        if self._form is not None:
            self._form.forget()

    @cached_property
    def curves(self) -> Curves:
        """The figure, made when a run is first shown: its library is five megabytes."""
        return Curves()

    def close(self) -> None:
        """Close every widget of the page."""
        super().close()
        if "curves" in self.__dict__:
            close_tree(self.curves)

    def _leave(self) -> None:
        clear_error(self.error)
        if self._view is not None:
            self._view.detach()
        if self._form is not None:
            self._form.forget()
        self._view = self._form = None
