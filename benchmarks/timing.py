"""Measuring two ways of doing the same side by side, on a machine that is never quite idle."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    """How long ``work`` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def paired(
    ours: Callable[[], float], theirs: Callable[[], float], rounds: int
) -> tuple[float, float, float]:
    """Measure in turns; the medians of both and of their ratio, round by round.

    What disturbs the machine for a while disturbs both of a round alike.
    """
    pairs = []
    for number in range(rounds):
        if number % 2:
            reference = theirs()
            pairs.append((ours(), reference))
        else:
            pairs.append((ours(), theirs()))
    first = statistics.median(pair[0] for pair in pairs)
    second = statistics.median(pair[1] for pair in pairs)
    return first, second, statistics.median(a / b for a, b in pairs)


def report(what: str, ratio: float, target: str, figures: str) -> None:
    """Print one line."""
    print(f"{what:<58}{ratio:>8.2f}   {target:<14}{figures}", flush=True)
