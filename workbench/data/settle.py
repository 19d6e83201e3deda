"""What becomes of every image once all are known: duplicates, what belongs together, splits."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import numpy as np

from workbench.data.config import DatasetConfig
from workbench.data.duplicates import joined, kin, twins
from workbench.data.splits import CODES, divide
from workbench.data.table import GOOD, REPEATED, TableWriter, blocks

_NAMES = 4096


def settle(
    config: DatasetConfig, table: TableWriter, read: Callable[[np.ndarray], np.ndarray]
) -> None:
    """Number duplicates and groups and draw the splits, all in the table.

    Args:
        read: gives the images of some rows.
    """
    good = np.flatnonzero(table["state"] == GOOD)
    table["twin"][good] = twins(table["sha256"][good])
    # Of equal files one stands for all.
    single = good[_first_of_sets(table["twin"][good])]
    looks, spreads = table["look"][single], table["spread"][single]
    table["kin"][single] = kin(looks, spreads, lambda places: read(single[places]))
    if config.keep_together:
        number_groups(table, config.keep_together)
    if config.duplicates == "drop":
        _drop_repeats(table)
    draw(config, table)


def _first_of_sets(numbers: np.ndarray) -> np.ndarray:
    """The places of what is alone and of the first of each set, sorted."""
    alone = np.flatnonzero(numbers < 0)
    _, first = np.unique(numbers, return_index=True)
    return np.union1d(alone, first[numbers[first] >= 0])


def draw(config: DatasetConfig, table: TableWriter) -> None:
    """Draw the split of every image that has none yet."""
    free = np.flatnonzero((table["state"] == GOOD) & (table["split"] == 0))
    together = [table["group"][free]]
    if config.duplicates != "ignore":
        together += [table["twin"][free], table["kin"][free]]
    units = joined(*together)
    shares = config.source.shares
    table["split"][free] = divide(table["label"][free], units, shares, config.seed)


def number_groups(table: TableWriter, rule: str) -> None:
    """Number the groups that names tell of; those that a source told of stay.

    Args:
        rule: ``folder``, or a regular expression (see DatasetConfig).
    """
    numbers: dict[str, int] = {}
    first = int(table["group"].max(initial=-1)) + 1
    find = _group_finder(rule)
    for start, stop in blocks(len(table), _NAMES):
        for row, name in enumerate(table.names(start, stop), start):
            group = find(name)
            if group and table["group"][row] < 0:
                table["group"][row] = first + numbers.setdefault(group, len(numbers))


def _group_finder(rule: str) -> Callable[[str], str]:
    if rule == "folder":
        return os.path.dirname
    pattern = re.compile(rule)

    def find(name: str) -> str:
        match = pattern.search(name)
        if match is None:
            return ""
        return match.group(1) or "" if pattern.groups else match.group(0)

    return find


def _drop_repeats(table: TableWriter) -> None:
    """Keep one of the equal files of a class: the one in test, else validation, else the first.

    Equal files of different classes both stay, for nobody but a person knows which is right.
    """
    rows = np.flatnonzero(table["twin"] >= 0)
    least_wanted = np.array([2, 2, 1, 0])[table["split"][rows]]
    order = np.lexsort((rows, least_wanted, table["label"][rows], table["twin"][rows]))
    rows = rows[order]
    same = (table["twin"][rows[1:]] == table["twin"][rows[:-1]]) & (
        table["label"][rows[1:]] == table["label"][rows[:-1]]
    )
    repeats = rows[1:][same]
    table["state"][repeats] = REPEATED
    table["split"][repeats] = CODES[""]
