"""Data: the form for a new dataset, a dataset being made, and a finished one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.api.datasets import start_dataset
from workbench.data import Dataset, DatasetConfig
from workbench.jobs import LIVE, Job
from workbench.panels.dataset_form import DatasetForm
from workbench.panels.dataset_view import DatasetView
from workbench.panels.guard import clear_error, guarded
from workbench.panels.home import progress_text
from workbench.panels.page import Page
from workbench.panels.view import View, button

if TYPE_CHECKING:
    from workbench.panels.app import App


class DataPage(Page):
    """Shows one of three things; which, follows from what was asked for and from the job."""

    name = "data"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self._form: DatasetForm | None = None
        self._view: DatasetView | None = None
        self._job: Job | None = None
        self._making: View | None = None

    def start(self) -> None:
        """Show the dataset that is selected, else the form."""
        if self.app.dataset is not None and self.app.dataset.status == "done":
            self.show_dataset(self.app.dataset)
        else:
            self.show_form()

    def show_form(self, config: DatasetConfig | None = None) -> None:
        """Show the form, filled from a configuration."""
        clear_error(self.error)
        self._job = self._view = None
        self._form = DatasetForm(self, config)
        self.fill(*self._form.widgets)

    def show_dataset(self, dataset: Dataset) -> None:
        """Show a dataset, or how far it is."""
        clear_error(self.error)
        self._form = self._view = None
        self._job = dataset.job
        self.app.dataset = dataset
        if dataset.status == "done":
            self._view = DatasetView(self, dataset)
            self.fill(*self._view.widgets)
        else:
            self._show_making()

    def try_mnist(self) -> None:
        """Make the MNIST dataset from the digits that come with the package."""
        self.show_form()
        assert self._form is not None
        self._form.try_mnist()

    def create(self, config: DatasetConfig) -> None:
        """Begin to make a dataset and show how far it is."""
        self.show_dataset(Dataset(start_dataset(config, home=self.home)))

    def refresh(self) -> None:
        """Follow the job in sight."""
        if self._form is not None:
            self._form.refresh()
        if self._job is not None and self._making is not None:
            self._follow(self._job)

    def failed(self) -> None:
        """Something the form began has failed."""
        if self._form is not None:
            self._form.idle()

    def close_dataset(self) -> None:
        """The dataset in sight is gone."""
        self.app.dataset = None
        self.show_form()

    def _show_making(self) -> None:
        self._title = View("title", text="")
        self._making = View("progress", fraction=None, text="")
        self._outcome = View("note", text="")
        self._stop = button("Stop", self._send_stop, "wb-stop")
        self._again = button("New dataset", self.show_form)
        self.fill(self._title, self._making, self._outcome, self._stop, self._again)
        self.refresh()

    def _follow(self, job: Job) -> None:
        summary = job.summary()
        if summary.status == "done":
            self._making = None
            self.show_dataset(Dataset(job))
            return
        live = summary.status in LIVE
        assert self._making is not None
        self._title.show(text=summary.name, status=summary.status)
        fraction = summary.progress.fraction if summary.progress else 0
        self._making.show(
            fraction=fraction if live else None, text=progress_text(summary) or "Starting …"
        )
        self._outcome.show(**_outcome(summary.status, summary.error))
        self._stop.layout.display = None if live else "none"
        self._again.layout.display = "none" if live else None

    @guarded
    def _send_stop(self) -> None:
        assert self._job is not None
        self._job.send("stop")


def _outcome(status: str, error: str | None) -> dict[str, Any]:
    if status in LIVE:
        return {"text": ""}
    if status == "failed":
        return {"text": error or "It failed; the log tells why.", "tone": "error"}
    return {"text": "It was not finished and has no images. Delete it on Home, or make a new one."}
