"""Runners: where a job is executed."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from workbench.jobs import Job
from workbench.jobs.secrets import Secrets
from workbench.runners.base import Handle, Runner
from workbench.validation import check_choice

RUNNERS = {
    "kernel": "workbench.runners.kernel:KernelRunner",
    "process": "workbench.runners.process:ProcessRunner",
    "ray": "workbench.runners.ray:RayRunner",
    "synchronous": "workbench.runners.synchronous:SynchronousRunner",
}
# Where whatever takes time is executed; by Ray only runs are.
LOCAL = tuple(name for name in RUNNERS if name != "ray")


def start(job: Job, runner: str = "process", secrets: Mapping[str, str] | None = None) -> Handle:
    """Begin to execute ``job`` with the runner of that name.

    Args:
        job: a job that nobody executes.
        runner: one of ``RUNNERS``.
        secrets: keys and passwords for the executor, handed over in memory.

    Raises:
        InvalidValue: there is no such runner.
        MissingExtra: it needs what is not installed.
        JobBusy: somebody executes the job already.
    """
    return find(runner).start(job, Secrets(secrets))


def find(runner: str) -> Runner:
    """The runner of that name, ready to execute jobs.

    Raises:
        InvalidValue: there is no such runner.
        MissingExtra: it needs what is not installed.
    """
    check_choice("runner", runner, RUNNERS)
    module, name = RUNNERS[runner].split(":")
    chosen: Runner = getattr(importlib.import_module(module), name)()
    return chosen


__all__ = ["LOCAL", "RUNNERS", "Handle", "Runner", "find", "start"]
