"""One worker of a run on a Ray cluster: a machine that takes part, as any other."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from workbench.errors import JobInterrupted, NotFound
from workbench.jobs import Job
from workbench.jobs.lock import is_held

# What the first worker says to the process that leads when all are there.
BEGIN = "begin"
_POLL_S = 0.02
_PATIENCE_S = 60.0


def work(settings: dict[str, Any]) -> None:
    """Take part in the run; called by Ray Train when ``TF_CONFIG`` is set.

    Args:
        settings: ``directory`` of the run, on a disk that all reach; ``gpus`` of a worker.

    Raises:
        NotFound: the directory cannot be reached from here.
        JobInterrupted: it did not come to its end; Ray Train then ends the other workers too.
    """
    if not settings["gpus"]:
        _see_no_gpus()
    if not Path(settings["directory"]).is_dir():
        raise NotFound(
            f"{settings['directory']} is not there on {os.uname().nodename}; the home must lie "
            "on a disk that all machines reach"
        )
    job = Job(settings["directory"])
    if _is_first():
        _take_over(job)
    from workbench.runners.machines import take_part

    status = take_part(job, announced=True)
    if status in ("failed", "interrupted"):
        raise JobInterrupted(f"{job.id} {status}")


def _is_first() -> bool:
    from ray import train

    return train.get_context().get_world_rank() == 0


def _see_no_gpus() -> None:
    from workbench.jobs.queue import machine

    machine.show_only(())


def _take_over(job: Job) -> None:
    """Ask the process that leads for the run, and wait until it has let go."""
    job.send(BEGIN)
    deadline = time.monotonic() + _PATIENCE_S
    while is_held(job.path) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
