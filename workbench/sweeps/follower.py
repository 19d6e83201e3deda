"""Following a run of a sweep as it goes: its status, and the curve of its objective."""

from __future__ import annotations

from workbench.errors import NotFound, SchemaError
from workbench.jobs import Job, JobSummary
from workbench.jobs.summary import Tally
from workbench.tasks import Monitor
from workbench.training import History


class Follower:
    """Reads the events of a run from where it last stopped.

    Attributes:
        judged: how many points of the curve have been looked at by the rule that stops runs.
        begun: whether whoever follows it has begun it.
    """

    def __init__(self, job: Job, monitor: Monitor) -> None:
        self.job = job
        self.judged = 0
        self.begun = False
        self._monitor = monitor
        self._tally = Tally()
        self._history = History()
        self._offset = 0

    def read(self) -> JobSummary | None:
        """Read on; None if the run was deleted."""
        # In this order: a run that has ended is read with all its points.
        try:
            summary = self.job.summary(self._tally)
            events, self._offset = self.job.events(self._offset)
        except (NotFound, SchemaError, FileNotFoundError):
            return None
        for event in events:
            self._history.apply(event)
        # A run that resumed at a checkpoint has lost the points after it.
        self.judged = min(self.judged, len(self.curve))
        return summary

    @property
    def curve(self) -> list[tuple[float, float]]:
        """Epochs and values of the objective."""
        epochs, values = self._history.series(self._monitor.name)
        return list(zip(epochs.tolist(), values.tolist(), strict=True))

    @property
    def best(self) -> tuple[float | None, float | None]:
        """Epoch and value of the best point."""
        found = self._history.best(self._monitor.name, self._monitor.higher_is_better)
        return found or (None, None)
