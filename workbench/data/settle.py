"""What becomes of every image once all are known: duplicates, what belongs together, splits."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial

import numpy as np

from workbench.data.config import DatasetConfig
from workbench.data.duplicates import joined, kin, twins
from workbench.data.splits import CODES, divide
from workbench.data.stopping import heed_stop
from workbench.data.table import GOOD, REPEATED, TableWriter, blocks
from workbench.errors import DataError
from workbench.jobs import JobContext

_NAMES = 4096


def settle(
    config: DatasetConfig,
    table: TableWriter,
    read: Callable[[np.ndarray], np.ndarray],
    range_: tuple[float, float],
    context: JobContext,
) -> None:
    """Number duplicates and groups and draw the splits, all in the table.

    Args:
        read: gives the images of some rows.
        range_: the least and the greatest value of the images.

    Raises:
        Stopped: Stop was commanded.
        DataError: the rule for what is kept together fits no name.
    """
    good = np.flatnonzero(table["state"] == GOOD)
    table["twin"][good] = twins(table["sha256"][good])
    # Of equal files one is compared for all, whichever of them is kept.
    firsts, which = _first_of_sets(table["twin"][good])
    single = good[firsts]
    looks, spreads = table["look"][single], table["spread"][single]
    heed = partial(heed_stop, context)
    found = kin(looks, spreads, lambda places: read(single[places]), range_, heed)
    table["kin"][good] = found[which]
    if config.keep_together:
        silent = number_groups(table, config.keep_together, heed)
        if silent:
            context.log(
                f"the rule {config.keep_together!r} for what is kept together does not fit "
                f"{silent:,} of {len(table):,} names; those are divided one by one",
                "warning",
            )
    if config.duplicates == "drop":
        _drop_repeats(table)
    draw(config, table)


def _first_of_sets(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places of what is alone and of the first of each set, sorted; which of them each is."""
    places = np.arange(len(numbers))
    _, first, number = np.unique(numbers, return_index=True, return_inverse=True)
    return np.unique(np.where(numbers < 0, places, first[number]), return_inverse=True)


def draw(config: DatasetConfig, table: TableWriter) -> None:
    """Draw the split of every image that has none yet."""
    free = np.flatnonzero((table["state"] == GOOD) & (table["split"] == 0))
    together = [table["group"][free]]
    if config.duplicates != "ignore":
        together += [table["twin"][free], table["kin"][free]]
    units = joined(*together)
    shares = config.source.shares
    table["split"][free] = divide(table["label"][free], units, shares, config.seed)


def number_groups(table: TableWriter, rule: str, pause: Callable[[], object]) -> int:
    """Number the groups that names tell of, joined with those that a source told of.

    Args:
        rule: ``folder``, or a regular expression (see DatasetConfig).
        pause: called between blocks of names; may raise to end the work.

    Returns:
        How many names the rule says nothing of.

    Raises:
        DataError: it says nothing of any.
    """
    told = _groups_of_names(table, rule, pause)
    silent = int((told < 0).sum())
    if 0 < silent == len(told):
        raise DataError(
            f"the rule {rule!r} for what is kept together fits no name, "
            f"such as {table.names(0, 1)[0]!r}; change it or leave it out"
        )
    given = table["group"]
    grouped = np.flatnonzero((told >= 0) | (given >= 0))
    given[grouped] = joined(told[grouped], given[grouped])
    return silent


def _groups_of_names(table: TableWriter, rule: str, pause: Callable[[], object]) -> np.ndarray:
    """The number of the group that each name tells of, -1 for none."""
    found = np.full(len(table), -1, np.int32)
    numbers: dict[str, int] = {}
    find = _group_finder(rule)
    for start, stop in blocks(len(table), _NAMES):
        pause()
        for row, name in enumerate(table.names(start, stop), start):
            group = find(name)
            if group:
                found[row] = numbers.setdefault(group, len(numbers))
    return found


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
