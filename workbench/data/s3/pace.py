"""How many requests to make at a time: as many as it takes to hide the way to the server."""

from __future__ import annotations

import math

# To a server nearby more threads than these only take the interpreter from each other.
_FEW = 4
# What a thread is busy with one object; that long others need not wait.
_BUSY_S = 0.002


class Pace:
    """Learns from requests how far the server is.

    Args:
        most: threads at most.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._quickest = math.inf

    def note(self, seconds: float) -> None:
        """A request was answered after so long; only the quickest tells of the way alone."""
        self._quickest = min(self._quickest, seconds)

    @property
    def threads(self) -> int:
        """How many to fetch with."""
        if self._quickest == math.inf:
            return min(self._most, _FEW)
        return min(self._most, max(_FEW, math.ceil(self._quickest / _BUSY_S)))
