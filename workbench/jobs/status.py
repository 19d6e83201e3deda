"""What state a job is in, derived from its last status event and the owner's lock."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.jobs import lock
from workbench.jobs.events import Event

WAITING = "waiting"
RUNNING = "running"
PAUSED = "paused"
DONE = "done"
STOPPED = "stopped"
FAILED = "failed"
INTERRUPTED = "interrupted"

STATUSES = (WAITING, RUNNING, PAUSED, DONE, STOPPED, FAILED, INTERRUPTED)
LIVE = frozenset({WAITING, RUNNING, PAUSED})
RESUMABLE = frozenset({PAUSED, STOPPED, FAILED, INTERRUPTED})


def derive(directory: Path, word: str | None, process: dict[str, Any] | None) -> str:
    """Derive the status of the job in ``directory``.

    Args:
        word: the status in the last status event, ``None`` before the first one.
        process: for a waiting job, the process that is about to execute it.
    """
    if word not in LIVE:
        return word or INTERRUPTED
    if lock.is_held(directory):
        return word
    if word == WAITING and lock.is_alive(process):
        return WAITING
    return INTERRUPTED


def has_ended(events: Sequence[Event]) -> bool:
    """Whether the last status among a job's events is one that no execution goes on from."""
    words = (event.get("status") for event in reversed(events) if event["type"] == "status")
    return next(words, WAITING) not in LIVE


def expected(statuses: Sequence[Event]) -> dict[str, Any] | None:
    """The process, other than this one, that was asked to execute a job and is about to begin.

    Args:
        statuses: the status events of the job.
    """
    # The first is that of its making: whoever has made a job asked nobody yet to execute it.
    if len(statuses) < 2 or statuses[-1].get("status") != WAITING:
        return None
    process: dict[str, Any] = statuses[-1].get("process") or {}
    if not lock.is_alive(process) or process["pid"] == os.getpid():
        return None
    return process
