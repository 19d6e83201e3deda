"""The executor of sweeps: makes runs, starts so many at once, and watches them."""

from __future__ import annotations

import time
from collections.abc import Callable

from workbench import runners
from workbench.errors import JobFailed
from workbench.jobs import Job, JobContext, Stopped
from workbench.sweeps.sweeper import Start, Sweeper

_POLL_S = 0.2


def start_apart(run: Job) -> None:
    """Begin a run in a process of its own, which gives its memory back when it ends."""
    runners.start(run, "process")


def pause() -> None:
    """Let a moment pass between two looks at the runs."""
    time.sleep(_POLL_S)


def execute(
    job: Job,
    context: JobContext,
    start: Start = start_apart,
    wait: Callable[[], object] = pause,
) -> None:
    """Carry out the sweep in ``job``; begun anew, it goes on with the runs it has.

    Args:
        start: begins a run and returns.
        wait: called between two looks at the runs.

    Raises:
        Stopped: Stop was commanded; the runs under way were stopped too and can go on.
        JobFailed: no run gave a result.
        MissingExtra: it is Bayesian and Optuna is not installed.
    """
    sweeper = Sweeper(job, context, start)
    sweeper.recover()
    while sweeper.step():
        if context.stop_requested():
            sweeper.stop(wait)
            raise Stopped
        wait()
    _conclude(sweeper)


def _conclude(sweeper: Sweeper) -> None:
    trials, figure = sweeper.trials.all, sweeper.config.monitor.name
    if any(trial.objective is not None for trial in trials):
        return
    errors = [trial.error for trial in trials if trial.error]
    why = f"the first failed: {errors[0]}" if errors else f"none was measured by {figure}"
    raise JobFailed(f"none of the {len(trials)} runs gave a result; {why}")
