"""The trials of a sweep as they are now: its events, and what its runs have reached meanwhile."""

from __future__ import annotations

import dataclasses

from workbench.errors import NotFound, SchemaError
from workbench.jobs import Home, Job
from workbench.jobs.summary import Tally
from workbench.sweeps.trials import ENDED, Trial, Trials
from workbench.tasks import Monitor


class Observer:
    """Reads a sweep from where it last stopped; disturbs nobody.

    Attributes:
        noted: the trials as the sweep has noted them.
    """

    def __init__(self, job: Job, monitor: Monitor) -> None:
        self.noted = Trials()
        self._job, self._monitor = job, monitor
        self._runs = Home(job.path.parents[1]).runs_dir
        self._offset = 0
        self._tallies: dict[str, Tally] = {}

    def read(self) -> list[Trial]:
        """All trials in the order in which they began."""
        events, self._offset = self._job.events(self._offset)
        for event in events:
            self.noted.apply(event)
        return [self._now(trial) for trial in self.noted.all]

    def _now(self, trial: Trial) -> Trial:
        """Of a trial under way, the best so far and the status of its run."""
        if trial.status in ENDED or trial.run is None:
            return trial
        tally = self._tallies.setdefault(trial.run, Tally())
        try:
            summary = Job(self._runs / trial.run).summary(tally)
        except (NotFound, SchemaError, FileNotFoundError):  # deleted: the sweep will note it
            return trial
        best = summary.highest if self._monitor.higher_is_better else summary.lowest
        return dataclasses.replace(
            trial, status=summary.status, objective=best.get(self._monitor.name)
        )
