"""The explorer: finds images among millions, shows them page by page, and one enlarged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

import numpy as np

from workbench.data import Dataset, Query
from workbench.data.explore import SORTS, find
from workbench.data.findings import Finding
from workbench.data.images.visible import visible
from workbench.data.original import MOST_SIDE, original, shrunk
from workbench.errors import WorkbenchError
from workbench.panels.edits import Edits
from workbench.panels.explore_grid import ExploreGrid
from workbench.panels.guard import clear_error, guarded
from workbench.panels.pictures import page_of, range_of
from workbench.panels.view import View, box, note
from workbench.panels.zoom import copies_of, facts_of

PAGE_SIZES = (30, 60, 120, 240)
MOST_SELECTED = 20_000
_SORT_NAMES = {
    "mixed": "mixed",
    "": "as stored",
    "class": "class",
    "width": "width",
    "height": "height",
    "aspect": "width : height",
    "spread": "contrast",
}
_SPLIT_NAMES = {"train": "training", "val": "validation", "test": "test"}


class Host(Protocol):
    """What the explorer asks of the page it stands on."""

    lock: Any

    def begin(self, work: Callable[[], Any], then: Callable[[Any], object]) -> None:
        """Do ``work`` in a thread and ``then`` on a later tick."""


class Explorer:
    """What was asked for and what was found; pixels are read page by page.

    Args:
        edits: collects what is to become of the images.
    """

    def __init__(self, page: Host, dataset: Dataset, edits: Edits) -> None:
        self.lock, self.dataset, self.edits = page.lock, dataset, edits
        self.error: View = note(tone="error")
        self._query = Query(sort="mixed")
        self._finding: Finding | None = None
        self._offset, self._size = 0, 60
        self._begin, self._reading, self._zoomed = page.begin, False, -1
        self._range = range_of(dataset)
        self._find()
        handlers: dict[str, Any] = {
            "query": self._on_query,
            "page": self._on_page,
            "size": self._on_size,
            "everything": self._on_everything,
            "zoom": self._on_zoom,
            "copies": self._on_copies,
            "select_all": self._on_select_all,
            "select_repeats": self._on_select_repeats,
            "edit": self._on_edit,
        }
        data, blob = self._page_now()
        self.grid = ExploreGrid(handlers, self._options(), data)
        self.grid.blob = blob
        self.root = box(View("heading", text="Images"), self.error, self.grid, kind="wb-stack")

    @property
    def rows(self) -> np.ndarray:
        """The rows that were found, in order."""
        return self._found.rows

    def show_query(self, **query: Any) -> None:
        """Show the images that fit a :class:`workbench.data.Query` of these fields."""
        self._query = Query(**{"sort": "" if self._finding else "mixed", **query})
        self._find()
        self.go(0)

    def show_finding(self, finding: Finding) -> None:
        """Show the images of a finding, equal ones side by side, until all are asked for."""
        self._finding = finding
        self.show_query()

    def go(self, offset: int) -> None:
        """Show the page that begins at the ``offset``-th image."""
        self._offset = max(0, min(offset, len(self.rows) - 1))
        self.grid.show(*self._page_now())

    def show_edits(self) -> None:
        """Mark what is to become of the images in sight."""
        self.grid.options = self._options()
        self.grid.show(self._data(self.grid.data["items"]))

    def _find(self) -> None:
        among = None if self._finding is None else self._finding.rows
        self._found = find(self.dataset.table, self.dataset.labels, self._query, among)

    def _options(self) -> dict[str, Any]:
        parts = self.dataset.splits.items()
        splits = [(name, f"{_SPLIT_NAMES[name]} ({len(part):,})") for name, part in parts]
        return {
            "splits": [("", "all splits"), *splits],
            "labels": self.dataset.labels,
            "names": self.edits.classes,
            "sorts": [(sort, _SORT_NAMES[sort]) for sort in (SORTS[0], "", *SORTS[1:])],
            "sizes": list(PAGE_SIZES),
        }

    def _page_now(self) -> tuple[dict[str, Any], bytes]:
        page = self._found.page(self._offset, self._size)
        rows = [item.row for item in page.items]
        pictures = page_of(self.dataset, rows, self._range)
        items = [
            {"row": item.row, "title": _title(item.label, item.split, item.path)}
            for item in page.items
        ]
        if self._finding is not None and self._finding.sets:
            numbers = self.dataset.table[self._finding.sets][rows]
            parity = np.cumsum(np.diff(numbers, prepend=numbers[:1]) != 0) % 2
            for item, odd in zip(items, parity.tolist(), strict=True):
                item["set"] = odd
        _, height, width, channels = pictures.shape
        self._picture = {"width": width, "height": height, "channels": channels}
        return self._data(items), pictures.tobytes()

    def _data(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        query, width = self._query, self._picture["width"]
        return {
            **self._picture,
            "items": [{**item, "mark": self.edits.mark(item["row"])} for item in items],
            "smooth": self.dataset.image.width > width,
            "cell": max(48, min(80, width)),
            "offset": self._offset,
            "size": self._size,
            "total": len(self.rows),
            "most": MOST_SELECTED,
            "finding": self._finding_data(),
            "query": asdict(query),
        }

    def _finding_data(self) -> dict[str, Any] | None:
        if self._finding is None:
            return None
        return {"title": self._finding.sentence, "sets": bool(self._finding.sets)}

    @guarded
    def _on_query(self, **query: Any) -> None:
        clear_error(self.error)
        self.show_query(**query)

    @guarded
    def _on_page(self, offset: int) -> None:
        self.go(offset)

    @guarded
    def _on_size(self, size: int) -> None:
        self._size = size if size in PAGE_SIZES else PAGE_SIZES[1]
        self.go(self._offset // self._size * self._size)

    @guarded
    def _on_everything(self) -> None:
        self._finding = None
        self.show_query()

    @guarded
    def _on_select_all(self) -> None:
        self.grid.selected = self.rows[:MOST_SELECTED].tolist()

    @guarded
    def _on_select_repeats(self) -> None:
        if self._finding is None or not self._finding.sets:
            return
        numbers = np.asarray(self.dataset.table[self._finding.sets][self.rows])
        first = np.unique(numbers, return_index=True)[1]
        self.grid.selected = np.delete(self.rows, first)[:MOST_SELECTED].tolist()

    @guarded
    def _on_edit(self, kind: str, rows: list[int], name: str = "") -> None:
        clear_error(self.error)
        if kind == "exclude":
            self.edits.exclude(rows)
        else:
            self.edits.relabel(rows, name)

    @guarded
    def _on_zoom(self, at: int) -> None:
        """Show an image enlarged, on the page that it is on."""
        if not 0 <= at < len(self.rows):
            return
        if not self._offset <= at < self._offset + self._size:
            self.go(at // self._size * self._size)
        row = int(self.rows[at])
        record = shrunk(visible(self.dataset.record(row), self._range), MOST_SIDE)
        copies = copies_of(self.dataset, row)
        self.grid.show_zoom(
            record,
            row=row,
            at=at,
            total=len(self.rows),
            place=f"{at + 1:,} of {len(self.rows):,}",
            caption=f"what the network sees, {self.dataset.image.describe()}",
            facts=facts_of(self.dataset, self._found.item(row), self.edits.mark(row)),
            copies=copies.lines,
            copiesTitle=copies.title,
        )
        self._zoomed = row
        if not self._reading:
            self._begin_original(row)

    @guarded
    def _on_copies(self, row: int) -> None:
        self.show_finding(copies_of(self.dataset, row).finding)

    def _begin_original(self, row: int) -> None:
        """Read it in a thread, one at a time: a file server may take its time."""
        self._reading = True

        def work() -> np.ndarray | str:
            try:
                return original(self.dataset, row)
            except WorkbenchError as error:
                return str(error)

        self._begin(work, lambda found: self._show_original(row, found))

    def _show_original(self, row: int, found: np.ndarray | str) -> None:
        self._reading = False
        if row != self._zoomed:  # the person has gone on meanwhile
            self._begin_original(self._zoomed)
        elif isinstance(found, str):
            self.grid.show_no_original(row, f"The original cannot be shown: {found}")
        else:
            width, height = (int(self.dataset.table[side][row]) for side in ("width", "height"))
            self.grid.show_original(row, found, f"original, {width:,} × {height:,} px")


def _title(label: str, split: str, path: str) -> str:
    return " · ".join([label, _SPLIT_NAMES.get(split, "left out"), path])
