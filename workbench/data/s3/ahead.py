"""Fetching ahead of who reads, in threads, without holding more than a share of memory."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class Budget:
    """How many bytes may be held at a time.

    Who is next to be read never waits: so whatever is held, reading goes on.

    Args:
        total: bytes.
    """

    def __init__(self, total: int) -> None:
        self._free = total
        self._next = 0
        self._changed = threading.Condition()
        self._held: dict[int, int] = {}

    def take(self, place: int, size: int) -> None:
        """Wait until ``size`` bytes are free, or ``place`` is next; again for one place is free."""
        with self._changed:
            if place in self._held:
                return
            self._changed.wait_for(lambda: self._free >= size or place <= self._next)
            self._held[place] = size
            self._free -= size

    def passed(self, place: int) -> None:
        """The bytes of ``place`` were read; the one after it is next."""
        with self._changed:
            self._free += self._held.pop(place, 0)
            self._next = place + 1
            self._changed.notify_all()

    def close(self) -> None:
        """Let everybody go on who waits."""
        with self._changed:
            self._free = 1 << 62
            self._changed.notify_all()


def ahead(
    fetch: Callable[[int, str, Budget], Result],
    names: Sequence[str],
    threads: int,
    budget: Budget,
    leave: Callable[[], None],
) -> Iterator[Result]:
    """``fetch(place, name, budget)`` for all names, in order, while the first are being read.

    Args:
        fetch: called in one of ``threads`` threads.
        names: what to fetch.
        threads: how many.
        budget: what ``fetch`` takes from before it holds anything.
        leave: called when no more is wanted, so that ``fetch`` ends soon; then the threads are
            waited for.
    """
    waiting: deque[Future[Result]] = deque()
    places = iter(enumerate(names))
    pool = ThreadPoolExecutor(min(threads, max(1, len(names))), thread_name_prefix="workbench-s3")

    def submit(count: int) -> None:
        for _, (place, name) in zip(range(count), places, strict=False):
            waiting.append(pool.submit(fetch, place, name, budget))

    try:
        submit(2 * threads)
        for place in range(len(names)):
            result = waiting.popleft().result()
            budget.passed(place)
            submit(1)
            yield result
    finally:
        leave()
        budget.close()
        pool.shutdown(wait=True, cancel_futures=True)
