"""A new version of a dataset: what was collected, what it is to be called, how it is divided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.api import as_code
from workbench.data import Dataset, DatasetConfig
from workbench.errors import WorkbenchError
from workbench.panels import fields as f
from workbench.panels.edits import Edits
from workbench.panels.guard import clear_error, guarded, show_error
from workbench.panels.names import next_name
from workbench.panels.view import View, box, button, note

_COLUMNS = [{"label": "Changes"}]


class VersionForm:
    """Shown when it is asked for or something was collected; nothing is made before the button.

    Args:
        page: with a lock and the home.
        make: begins to make the dataset of a configuration.
        closed: called when it is put away.
    """

    def __init__(
        self,
        page: Any,
        dataset: Dataset,
        edits: Edits,
        make: Callable[..., object],
        closed: Callable[[], object] = lambda: None,
    ) -> None:
        self.lock, self.dataset, self.edits = page.lock, dataset, edits
        self._make, self._closed = make, closed
        self._heading = View("heading", text="New version")
        self.error: View = note(tone="error")
        self.name = f.text("name", "Name of the new version", next_name(page.home, dataset.name))
        self.divide = f.choice(
            "divide", "Splits", [("As they are", "keep"), ("Divide again", "again")], "keep",
            "Again: every image is drawn anew, equal ones stay together.",
        )  # fmt: skip
        self.validation = f.number("validation_percent", "Validation, %", 25)
        self.test = f.number("test_percent", "Test, %", 0)
        self.most = f.number("max_per_class", "Most images a class", "", "no limit")
        self.old = f.select("old", "Class", [(name, name) for name in edits.classes])
        self.new = f.text("new", "New name", hint="a new name, or another class to merge into")
        self._fields = [self.name, self.validation, self.test, self.most]
        self._shares = box(self.validation.root, self.test.root, kind="wb-pair")
        handlers = {"undo": self._on_undo}
        self._steps = View("table", handlers, columns=_COLUMNS, rows=[])
        self._starting = False
        self._button = button("Make new version", self._on_make, "wb-primary", "wb-make-version")
        self._code = View("code", code="")
        self.root = self._layout()
        for field in [*self._fields, self.divide]:
            field.on_change(self._on_change)
        for field in self._fields:
            field.on_enter(self._on_enter)
        self.show(visible=False)

    @property
    def visible(self) -> bool:
        """Whether it is in sight."""
        return self.root.layout.display != "none"

    def show(self, visible: bool = True) -> None:
        """Show or hide it."""
        self.root.layout.display = None if visible else "none"
        if visible:
            self.show_edits()

    def reveal(self) -> None:
        """Bring it into sight, wherever the person is on the page."""
        turn = self._heading.data.get("reveal", 0) + 1
        self._heading.show(text="New version", reveal=turn)

    def show_edits(self) -> None:
        """Show what has been collected by now."""
        rows = [
            {
                "id": place,
                "cells": [str(edit)],
                "actions": [{"label": "Undo", "event": "undo", "title": f"Undo: {edit}"}],
            }
            for place, edit in enumerate(self.edits.log)
        ]
        empty = "Nothing is changed yet. Select images above, or change classes here."
        self._steps.show(columns=_COLUMNS, rows=rows, empty=empty, actions=True)
        names = [(name, name) for name in self.edits.classes]
        if names != list(self.old.control.options):
            self.old.control.options = names
        self._on_change()

    def config(self) -> DatasetConfig:
        """The configuration of the new version.

        Raises:
            InvalidValue: a field is wrong; the message begins with the field's name.
        """
        shares = {
            "validation_percent": f.as_number(self.validation) or 0,
            "test_percent": f.as_number(self.test) or 0,
        }
        again = self.divide.value == "again"
        source = self.edits.source(
            divide=self.divide.value,
            max_per_class=f.as_number(self.most, whole=True),
            **(shares if again else {}),
        )
        parent = self.dataset.config
        return DatasetConfig(
            name=str(self.name.value).strip(),
            source=source,
            image=parent.image,
            task=parent.task,
            seed=parent.seed,
            group=parent.group,
        )

    def _layout(self) -> Any:
        classes = f.fold(
            "Rename, merge or leave out classes",
            box(self.old.root, self.new.root, kind="wb-pair"),
            box(
                button("Rename or merge", self._on_rename, "wb-rename-class"),
                button("Leave the class out", self._on_leave_out, "wb-drop-class"),
                kind="wb-row",
            ),
        )
        form = box(
            self._heading,
            self._steps,
            classes,
            box(self.name.root, self.most.root, kind="wb-pair"),
            self.divide.root,
            self._shares,
            self.error,
            box(self._button, button("Close", self._on_close), kind="wb-row"),
            self._code,
        )
        form.add_class("wb-panel")
        return form

    @guarded
    def _on_change(self) -> None:
        self._shares.layout.display = None if self.divide.value == "again" else "none"
        try:
            code = as_code.create_dataset(self.config())
        except WorkbenchError as error:
            if not f.blame(self._fields, str(error)):
                self.validation.complain(str(error))
            self._button.disabled = True
            self._code.show(code="# the form is not filled in yet")
            return
        f.blame(self._fields, "")
        self._button.disabled = self._starting
        self._code.show(code=code)

    @guarded
    def _on_rename(self) -> None:
        clear_error(self.error)
        self.edits.rename(str(self.old.value), str(self.new.value).strip())
        self.new.value = ""

    @guarded
    def _on_leave_out(self) -> None:
        clear_error(self.error)
        self.edits.leave_out(str(self.old.value))

    @guarded
    def _on_undo(self, id: int) -> None:
        self.edits.undo(id)

    @guarded
    def _on_close(self) -> None:
        self.show(visible=False)
        self._closed()

    @guarded
    def _on_make(self) -> None:
        clear_error(self.error)
        if self._starting:  # the second click of two, on its way when the button was disabled
            return
        config = self.config()
        self._starting = self._button.disabled = True
        self._make(config, None, self._refused)

    @guarded
    def _on_enter(self) -> None:
        if not self._button.disabled:
            self._on_make()

    def _refused(self, error: WorkbenchError) -> None:
        self._starting = self._button.disabled = False
        show_error(self.error, error)
