"""Runs a training run on a Ray cluster: on several machines together, under Ray Train.

A process of its own leads (:mod:`workbench.runners.ray.lead`); it is all that this kernel starts.
The cluster is that of ``$RAY_ADDRESS``; without one it is this machine, for as long as the run.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import Any

from workbench.errors import InvalidValue, MissingExtra
from workbench.jobs import Job
from workbench.runners.process import ProcessHandle, ProcessRunner
from workbench.validation import check_whole

MAX_WORKERS = 4096
_FACT = "workers"


class RayRunner(ProcessRunner):
    """Executes by as many workers as were asked for, each a machine's share of the cluster.

    Raises:
        MissingExtra: Ray is not installed.
    """

    program = "workbench.runners.ray.lead"

    def __init__(self) -> None:
        require()

    def start(self, job: Job, secrets: Mapping[str, str]) -> ProcessHandle:
        """Spawn the process that leads and return as soon as it exists.

        Raises:
            InvalidValue: the job is no run.
        """
        if job.kind != "run":
            raise InvalidValue(f"{job.name} is a {job.kind}; only runs are executed by Ray")
        return super().start(job, secrets)

    def announce(self, job: Job, process: dict[str, Any]) -> None:
        """Record it; whose turn it is, is Ray's to say."""
        job.announce(process)


def require() -> None:
    """See that Ray Train is there, without loading it.

    Raises:
        MissingExtra: it is not installed.
    """
    # pyarrow is what Ray Train needs and Ray alone does not bring.
    if not all(importlib.util.find_spec(name) for name in ("ray", "pyarrow")):
        raise MissingExtra(
            "a Ray cluster needs Ray Train; install it with "
            "pip install 'jupyter-workbench[ray]', or choose the runner process"
        )


def ask_for(job: Job, workers: int) -> None:
    """Note how many workers are to execute a run, whenever Ray does.

    Raises:
        InvalidValue: it is no such number.
    """
    check_workers(workers)
    job.record("facts", **{_FACT: workers})


def check_workers(workers: Any) -> None:
    """Refuse what is no number of workers.

    Raises:
        InvalidValue: it is none.
    """
    check_whole("workers", workers, 1, MAX_WORKERS)


def asked_for(job: Job) -> int | None:
    """How many workers are to execute the run; None for one on each machine of the cluster."""
    return job.summary().facts.get(_FACT)
