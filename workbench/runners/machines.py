"""Executes a run on several machines together, each of which calls this with its ``TF_CONFIG``.

Slurm, Kubernetes or Ray start one process a machine (or several on one); the home lies on a disk
that all of them reach. The first owns the run as any executor does; the others follow it.
"""

from __future__ import annotations

import logging
from typing import Any

from workbench.errors import InvalidValue, JobInterrupted
from workbench.jobs import Job, JobContext, Stopped
from workbench.jobs.events import Event
from workbench.runners.execution import execute
from workbench.training.cluster import Cluster, from_environment
from workbench.training.execute import execute as train


def take_part(job: Job, announced: bool = False) -> str:
    """Execute a run as one of the machines of ``TF_CONFIG``; return how it ended.

    Args:
        announced: whoever started the machines has announced the run: what was commanded since
            then is meant for it.

    Raises:
        InvalidValue: the job is no run, or ``TF_CONFIG`` cannot be understood.
        JobBusy: somebody else executes it.
    """
    if job.kind != "run":
        raise InvalidValue(f"{job.name} is a {job.kind}; only runs are executed by machines")
    cluster = from_environment()
    if not cluster.first:
        return _follow(job, cluster)
    # Whoever started the machines has given them their turn and their GPUs.
    if not announced:
        job.announce()
    return execute(job, lambda job, context: train(job, context, cluster), queued=False)


def _follow(job: Job, cluster: Cluster) -> str:
    try:
        train(job, _Silent(job), cluster)
    except Stopped:
        return "stopped"
    except JobInterrupted as error:
        logging.getLogger(__name__).warning("%s: %s", job.id, error)
        return "interrupted"
    return "done"


class _Silent(JobContext):
    """Of a machine that follows: it writes nothing and takes no commands."""

    def __init__(self, job: Job) -> None:
        super().__init__(job, None)  # type: ignore[arg-type]

    def emit(self, kind: str, *, sync: bool = False, **fields: Any) -> Event:
        """Say nothing."""
        return {}

    def log(self, text: str, level: str = "info") -> None:
        """Say nothing."""

    def stop_requested(self) -> bool:
        """The first machine is asked."""
        return False
