"""Waiting for a job with a progress bar, and stopping it in good order on Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from workbench.jobs import Job, JobSummary

_STOP_S = 30.0


def wait_for(job: Job, bar: bool = False, timeout: float | None = None, stop: bool = True) -> str:
    """Wait until the job ends; return its status.

    Args:
        bar: show its progress on stderr.
        timeout: seconds after which to return anyway.
        stop: on Ctrl-C stop the job and wait until it has; it can be resumed.

    Raises:
        KeyboardInterrupt: on Ctrl-C.
    """
    show, close = _progress_bar(job) if bar else (None, None)
    try:
        return job.wait(timeout, show)
    except KeyboardInterrupt:
        if stop:
            job.send("stop")
            job.wait(_STOP_S)
        raise
    finally:
        if close is not None:
            close()


def _progress_bar(job: Job) -> tuple[Callable[[JobSummary], None], Callable[[], None]]:
    from tqdm import tqdm

    shape = "{desc}: {percentage:3.0f}%|{bar}| {n:g}/{total:g} {unit} [{elapsed}<{postfix}]"
    line = tqdm(total=1, bar_format=shape, file=sys.stderr, desc=job.name)
    return partial(_update, line), line.close


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
