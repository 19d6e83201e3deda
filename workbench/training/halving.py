"""Smaller batches where memory was used up: each step in more parts.

The gradient stays the same, but for batch normalization and dropout; see
:mod:`workbench.training.loop`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbench.errors import JobFailed
from workbench.training.config import TrainConfig

if TYPE_CHECKING:
    from workbench.jobs import Event

BATCH_SIZE = "batch_size"


class Halving:
    """How often the batches of a run were halved."""

    def __init__(self, config: TrainConfig) -> None:
        self._config, self._times = config, 0

    @property
    def batch_size(self) -> int:
        """How many images go through the network at once."""
        return max(1, self._config.batch_size >> self._times)

    @property
    def parts(self) -> int:
        """In how many parts a step is done, one after the other."""
        return self._config.accumulation << self._times

    def fold(self, events: Iterable[Event]) -> None:
        """What was found out while the run went on before."""
        changes = [e for e in events if e.get("type") == "change" and e["what"] == BATCH_SIZE]
        if changes:
            fewer = self._config.batch_size / changes[-1]["value"]
            self._times = max(0, round(math.log2(fewer)))

    def again(self, error: Exception) -> None:
        """Memory was used up: halve once more, where the run may.

        Raises:
            JobFailed: it may not, or cannot; the message says what to try.
        """
        batch, smaller = self.batch_size, self.batch_size // 2
        if not self._config.smaller_batch or smaller < 1:
            advice = f"try a batch size of {smaller}" if smaller else "try a smaller network"
            raise JobFailed(
                f"the device's memory is used up with {batch} images a batch; {advice}"
            ) from error
        self._times += 1
