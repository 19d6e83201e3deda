"""Dividing units that have images of several classes: each goes where its classes lack most.

A patient of whom there are images of every class cannot be counted for one of them: the shares of
the others would be whatever comes of it. So units are placed one by one, the largest first, each in
the split in which its classes are shortest; then each is placed once more, knowing where the others
are. Source of the idea: K. Sechidis et al., On the Stratification of Multi-Label Data (2011).
"""

from __future__ import annotations

import numpy as np

_ROUNDS = 3


def place(
    labels: np.ndarray, units: np.ndarray, shares: tuple[float, ...], random: np.random.Generator
) -> np.ndarray:
    """Choose a split for each unit.

    Args:
        labels: the class of each image, ``(n,)``.
        units: the number of its unit, from 0 on, ``(n,)``.
        shares: of each split, which sum to 1; the largest of equal shortages counts first.
        random: decides in which order units of one size are placed.

    Returns:
        The place in ``shares`` of the split of each unit, ``(units,)``; the share of every class in
        every split is then near what it should be.
    """
    total = np.bincount(labels)
    classes, counts, starts = _contents(labels, units, len(total))
    short = np.outer(shares, total).astype(np.float64)
    # The squares of what is missing, in shares of a class, are to be least.
    weight = 1 / np.maximum(total, 1.0) ** 2
    closed = np.where(np.array(shares) > 0, 0, -np.inf)
    sizes = np.bincount(units)
    order = random.permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    chosen = np.full(len(sizes), -1)
    for _ in range(_ROUNDS):
        for unit in order:
            mine = slice(starts[unit], starts[unit + 1])
            some, count = classes[mine], counts[mine]
            if chosen[unit] >= 0:
                short[chosen[unit], some] += count
            served = short[:, some] @ (count * weight[some]) + closed
            chosen[unit] = served.argmax()
            short[chosen[unit], some] -= count
    return chosen


def _contents(
    labels: np.ndarray, units: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The classes in each unit and how many images of each, unit after unit; where each starts."""
    pairs, counts = np.unique(units.astype(np.int64) * classes + labels, return_counts=True)
    unit_of, class_of = np.divmod(pairs, classes)
    return class_of, counts, np.searchsorted(unit_of, np.arange(int(units.max()) + 2))
