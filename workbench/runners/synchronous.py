"""Runs a job right here, before returning: for tests and scripts."""

from __future__ import annotations

from workbench.jobs import Job
from workbench.runners.execution import execute


class Finished:
    """The handle of an execution that is over."""

    alive = False

    def join(self, timeout: float | None = None) -> bool:
        """Return at once."""
        return True


class SynchronousRunner:
    """Executes in the caller's thread."""

    def start(self, job: Job) -> Finished:
        """Execute the job to its end."""
        job.announce()
        execute(job)
        return Finished()
