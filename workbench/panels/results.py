"""Results: every run in one table, sorted and filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.jobs import JobSummary
from workbench.panels import fields as f
from workbench.panels import format as fmt
from workbench.panels.guard import guarded
from workbench.panels.page import Page
from workbench.panels.view import View, note

if TYPE_CHECKING:
    from workbench.panels.app import App

_COLUMNS = [
    {"label": "Name"},
    {"label": "Dataset", "wide": True},
    {"label": "Network", "wide": True},
    {"label": "Status"},
    {"label": "Epoch", "number": True, "wide": True},
    {"label": "Best val accuracy", "number": True},
    {"label": "Least val loss", "number": True, "wide": True},
    {"label": "Time", "number": True, "wide": True},
]
_BEST = 5
_MOST_ROWS = 200


class ResultsPage(Page):
    """The most accurate run stands first until another column is chosen."""

    name = "results"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self._sort, self._descending = _BEST, True
        self._filter = f.text("filter", "Filter", hint="part of a name, dataset or status")
        self._filter.on_change(self._show)
        handlers: dict[str, Any] = {"open": self._open, "sort": self._on_sort}
        self._table = View("table", handlers, columns=_COLUMNS, rows=[])
        self._count = note("", "hint")
        self.fill(View("title", text="Results"), self._filter.root, self._table, self._count)

    def refresh(self) -> None:
        """Show the runs as they are now."""
        names = {s.id: s.name for s in self.home.summaries("dataset")}
        words = str(self._filter.value).lower().split()
        runs = self.home.summaries("run")
        found = [run for run in runs if _matches(run, names, words)]
        rows = [(_keys(run, names), _row(run, names)) for run in found]
        rows.sort(key=lambda row: _order(row[0][self._sort]), reverse=self._descending)
        rows.sort(key=lambda row: row[0][self._sort] is None)  # what is not known stands last
        empty = "No run fits the filter." if runs else "No runs yet. Train one on Train."
        self._table.show(
            columns=_COLUMNS,
            rows=[row for _, row in rows[:_MOST_ROWS]],
            empty=empty,
            open=True,
            sortable=True,
            sort=self._sort,
            descending=self._descending,
        )
        text = f"{len(found):,} of {len(runs):,} runs" if runs else ""
        if len(found) > _MOST_ROWS:
            text += f", the first {_MOST_ROWS} shown"
        self._count.show(text=text, tone="hint")

    @guarded
    def _show(self) -> None:
        self.refresh()

    @guarded
    def _open(self, id: str) -> None:
        self.app.open_run(id)

    @guarded
    def _on_sort(self, column: int) -> None:
        self._descending = not self._descending if column == self._sort else column >= _BEST
        self._sort = column
        self.refresh()


def _matches(run: JobSummary, names: dict[str, str], words: list[str]) -> bool:
    about = [run.name, run.group, run.status, names.get(run.dataset or "", "")]
    text = " ".join([*about, str(run.config.get("network"))]).lower()
    return all(word in text for word in words)


def _keys(run: JobSummary, names: dict[str, str]) -> list[Any]:
    return [
        run.name.lower(),
        names.get(run.dataset or "", "").lower(),
        str(run.config.get("network")),
        run.status,
        run.epoch,
        run.highest.get("val_accuracy"),
        run.lowest.get("val_loss"),
        run.seconds,
    ]


def _order(key: Any) -> Any:
    # Unknown figures are moved to the end afterwards; any number does meanwhile.
    return 0.0 if key is None else key


def _row(run: JobSummary, names: dict[str, str]) -> dict[str, Any]:
    dataset = names.get(run.dataset or "", fmt.NONE)
    epochs = fmt.epoch(run.epoch, run.epochs)
    return {
        "id": run.id,
        "sub": f"{dataset} · epoch {epochs}",
        "cells": [
            run.name,
            dataset,
            str(run.config.get("network")),
            {"status": run.status, "text": run.status},
            epochs,
            fmt.percent(run.highest.get("val_accuracy")),
            fmt.loss(run.lowest.get("val_loss")),
            fmt.duration(run.seconds),
        ],
    }
