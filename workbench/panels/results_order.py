"""The order of the results list: sorted by a column, under the headings of groups."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from workbench.panels.results_columns import Column
from workbench.panels.results_rows import Row


@dataclass(frozen=True)
class Heading:
    """The heading of a group, and how many runs stand below it."""

    group: str
    count: int
    folded: bool


def ordered(rows: list[Row], column: Column, descending: bool) -> list[Row]:
    """Sort by a column; where it is not known comes last, equals stay as they were."""
    keyed = [(column.value(row), row) for row in rows]
    known = [(_key(value), row) for value, row in keyed if value is not None]
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return [row for _, row in known] + [row for value, row in keyed if value is None]


def grouped(rows: list[Row], folded: Collection[str]) -> list[Heading | Row]:
    """Put each group below its heading, the group of the first run first; the rest comes last."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.summary.group, []).append(row)
    if list(groups) == [""] or not groups:
        return list(rows)
    groups[""] = groups.pop("", [])
    found: list[Heading | Row] = []
    for group, members in groups.items():
        if members:
            found.append(Heading(group, len(members), group in folded))
            found += [] if group in folded else members
    return found


def _key(value: Any) -> tuple[bool, Any]:
    """Numbers before words, for a field may have either."""
    return (True, value.casefold()) if isinstance(value, str) else (False, value)
