"""A finished dataset: what it is, what was found in it, its images, what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from workbench.api import as_code
from workbench.api.datasets import delete_dataset
from workbench.data import Dataset
from workbench.panels import dataset_facts as facts
from workbench.panels import format as fmt
from workbench.panels.confirm import Confirm
from workbench.panels.edits import Edits
from workbench.panels.explorer import Explorer
from workbench.panels.export_form import ExportForm
from workbench.panels.guard import clear_error, guarded
from workbench.panels.pictures import thumbnails
from workbench.panels.report_view import ReportView
from workbench.panels.version_form import VersionForm
from workbench.panels.view import View, box, button, note
from workbench.panels.words import Notes, Rename

if TYPE_CHECKING:
    from workbench.panels.data import DataPage

__all__ = ["DatasetView", "thumbnails"]


class DatasetView:
    """What there is to see of a dataset; beside the edits it collects, it keeps nothing."""

    def __init__(self, page: DataPage, dataset: Dataset) -> None:
        self.page, self.lock, self.dataset = page, page.lock, dataset
        self.error: View = note(tone="error")
        self._confirm = Confirm()
        self._title = View("title", text="")
        self._facts = View(
            "facts", {"open_dataset": self._open, "open_run": self._open_run}, facts=[]
        )
        self._sizes = View("sizes", charts=[])
        self.edits = Edits(dataset, self._on_edits)
        self.explorer = Explorer(page, dataset, self.edits)
        # Forms are made when they are first asked for: the page is there sooner.
        self.version: VersionForm | None = None
        self.export: ExportForm | None = page.exports.pop(dataset.id, None)
        self.rename: Rename | None = None
        self._above, self._below = box(*([self.export.root] if self.export else [])), box()
        self.notes = Notes(page, dataset.job)
        self.report = ReportView(page, dataset, self.explorer.show_finding, self._show_sizes)
        self.widgets = (self._title, self._buttons(), *self._panels(), self._body())
        self._show_words()

    def detach(self) -> None:
        """Let an export that is under way go on; it is in sight again when the dataset is."""
        if self.export is not None and self.export.running:
            rest = [child for child in self._above.children if child is not self.export.root]
            self._above.children = rest
            self.page.exports[self.dataset.id] = self.export

    def _buttons(self) -> widgets.Widget:
        self._train = button("Train a network", self._on_train, "wb-primary", "wb-train-on")
        return box(
            self._train,
            button("New version", self._on_version, "wb-new-version",
                   tooltip="Exclude, relabel, merge classes, divide again: a new dataset"),
            button("Export …", self._on_export, "wb-export"),
            button("Clone", self._on_clone, "wb-clone",
                   tooltip="The form, filled as for this dataset"),
            button("Rename", self._on_rename, "wb-rename"),
            button("New dataset", self._on_new),
            button("Delete", self._ask, "wb-danger"),
            kind="wb-row",
        )  # fmt: skip

    def _panels(self) -> tuple[widgets.Widget, ...]:
        """What stands under the buttons that brought it."""
        return self.error, self._confirm.root, self._above

    def _body(self) -> widgets.Widget:
        code = View("code", code=as_code.create_dataset(self.dataset.config))
        # The new version stands where images are selected for it, and moves none of them.
        main = box(self.report.root, self.report.error, self.explorer.root, self._below, code)
        aside = box(
            facts.counts_of(self.dataset),
            facts.mean_of(self.dataset),
            self._sizes,
            self._facts,
            self.notes.root,
            facts.history_of(self.dataset.job),
        )
        return box(main, aside, kind="wb-main-aside")

    def _show_words(self) -> None:
        """Show what may change: the name, and who uses it."""
        dataset = self.dataset
        self._title.show(text=dataset.name, status="done", sub=facts.about(dataset, self.page.home))
        found = facts.facts_of(dataset, self.page.home, dataset.summary())
        self._facts.show(title="Dataset", facts=found)

    def _show_sizes(self, sizes: dict[str, list[float]]) -> None:
        self._sizes.show(**facts.size_charts(sizes))

    def _on_edits(self) -> None:
        self.explorer.show_edits()
        self._show_version()

    def _show_version(self) -> VersionForm:
        if self.version is None:
            self.version = VersionForm(
                self.page, self.dataset, self.edits, self.page.create, self._on_version_closed
            )
            self._below.children = (self.version.root,)
        self.version.show()
        self._train.remove_class("wb-primary")  # one button of a page is the primary one
        return self.version

    @guarded
    def _on_train(self) -> None:
        self.page.home.job(self.dataset.id, "dataset")  # it may have been deleted elsewhere
        self.page.app.new_run(self.dataset.id)

    @guarded
    def _on_version(self) -> None:
        self._show_version().reveal()

    def _on_version_closed(self) -> None:
        self._train.add_class("wb-primary")

    @guarded
    def _on_export(self) -> None:
        if self.export is None:
            self.export = ExportForm(self.page, self.dataset)
            self._above.children = (*self._above.children, self.export.root)
        self.export.show(not self.export.visible)
        (self._train.remove_class if self.export.visible else self._train.add_class)("wb-primary")

    @guarded
    def _on_rename(self) -> None:
        if self.rename is None:
            self.rename = Rename(self.page, self.dataset.job, self._show_words)
            self._above.children = (self.rename.root, *self._above.children)
        self.rename.show()

    @guarded
    def _on_new(self) -> None:
        self.page.show_form()

    @guarded
    def _on_clone(self) -> None:
        self.page.show_form(self.dataset.config)

    @guarded
    def _open(self, id: str) -> None:
        self.page.app.open_dataset(id)

    @guarded
    def _open_run(self, id: str) -> None:
        self.page.app.open_run(id)

    @guarded
    def _ask(self) -> None:
        clear_error(self.error)
        self.page.home.check_unused(self.dataset.job)
        size = fmt.size(self.dataset.job.size_bytes())
        question = (
            f"Delete the dataset {self.dataset.name} and its {size} of records? "
            "Your own images stay where they are."
        )
        self._confirm.ask(question, "Delete", self._delete)

    @guarded
    def _delete(self) -> None:
        clear_error(self.error)
        delete_dataset(self.dataset.job)
        self.page.close_dataset()
