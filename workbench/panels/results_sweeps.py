"""The sweeps of a home: a button that tells how many there are, and their list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from workbench import tasks
from workbench.api.compare import figure
from workbench.jobs import JobSummary
from workbench.panels.guard import guarded
from workbench.panels.view import View, box, button

MOST = 50
_COLUMNS: list[dict[str, Any]] = [
    {"label": "Name"},
    {"label": "Varies", "wide": True},
    {"label": "Runs ended", "number": True, "wide": True},
    {"label": "Best", "number": True},
    {"label": "Status"},
]


class SweepList:
    """Folded away until it is asked for, for most people look for runs.

    Args:
        host: what shows errors of callbacks: has ``lock`` and ``error``.
        open: called with the id of a sweep.

    Attributes:
        button: shows and hides the list; hidden itself where there are no sweeps.
        root: the list.
    """

    def __init__(self, host: Any, open: Callable[..., object]) -> None:
        self.lock, self.error = host.lock, host.error
        self._sweeps: Sequence[JobSummary] = ()
        self._unfolded = False
        self._table = View("table", {"open": open}, columns=_COLUMNS, rows=[])
        self.button = button(
            "Sweeps", self._on_click, "wb-results-show-sweeps",
            tooltip="Runs that were begun together, the latest first",
        )  # fmt: skip
        self.root = box(self._table)
        self.root.add_class("wb-results-sweeps")
        self.show(())

    def show(self, sweeps: Sequence[JobSummary]) -> None:
        """Show these sweeps, newest first."""
        self._sweeps = sweeps
        self.button.description = f"Sweeps ({len(sweeps):,})"
        self.button.layout.display = None if sweeps else "none"
        unfolded = bool(sweeps) and self._unfolded
        self.root.layout.display = None if unfolded else "none"
        if unfolded:
            self._table.show(**_table(sweeps))

    @guarded
    def _on_click(self) -> None:
        self._unfolded = not self._unfolded
        self.show(self._sweeps)


def _table(sweeps: Sequence[JobSummary]) -> dict[str, Any]:
    figures: dict[tuple[str, str], str] = {}
    rows = []
    for summary in sweeps[:MOST]:
        config = summary.config
        asked = str(config.get("objective") or ""), str(config["base"]["task"])
        if asked not in figures:
            figures[asked] = asked[0] or tasks.get(asked[1]).monitor.name
        rows.append(_row(summary, figures[asked]))
    more = f", the latest {MOST} of {len(sweeps):,}" if len(sweeps) > MOST else ""
    return {"heading": f"Sweeps{more}", "columns": _COLUMNS, "rows": rows, "open": True}


def _row(summary: JobSummary, name: str) -> dict[str, Any]:
    varies = ", ".join(summary.config.get("space", {}))
    progress = summary.progress
    ended = "none yet" if progress is None else f"{progress.done:.3g} of {progress.total:g}"
    best = figure(name, summary.facts.get("best"))
    return {
        "id": summary.id,
        "sub": f"{varies} · runs ended {ended}",
        "cells": [
            summary.name,
            varies,
            ended,
            best,
            {"status": summary.status, "text": summary.status},
        ],
    }
