"""What people write about a job: its name and their notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from workbench.jobs import Job
from workbench.panels import fields as f
from workbench.panels.guard import clear_error, guarded
from workbench.panels.view import View, box, button, note


class Notes:
    """A text that is on disk as soon as it is typed."""

    def __init__(self, page: Any, job: Job) -> None:
        self.lock, self._job = page.lock, job
        self.error: View = note(tone="error")
        self.text = widgets.Textarea(
            description="Notes", value=job.notes, placeholder="What you want to remember"
        )
        self.text.observe(lambda _: self._save(), "value")
        self.root = box(self.text, self.error, kind="wb-field")

    @guarded
    def _save(self) -> None:
        clear_error(self.error)
        self._job.write_notes(self.text.value)


class Rename:
    """A field for another name, out of sight until it is asked for.

    Args:
        renamed: called when the job has its new name.
    """

    def __init__(self, page: Any, job: Job, renamed: Callable[[], object]) -> None:
        self.lock, self._job, self._renamed = page.lock, job, renamed
        self.name = f.text("name", "New name", job.name)
        self.name.on_enter(self._on_save)
        self.error = self.name.message
        self.root = box(
            self.name.root,
            box(
                button("Rename", self._on_save, "wb-rename-save"),
                button("Keep", self.hide),
                kind="wb-row",
            ),
        )
        self.root.add_class("wb-panel")
        self.hide()

    def show(self) -> None:
        """Show the field, with the name as it is."""
        self.name.value = self._job.name
        self.root.layout.display = None

    def hide(self) -> None:
        """Take the field away."""
        self.name.complain("")
        self.root.layout.display = "none"

    @guarded
    def _on_save(self) -> None:
        self._job.rename(str(self.name.value).strip())
        self.hide()
        self._renamed()
