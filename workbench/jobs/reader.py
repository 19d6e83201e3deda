"""Reading a job again and again: what was read once is not read again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeVar

from workbench.jobs.job import Job
from workbench.jobs.summary import JobSummary, Tally

T = TypeVar("T")


class JobReader:
    """Reads a job on from where it last stopped; for whoever keeps looking at it.

    May be used from several threads.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self._tally: deque[Tally] = deque([Tally()], maxlen=1)

    @property
    def status(self) -> str:
        """One of waiting, running, paused, done, stopped, failed, interrupted."""
        return self._read(self.job.read_on)

    def summary(self) -> JobSummary:
        """The job in a few figures.

        Raises:
            NotFound: it was deleted.
            SchemaError: it is damaged.
        """
        return self._read(self.job.summary)

    def _read(self, how: Callable[[Tally], T]) -> T:
        # Taken away meanwhile: whoever reads at the same moment, or after a reading that failed,
        # begins at the beginning.
        try:
            tally = self._tally.pop()
        except IndexError:
            tally = Tally()
        found = how(tally)
        self._tally.append(tally)
        return found
