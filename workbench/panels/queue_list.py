"""The queue on Home: what waits and why, in which order, and how much runs at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidValue, WorkbenchError
from workbench.jobs.queue import Limits, Queue, Queued
from workbench.jobs.queue.limits import as_gpus
from workbench.panels import fields
from workbench.panels.guard import guarded
from workbench.panels.view import View, box, button

if TYPE_CHECKING:
    from workbench.panels.page import Page

_COLUMNS: list[dict[str, Any]] = [{"label": "Name"}, {"label": "Why it waits", "wide": True}]


class QueueList:
    """A table of the runs that wait, and the limits folded below it.

    Args:
        page: where it stands.
        open_run: called with the id of a run that is clicked.
    """

    def __init__(self, page: Page, open_run: Callable[[str], object]) -> None:
        self._page, self.lock, self.error = page, page.lock, page.error
        moves = {where: partial(self._move, where) for where in ("first", "up", "down")}
        self._table = View("table", {"open": open_run, "stop": self._stop, **moves}, **_shown([]))
        self._table.add_class("wb-queue")
        self.runs = fields.number(
            "runs_at_once", "Runs at a time", tooltip="the others wait; more share the processors"
        )
        self.gpus = fields.text(
            "gpus",
            "GPUs for runs",
            hint="all",
            tooltip="numbers as nvidia-smi counts them: 0, 1; none",
        )
        self._set = button("Set limits", self._set_limits, "wb-queue-limit")
        self._limits: Limits | None = None
        both = box(self.runs.root, self.gpus.root, kind="wb-pair")
        self._fold = fields.fold("Limits of the queue", both, self._set)
        for field in (self.runs, self.gpus):
            field.on_enter(self._set_limits)
        self.root = box(self._table, self._fold)

    def show(self, queue: Queue) -> set[str]:
        """Show the queue as it is now; return the ids of the runs in it."""
        waiting = [run for run in queue.waiting() if run.why]
        self._table.show(**_shown(waiting))
        self._table.layout.display = None if waiting else "none"
        try:
            self._show_limits(queue)
        except WorkbenchError as error:
            self.runs.complain(str(error))
        return {run.id for run in waiting}

    def offer_limits(self, offered: bool) -> None:
        """Show the limits, or hide them where there is nothing to limit yet."""
        self._fold.layout.display = None if offered else "none"

    def _show_limits(self, queue: Queue) -> None:
        """Fill the fields when the limits changed; what is being typed stays."""
        limits = queue.limits
        self.runs.control.placeholder = str(Limits(None, limits.gpus).slots(list(queue.gpus())))
        if limits == self._limits:
            return
        self._limits = limits
        self.runs.value = "" if limits.runs_at_once is None else str(limits.runs_at_once)
        self.gpus.value = limits.gpu_words
        fields.blame([self.runs, self.gpus], "")

    @guarded
    def _set_limits(self) -> None:
        try:
            self._page.home.queue.limit(
                runs_at_once=fields.as_number(self.runs, whole=True),
                gpus=as_gpus(self.gpus.entered),
            )
        except InvalidValue as error:
            if not fields.blame([self.runs, self.gpus], str(error)):
                raise
            return
        self._limits = None
        self._page.refresh()

    @guarded
    def _move(self, where: str, id: str) -> None:
        home = self._page.home
        home.queue.move(home.job(id, "run"), where)
        self._page.refresh()

    @guarded
    def _stop(self, id: str) -> None:
        self._page.home.job(id, "run").send("stop")


def _shown(waiting: list[Queued]) -> dict[str, Any]:
    return {
        "heading": "Queue",
        "columns": _COLUMNS,
        "rows": [_row(run, place, len(waiting)) for place, run in enumerate(waiting)],
        "open": True,
        "actions": True,
    }


def _row(run: Queued, place: int, count: int) -> dict[str, Any]:
    return {
        "id": run.id,
        "sub": run.why,
        "cells": [run.name, run.why],
        "actions": [
            {"label": label, "icon": icon, "event": label.lower(), "title": f"{title} {run.name}"}
            for label, icon, title, offered in (
                ("First", "⤒", "Let everything wait for", place > 0),
                ("Up", "↑", "Move up", place > 0),
                ("Down", "↓", "Move down", place < count - 1),
                ("Stop", "■", "Stop waiting with", True),
            )
            if offered
        ],
    }
