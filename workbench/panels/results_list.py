"""The list of runs: what of it is in sight, and how it looks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.api.figures import lower_is_better
from workbench.errors import InvalidValue
from workbench.panels.guard import guarded
from workbench.panels.results_columns import DEFAULT, METRICS, Column, Survey, survey
from workbench.panels.results_filter import parse
from workbench.panels.results_grid import ResultsGrid
from workbench.panels.results_memory import keep, recall
from workbench.panels.results_order import Heading, grouped, ordered
from workbench.panels.results_rows import Row

if TYPE_CHECKING:
    from workbench.panels.page import Page

PAGE_SIZE = 50
_LOWEST_FIRST = ("name", "dataset", "network", "status", "group", "notes")


class ResultsList:
    """Filters, sorts and groups the rows it is given, and shows a page of them.

    Args:
        on: what is done with the selected runs, by name.
        changed: called when other runs are found.

    Attributes:
        survey: all runs, and what there is to show of them.
        found: the runs that fit the filter, in their order.
    """

    def __init__(
        self, page: Page, on: Mapping[str, Callable[..., object]], changed: Callable[[], object]
    ) -> None:
        self.lock, self.error, self._home = page.lock, page.error, page.home
        self._changed = changed
        self.survey = survey([])
        self._text, self._problem, self._offset = "", "", 0
        self._look = recall(page.home)
        self.found: list[Row] = []
        self._items: list[Row | Heading] = []
        handlers: dict[str, Any] = {
            **on,
            "filter": self._on_filter,
            "sort": self._on_sort,
            "columns": self._on_columns,
            "grouped": self._on_grouped,
            "fold": self._on_fold,
            "page": self._on_page,
            "select_all": self._on_select_all,
        }
        self.grid = ResultsGrid(handlers, self._data())

    @property
    def selected(self) -> list[Row]:
        """The selected runs that still are there, in the order of selection."""
        rows = {row.id: row for row in self.survey.rows}
        return [rows[id] for id in self.grid.selected if id in rows]

    @property
    def _columns(self) -> dict[str, Column]:
        return self.survey.columns

    def take(self, survey: Survey) -> None:
        """Show these runs from now on."""
        self.survey = survey
        ids = {row.id for row in survey.rows}
        self.grid.selected = [id for id in self.grid.selected if id in ids]
        self.update()

    def update(self) -> None:
        """Find, order and show."""
        try:
            fits = parse(self._text, self._columns)
            self._problem = ""
            found = [row for row in self.survey.rows if fits(row)]
        except InvalidValue as error:
            self._problem, found = str(error), self.found
        self.found = ordered(found, self._sorted_by(), self._look.descending)
        self._arrange()
        self._changed()

    def _arrange(self) -> None:
        look = self._look
        self._items = grouped(self.found, look.folded) if look.grouped else list(self.found)
        self._offset = min(self._offset, max(0, len(self._items) - 1) // PAGE_SIZE * PAGE_SIZE)
        self._show()

    def _show(self) -> None:
        offered = [
            {"key": column.key, "label": column.label, "section": column.section}
            for column in self._columns.values()
        ]
        self.grid.show(self._data(), {"columns": offered})

    def _sorted_by(self) -> Column:
        return self._columns.get(self._look.sort) or self._columns["created"]

    def _shown(self) -> list[Column]:
        keys = dict.fromkeys(["name", *self._look.columns])
        return [self._columns[key] for key in keys if key in self._columns]

    def _data(self) -> dict[str, Any]:
        shown, sort = self._shown(), self._sorted_by()
        items = self._items[self._offset : self._offset + PAGE_SIZE]
        if self._look.grouped and items and isinstance(items[0], Row):
            items = [*self._heading_above(), *items]
        return {
            "columns": [{"key": c.key, "label": c.label, "number": c.number} for c in shown],
            "rows": [self._line(item, shown) for item in items],
            "sort": sort.key,
            "descending": self._look.descending,
            # Where there is room for one figure it is what the list is sorted by.
            "figure": next((c.key for c in (sort, *shown) if c.section == METRICS), "epoch"),
            "grouped": self._look.grouped,
            "groups": any(row.summary.group for row in self.survey.rows),
            "filter": self._text,
            "message": self._problem,
            "wrong": bool(self._problem),
            "offset": self._offset,
            "size": PAGE_SIZE,
            "total": len(self._items),
            "found": len(self.found),
            "all": len(self.survey.rows),
            "where": self._where(),
            "empty": self._empty(),
        }

    def _heading_above(self) -> list[Heading]:
        """The heading of the group that goes on from the page before."""
        before = (item for item in reversed(self._items[: self._offset]))
        heading = next((item for item in before if isinstance(item, Heading)), None)
        return [heading] if heading is not None else []

    def _line(self, item: Row | Heading, shown: list[Column]) -> dict[str, Any]:
        if isinstance(item, Heading):
            word = "run" if item.count == 1 else "runs"
            return {
                "group": item.group,
                "title": item.group or "No group",
                "text": f"{item.count:,} {word}",
                "folded": item.folded,
                "sweep": self.survey.sweep_of(item.group),
            }
        group = item.summary.group
        best = group and self.survey.best.get(group) == item.id
        return {
            "id": item.id,
            "cells": [column.show(item) for column in shown],
            "best": f"best of {group}" if best else "",
        }

    def _where(self) -> str:
        if not self.survey.rows:
            return ""
        text = f"{len(self.found):,} of {len(self.survey.rows):,} runs"
        if len(self._items) > PAGE_SIZE:
            last = min(self._offset + PAGE_SIZE, len(self._items))
            text += f", rows {self._offset + 1:,}–{last:,}"
        return text

    def _empty(self) -> str:
        if self._items:
            return ""
        return "No run fits the filter." if self.survey.rows else "No runs yet. Train one on Train."

    def _change(self, **values: Any) -> None:
        self._look = dataclasses.replace(self._look, **values)

    def _keep(self) -> None:
        keep(self._home, self._look)

    @guarded
    def _on_filter(self, text: str) -> None:
        self._text, self._offset = str(text), 0
        self.update()

    @guarded
    def _on_sort(self, key: str) -> None:
        if key not in self._columns:
            return
        best_first = key not in _LOWEST_FIRST and not lower_is_better(key)
        again = key == self._sorted_by().key
        self._change(sort=key, descending=not self._look.descending if again else best_first)
        self._offset = 0
        self.update()
        self._keep()

    @guarded
    def _on_columns(self, keys: list[str]) -> None:
        chosen = [key for key in keys if key in self._columns]
        self._change(columns=chosen or list(DEFAULT))
        self._show()
        self._keep()

    @guarded
    def _on_grouped(self, on: bool) -> None:
        self._change(grouped=bool(on))
        self._arrange()
        self._keep()

    @guarded
    def _on_fold(self, group: str) -> None:
        folded = [name for name in self._look.folded if name != group]
        self._change(folded=folded if len(folded) < len(self._look.folded) else [*folded, group])
        self._arrange()
        self._keep()

    @guarded
    def _on_page(self, offset: int) -> None:
        self._offset = max(0, min(int(offset), len(self._items) - 1))
        self._show()

    @guarded
    def _on_select_all(self) -> None:
        self.grid.selected = [row.id for row in self.found]
