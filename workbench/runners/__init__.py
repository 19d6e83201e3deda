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
    "synchronous": "workbench.runners.synchronous:SynchronousRunner",
}


def start(job: Job, runner: str = "process", secrets: Mapping[str, str] | None = None) -> Handle:
    """Begin to execute ``job`` with the runner of that name.

    Args:
        job: a job that nobody executes.
        runner: one of ``RUNNERS``.
        secrets: keys and passwords for the executor, handed over in memory.

    Raises:
        InvalidValue: there is no such runner.
        JobBusy: somebody executes the job already.
    """
    check_choice("runner", runner, RUNNERS)
    module, name = RUNNERS[runner].split(":")
    chosen: Runner = getattr(importlib.import_module(module), name)()
    return chosen.start(job, Secrets(secrets))


__all__ = ["RUNNERS", "Handle", "Runner", "start"]
