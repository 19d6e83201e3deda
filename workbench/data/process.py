"""A decoding process: how it begins, what it is asked for, when it ends.

The first module of this package that such a process imports, so that it can say what libraries
shall be told before they are loaded.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.data.workers import Decoded, Work, Worker

if multiprocessing.current_process().name != "MainProcess":
    # There are as many processes as processors: threads would only get into each other's way, and
    # to begin them takes as long as all that is imported otherwise.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"


class _Process:
    """The worker of this process, made when the process begins."""

    worker: Worker | None = None


def begin(work: Work) -> None:
    """Prepare this process for stretches of one piece of work."""
    import cv2

    from workbench.data.workers import Worker

    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_parent, name="workbench-parent", daemon=True).start()
    _Process.worker = Worker(work)


def _end_with_parent() -> None:
    """A parent that was killed can end nobody: whoever it began notices and goes."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def decode(start: int, names: list[str]) -> Decoded:
    """Decode a stretch in a process that has begun."""
    assert _Process.worker is not None
    return _Process.worker(start, names)
