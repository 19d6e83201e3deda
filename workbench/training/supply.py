"""Whether a run is bound by its images or by its network: who waits for whom."""

from __future__ import annotations

import threading
from collections import deque

INPUT, NETWORK = "input", "network"
# Batches that are read ahead of the network.
AHEAD = 8
_WINDOW = 12
_MOSTLY = 0.75


class Supply:
    """Counts the batches that were read and those that were taken.

    Where the network is the slower, the readers are as far ahead as they may be whenever one
    looks; where they are hardly ahead, the network waits for them.

    Args:
        total: batches there are to read in all.
    """

    def __init__(self, total: int) -> None:
        self._lock = threading.Lock()
        self._left, self._made, self._taken = total, 0, 0
        self._late: deque[bool] = deque(maxlen=_WINDOW)

    def made(self) -> None:
        """A batch was read; may be called from several threads."""
        with self._lock:
            self._made += 1

    def took(self, batches: int) -> None:
        """The network took batches; called as soon as it has."""
        self._taken += batches
        with self._lock:
            ahead = self._made - self._taken
        fitting = min(AHEAD, self._left - self._taken)
        if fitting:
            self._late.append(ahead < fitting / 2)

    @property
    def bottleneck(self) -> str:
        """``input``, ``network``, or nothing while neither is clear."""
        if len(self._late) < _WINDOW:
            return ""
        share = sum(self._late) / len(self._late)
        return INPUT if share >= _MOSTLY else NETWORK if share <= 1 - _MOSTLY else ""
