"""What state a job is in, derived from its last status event and the owner's lock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.jobs import lock

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
