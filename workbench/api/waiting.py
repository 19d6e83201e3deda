"""Waiting for a job with a progress bar, and stopping it in good order on Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

from workbench.errors import JobFailed
from workbench.jobs import LIVE, Job, JobSummary

_STOP_S = 30.0
_ENDS = {"done": "was done", "failed": "failed", "interrupted": "was interrupted"}


def wait_for(job: Job, bar: bool = False, timeout: float | None = None, stop: bool = True) -> str:
    """Wait until the job ends; return its status.

    Args:
        bar: show its progress on stderr.
        timeout: seconds after which to return anyway.
        stop: on Ctrl-C stop the job and wait until it has; it can be resumed.

    Raises:
        KeyboardInterrupt: on Ctrl-C.
        JobFailed: after Ctrl-C the job goes on all the same.
    """
    with (
        stopped_by_interrupt(job) if stop else nullcontext(),
        _progress_bar(job) if bar else nullcontext() as show,
    ):
        return job.wait(timeout, show)


@contextmanager
def stopped_by_interrupt(job: Job) -> Iterator[None]:
    """Stop the job when Ctrl-C ends the block, in which it is begun or waited for.

    Raises:
        KeyboardInterrupt: on Ctrl-C, once the job has ended.
        JobFailed: it goes on all the same.
    """
    try:
        yield
    except KeyboardInterrupt:
        word = _stop(job)
        if word in LIVE:
            raise JobFailed(
                f"{job.name} was told to stop and is still {word}; it ends as soon as it can"
            ) from None
        if word != "stopped":
            print(f"{job.name!r} {_ENDS[word]} before it could be stopped", file=sys.stderr)
        raise


def _stop(job: Job) -> str:
    """Stop a job; return its status once it has ended, or nobody wants to wait any longer."""
    try:
        if job.live:
            job.send("stop")
        return job.wait(_STOP_S)
    except KeyboardInterrupt:
        return job.status


@contextmanager
def _progress_bar(job: Job) -> Iterator[Callable[[JobSummary], None]]:
    from tqdm import tqdm

    shape = "{desc}: {percentage:3.0f}%|{bar}| {n:g}/{total:g} {unit} [{elapsed}<{postfix}]"
    with tqdm(total=1, bar_format=shape, file=sys.stderr, desc=job.name) as line:
        yield partial(_update, line)


def _update(line: Any, summary: JobSummary) -> None:
    progress = summary.progress
    if progress is None:
        return
    line.total, line.n, line.unit = progress.total, progress.done, progress.unit
    line.set_description_str(progress.message or summary.name, refresh=False)
    figures = [f"{name} {value:.4f}" for name, value in summary.metrics.items() if "val" in name]
    left = "" if progress.eta is None else f"{progress.eta:.0f} s left"
    line.set_postfix_str(" ".join([left, *figures]), refresh=False)
    line.refresh()
