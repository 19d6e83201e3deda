"""What can be wished of a run: rest, another rate, more epochs, a checkpoint now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.api.run import Run
from workbench.errors import InvalidValue
from workbench.jobs import LIVE, Job, JobSummary
from workbench.panels import fields as f
from workbench.panels import format as fmt
from workbench.panels.guard import clear_error, guarded
from workbench.panels.view import View, box, button, note

if TYPE_CHECKING:
    from workbench.panels.page import Page


class RunControl:
    """Buttons and two numbers; what was obeyed shows on the curve as a mark."""

    def __init__(self, page: Page, job: Job) -> None:
        self.lock, self.error, self._run = page.lock, page.error, Run(job)
        self.pause = button("Pause", self._on_pause, "wb-pause", tooltip="Rest, memory kept")
        self.snapshot = button("Checkpoint now", self._on_snapshot, "wb-snapshot")
        self.rate = f.number(
            "learning_rate", "New rate", hint="as planned",
            tooltip="Holds at once, or as soon as the run goes on, and falls as the policy says.",
        )  # fmt: skip
        self.epochs = f.number(
            "epochs", "More epochs", hint="none",
            tooltip="What is left of the rate's schedule is stretched over them.",
        )  # fmt: skip
        self.rate.on_enter(self._on_rate)
        self.epochs.on_enter(self._on_extend)
        self._said: View = note()
        self.root = f.fold(
            "Change or extend this run",
            box(
                box(self.rate.root, self.epochs.root, kind="wb-pair"),
                box(
                    button("Set rate", self._on_rate, "wb-set-rate"),
                    button("Extend", self._on_extend, "wb-extend"),
                    self.snapshot,
                    kind="wb-row",
                ),
                self._said,
            ),
        )

    def show(self, summary: JobSummary) -> None:
        """Show what can be done with a run in that state."""
        running = summary.status == "running"
        self.pause.layout.display = None if running else "none"
        self.snapshot.layout.display = None if summary.status in LIVE else "none"

    @guarded
    def _on_pause(self) -> None:
        clear_error(self.error)
        self._run.job.send("pause")
        self._said.show(text="Pausing; a checkpoint is kept …")

    @guarded
    def _on_snapshot(self) -> None:
        clear_error(self.error)
        self._run.snapshot()
        self._said.show(text="A checkpoint is being written.")

    @guarded
    def _on_rate(self) -> None:
        clear_error(self.error)
        value = self._needed(self.rate)
        if value is None:
            return
        try:
            self._run.set_learning_rate(value)
        except InvalidValue as error:
            self.rate.complain(str(error))
            return
        self._said.show(text=f"Rate {value:g} from now on.")

    @guarded
    def _on_extend(self) -> None:
        clear_error(self.error)
        value = self._needed(self.epochs)
        if value is None:
            return
        try:
            self._run.extend(value)
        except InvalidValue as error:
            self.epochs.complain(str(error))
            return
        self.epochs.value = ""
        self._said.show(text=f"{fmt.epoch(value)} more epochs.")

    def _needed(self, field: f.Field) -> float | None:
        value = f.as_number(field)
        field.complain("" if value is not None else f"{field.label} must be given")
        return value
