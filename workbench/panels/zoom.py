"""What is told of one image beside its picture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workbench.data import Dataset, Item
from workbench.data.findings import Finding, grey_level
from workbench.data.splits import SPLITS

_MOST_NAMED = 20


class Copies(NamedTuple):
    """The other images that are equal, or nearly equal, to one.

    Attributes:
        lines: split and class, and path, of the first of them.
        finding: all of them and the image itself, to be shown.
    """

    title: str
    lines: list[tuple[str, str]]
    finding: Finding


def facts_of(dataset: Dataset, item: Item, mark: str) -> list[tuple[str, str]]:
    """Names and values, for people."""
    table, row = dataset.table, item.row
    width, height = int(table["width"][row]), int(table["height"][row])
    facts = [
        ("Class", item.label),
        ("Next version", mark),
        ("Split", item.split or "left out: it is there more than once"),
        ("Path", location(dataset, item.path)),
        ("Original", f"{width:,} × {height:,} px"),
        ("Contrast", f"{float(table['spread'][row]) * grey_level(dataset):.1f} grey levels of 255"),
        ("Row", f"{row:,}"),
    ]
    return [(name, value) for name, value in facts if value]


def location(dataset: Dataset, name: str) -> str:
    """An image's name in its source as people know it."""
    known = getattr(dataset.config.source, "location", None)
    return name if known is None else known(name)


def copies_of(dataset: Dataset, row: int) -> Copies:
    """The images that are equal to one, else those that nearly are."""
    for column, what in (("twin", "the same image"), ("kin", "nearly the same image")):
        number = int(dataset.table[column][row])
        if number >= 0:
            rows = np.flatnonzero(dataset.table[column] == number)
            return _copies(dataset, rows[rows != row], rows, column, what)
    return _copies(dataset, np.zeros(0, np.int64), np.array([row]), "", "")


def _copies(
    dataset: Dataset, others: np.ndarray, rows: np.ndarray, column: str, what: str
) -> Copies:
    names = dataset.table.names
    lines = []
    for other in others[:_MOST_NAMED].tolist():
        label = dataset.labels[dataset.table["label"][other]]
        split = ("left out", *SPLITS)[dataset.table["split"][other]]
        lines.append((f"{label} · {split}", location(dataset, names[other])))
    times = f"{len(rows):,} times"
    finding = Finding("copies", f"times {what}", "info", len(rows), rows, sets=column)
    return Copies(f"{what.capitalize()} is there {times}" if what else "", lines, finding)
