"""What datasets, runs and sweeps have in common as objects in a notebook: each is a job."""

from __future__ import annotations

from workbench.jobs.home import Home
from workbench.jobs.job import Job
from workbench.jobs.reader import JobReader
from workbench.jobs.summary import JobSummary


class Held:
    """A job in somebody's hands; everything is read from its directory."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._reader = JobReader(job)

    @property
    def id(self) -> str:
        """The name of its directory."""
        return self.job.id

    @property
    def name(self) -> str:
        """What people call it."""
        return self.job.name

    @property
    def status(self) -> str:
        """One of waiting, running, paused, done, stopped, failed, interrupted."""
        return self._reader.status

    @property
    def home(self) -> Home:
        """The home it lives in."""
        return Home(self.job.path.parents[1])

    def summary(self) -> JobSummary:
        """It in a few figures."""
        return self._reader.summary()
