"""Data: the form for a new dataset, a dataset being made, and a finished one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from workbench.api.datasets import start_dataset
from workbench.data import Dataset, DatasetConfig
from workbench.errors import WorkbenchError
from workbench.jobs import Job
from workbench.panels.dataset_form import DatasetForm
from workbench.panels.dataset_view import DatasetView
from workbench.panels.export_form import ExportForm
from workbench.panels.guard import clear_error
from workbench.panels.making import Making
from workbench.panels.page import Page
from workbench.panels.sample_writer import SampleWriter
from workbench.panels.view import close_tree

if TYPE_CHECKING:
    from workbench.panels.app import App

Refused = Callable[[WorkbenchError], object]


class DataPage(Page):
    """Shows one thing at a time; which, follows from what was asked for and from the job."""

    name = "data"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self._form: DatasetForm | None = None
        self._view: DatasetView | None = None
        self._making: Making | None = None
        self._writer: SampleWriter | None = None
        # Those under way whose dataset is not in sight, by its id.
        self.exports: dict[str, ExportForm] = {}

    def start(self) -> None:
        """Show the dataset that is selected, else the form."""
        if self.app.dataset is not None and self.app.dataset.status == "done":
            self.show_dataset(self.app.dataset)
        else:
            self.show_form()

    def show_form(self, config: DatasetConfig | None = None) -> None:
        """Show the form, filled from a configuration."""
        self._leave()
        self._form = DatasetForm(self, config)
        self.fill(*self._form.widgets)

    def show_dataset(self, dataset: Dataset) -> None:
        """Show a dataset, or how far it is."""
        self._leave()
        self.app.dataset = dataset
        if dataset.status == "done":
            self._view = DatasetView(self, dataset)
            self.fill(*self._view.widgets)
        else:
            self._making = Making(self, dataset.job)
            self.fill(*self._making.widgets)

    def try_mnist(self) -> None:
        """Make the MNIST dataset from the digits that come with the package."""
        self._leave()
        self._writer = SampleWriter(self, self.create)
        self.fill(*self._writer.widgets)

    def create(
        self,
        config: DatasetConfig,
        secrets: Mapping[str, str] | None = None,
        refused: Refused | None = None,
    ) -> None:
        """Begin to make a dataset and show how far it is.

        Args:
            secrets: keys and passwords, which are kept nowhere.
            refused: told why it cannot be begun; without it the page shows that.
        """
        home = self.home

        def work() -> Job | WorkbenchError:
            # It asks the source, which may be a server that takes its time.
            try:
                return start_dataset(config, secrets=secrets, home=home)
            except WorkbenchError as error:
                return error

        def then(begun: Job | WorkbenchError) -> None:
            if isinstance(begun, Job):
                self.show_dataset(Dataset(begun))
            elif refused is None:
                raise begun
            else:
                refused(begun)

        self.begin(work, then)

    def refresh(self) -> None:
        """Follow what is in sight."""
        if self._making is not None:
            if self._making.refresh():
                self.show_dataset(Dataset(self._making.job))
            return
        for part in (self._form, self._writer, self._view):
            refresh = getattr(part, "refresh", None)
            if refresh is not None:
                refresh()

    def failed(self) -> None:
        """Something that was begun has failed."""
        if self._writer is not None:
            self.show_form()
        elif self._form is not None:
            self._form.idle()

    def close(self) -> None:
        """Close every widget of the page."""
        super().close()
        for export in self.exports.values():
            close_tree(export.root)

    def close_dataset(self) -> None:
        """The dataset in sight is gone."""
        self.app.dataset = None
        self.show_form()

    def _leave(self) -> None:
        clear_error(self.error)
        if self._form is not None:
            self._form.forget()
        if self._view is not None:
            self._view.detach()
        self._form = self._view = self._making = self._writer = None
