"""Names for what is about to be made, which nothing has yet."""

from __future__ import annotations

from workbench.jobs import Home


def unused_name(home: Home, name: str) -> str:
    """``digits``, or ``digits-2`` where a dataset has that name."""
    taken = {summary.name for summary in home.summaries("dataset")}
    return next_name(home, name) if name in taken else name


def next_name(home: Home, name: str) -> str:
    """``digits-2`` for ``digits``, ``digits-3`` when that is taken."""
    taken = {summary.name for summary in home.summaries("dataset")}
    stem, dash, number = name.rpartition("-")
    base, first = (stem, int(number) + 1) if dash and stem and number.isdecimal() else (name, 2)
    return next(
        tried for count in range(first, first + len(taken) + 1)
        if (tried := f"{base[:190]}-{count}") not in taken
    )  # fmt: skip
