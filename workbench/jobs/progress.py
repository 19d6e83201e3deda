"""How far a job is and how long it will take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_WINDOW_S = 20.0


@dataclass(frozen=True)
class Progress:
    """``done`` of ``total`` ``unit``; ``eta`` in seconds, ``None`` while unknown.

    Attributes:
        bytes: how much was read of a source so far; 0 where that is not counted.
    """

    done: float
    total: float
    unit: str = ""
    message: str = ""
    eta: float | None = None
    bytes: int = 0

    @property
    def fraction(self) -> float:
        """The share done, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0


class Pace:
    """Estimates the time left from the pace of the last twenty seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, float]] = deque()

    def eta(self, done: float, total: float) -> float | None:
        """Note that ``done`` of ``total`` is reached now; return the seconds left, if known."""
        now = self._clock()
        if self._seen and done < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[0][0] > _WINDOW_S:
            self._seen.popleft()
        (start, first), gained = self._seen[0], done - self._seen[0][1]
        if gained <= 0 or now <= start:
            return None
        return max(0.0, (total - first - gained) * (now - start) / gained)
