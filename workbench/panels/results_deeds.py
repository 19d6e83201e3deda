"""What is done with selected runs: grouping, notes, stopping, deleting, measuring."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.api.latency import measure_latency
from workbench.api.run import Run
from workbench.errors import WorkbenchError
from workbench.jobs import LIVE, Job
from workbench.panels import fields as f
from workbench.panels import format as fmt
from workbench.panels.confirm import Confirm
from workbench.panels.guard import clear_error, guarded
from workbench.panels.results_rows import Row
from workbench.panels.view import View, box, button, close_tree, note
from workbench.panels.words import Notes

if TYPE_CHECKING:
    from workbench.panels.page import Page

_NAMED = 5


class Deeds:
    """One thing at a time, in a place above the list.

    Args:
        selected: gives the selected runs.
        changed: called when something may have changed on disk.
    """

    def __init__(
        self, page: Page, selected: Callable[[], list[Row]], changed: Callable[[], object]
    ) -> None:
        self.lock, self.error, self._page = page.lock, page.error, page
        self._selected, self._changed = selected, changed
        self._confirm, self._place, self._told = Confirm(), box(), note()
        self._progress = View("progress", fraction=None, text="")
        self._stopping = False
        self._measured = (0, 0)
        self.root = box(self._confirm.root, self._place, self._progress, self._told)

    @property
    def handlers(self) -> dict[str, Any]:
        """What the list sends, by name."""
        return {
            "group": self._on_group,
            "notes": self._on_notes,
            "stop": self._on_stop,
            "delete": self._on_delete,
            "latency": self._on_latency,
        }

    def refresh(self) -> None:
        """Show how far measuring is."""
        done, total = self._measured
        if total:
            text = f"Measuring latency, {done} of {total} networks"
            self._progress.show(fraction=done / total, text=text)

    def stop(self) -> None:
        """Measure no further network."""
        self._stopping = True

    def _put(self, *children: Any) -> None:
        self._confirm.clear()
        self._told.show(text="", tone="info")
        clear_error(self.error)
        before, self._place.children = self._place.children, children
        for child in before:
            close_tree(child)

    def _done(self, sentence: str = "", problems: list[str] | None = None) -> None:
        """Say how it went and look at the disk again."""
        self._put()
        problem = "; ".join((problems or [])[:_NAMED])
        self._told.show(text=problem or sentence, tone="error" if problem else "info")
        self._changed()

    def _jobs(self, rows: list[Row]) -> list[Job]:
        return [Job(self._page.home.runs_dir / row.id) for row in rows]

    @guarded
    def _on_group(self) -> None:
        rows = self._selected()
        groups = {row.summary.group for row in rows}
        field = f.text(
            "group", f"Group of {_named(rows)}", groups.pop() if len(groups) == 1 else "",
            "none", "A heading to list them under; empty for none.",
        )  # fmt: skip
        save = button("Set group", lambda: self._save_group(rows, field), "wb-group-save")
        panel = box(field.root, box(save, button("Keep", self._put, "wb-keep"), kind="wb-row"))
        panel.add_class("wb-panel")
        field.on_enter(lambda: self._save_group(rows, field))
        self._put(panel)

    @guarded
    def _save_group(self, rows: list[Row], field: f.Field) -> None:
        for job in self._jobs(rows):
            job.regroup(field.entered)
        self._done()

    @guarded
    def _on_notes(self) -> None:
        for row in self._selected()[:1]:
            notes = Notes(self._page, self._jobs([row])[0])
            notes.text.description = f"Notes on {row.summary.name}"
            close = button("Close", self._done, "wb-keep")
            panel = box(notes.root, box(close, kind="wb-row"))
            panel.add_class("wb-panel")
            self._put(panel)

    @guarded
    def _on_stop(self) -> None:
        rows = self._selected()
        live = [row for row in rows if row.summary.status in LIVE]
        for job in self._jobs(live):
            job.send("stop")
        if not live:
            self._done("None of them runs.")
            return
        rest = f" {len(rows) - len(live)} did not run." if len(live) < len(rows) else ""
        self._done(f"Stopping {_named(live)}; a checkpoint is kept.{rest}")

    @guarded
    def _on_delete(self) -> None:
        rows = self._selected()
        self._put()
        jobs = self._jobs(rows)
        self._page.begin(
            lambda: sum(job.size_bytes() for job in jobs), lambda size: self._ask(rows, size)
        )

    def _ask(self, rows: list[Row], size: int) -> None:
        whose = "its" if len(rows) == 1 else "their"
        question = f"Delete {_named(rows)} with {whose} checkpoints, {fmt.size(size)} on disk?"
        self._confirm.ask(question, "Delete", lambda: self._delete(rows))

    @guarded
    def _delete(self, rows: list[Row]) -> None:
        home = self._page.home
        self._told.show(text=f"Deleting {_named(rows)} …", tone="info")
        # What depends on a run was made after it, so it goes first.
        jobs = self._jobs(sorted(rows, key=lambda row: -row.summary.created))
        self._page.begin(lambda: _each(jobs, home.delete), lambda p: self._done(problems=p))

    @guarded
    def _on_latency(self) -> None:
        rows = self._selected()
        stop = box(button("Stop measuring", self.stop, "wb-stop"), kind="wb-row")
        self._put(stop)
        jobs = self._jobs(rows)
        self._stopping, self._measured = False, (0, len(jobs))
        self._page.begin(lambda: self._measure(jobs), self._take_measured)
        self.refresh()

    def _measure(self, jobs: list[Job]) -> list[str]:
        problems: list[str] = []
        for number, job in enumerate(jobs):
            if self._stopping:
                break
            problems += _each([job], lambda job: measure_latency(Run(job)))
            self._measured = (number + 1, len(jobs))
        return problems

    def _take_measured(self, problems: list[str]) -> None:
        self._measured = (0, 0)
        self._progress.show(fraction=None, text="")
        self._done(problems=problems)


def _each(jobs: list[Job], do: Callable[[Job], object]) -> list[str]:
    """Do something with each; the sentences of those with which it could not be done."""
    problems = []
    for job in jobs:
        try:
            do(job)
        except WorkbenchError as error:
            problems.append(str(error))
    return problems


def _named(rows: list[Row]) -> str:
    """``the run lenet-1``, ``3 runs (a, b, c)``, ``12 runs (a, b, c, d, e and 7 more)``."""
    if len(rows) == 1:
        return f"the run {rows[0].summary.name}"
    names = ", ".join(row.summary.name for row in rows[:_NAMED])
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return f"{len(rows):,} runs ({names}{more})"
