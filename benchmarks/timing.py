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
    first, second = in_turns([ours, theirs], rounds)
    return statistics.median(first), statistics.median(second), ratio(first, second)


def in_turns(measures: list[Callable[[], float]], rounds: int) -> list[list[float]]:
    """What each of ``measures`` gave in each round; every second round runs backwards."""
    found: list[list[float]] = [[] for _ in measures]
    for number in range(rounds):
        order = range(len(measures))
        for place in reversed(order) if number % 2 else order:
            found[place].append(measures[place]())
    return found


def ratio(first: list[float], second: list[float]) -> float:
    """The median over the rounds of how often ``second`` goes into ``first``."""
    return statistics.median(a / b for a, b in zip(first, second, strict=True))


def report(what: str, ratio: float, target: str, figures: str) -> None:
    """Print one line."""
    print(f"{what:<58}{ratio:>8.2f}   {target:<14}{figures}", flush=True)
