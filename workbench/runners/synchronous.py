"""Runs a job right here, before returning: for tests and scripts."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.jobs import Job
from workbench.runners.execution import announce, execute


class Finished:
    """The handle of an execution that is over."""

    alive = False

    def join(self, timeout: float | None = None) -> bool:
        """Return at once."""
        return True


class SynchronousRunner:
    """Executes in the caller's thread."""

    def start(self, job: Job, secrets: Mapping[str, str]) -> Finished:
        """Execute the job to its end."""
        announce(job)
        execute(job, secrets=secrets)
        return Finished()
