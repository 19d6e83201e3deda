"""Who executes a job: an operating system lock that dies with its holder."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any, Self

import psutil

from workbench.errors import JobBusy

# A reader that asks "is it held?" holds the lock for microseconds; the owner waits that out.
_PATIENCE_S = 1.0
# Who has written that a job has ended gives it free at once, on a busy machine a little later.
_LEAVING_S = 10.0


class OwnerLock:
    """The exclusive right to execute the job in a directory (``owner.lock``).

    Args:
        leaving: its job has ended, so whoever still holds it is about to give it free.

    Raises:
        JobBusy: another thread or process executes the job.
    """

    def __init__(self, directory: Path, leaving: bool = False) -> None:
        self._path = directory / "owner.lock"
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        if not self._acquire(leaving):
            os.close(self._file)
            raise JobBusy(f"{directory.name} is already being executed by {describe(directory)}")
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, json.dumps(this_process()).encode(), 0)

    def release(self) -> None:
        """Give the job free; releasing twice is harmless."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _acquire(self, leaving: bool) -> bool:
        deadline = time.monotonic() + (_LEAVING_S if leaving else _PATIENCE_S)
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() > deadline or not (leaving or _is_shared(self._path)):
                    return False
                time.sleep(0.002)


def is_held(directory: Path) -> bool:
    """Tell whether somebody executes the job in ``directory`` at this moment."""
    return not _is_shared(directory / "owner.lock")


def _is_shared(path: Path) -> bool:
    """Tell whether a shared lock can be had, which an owner's exclusive one prevents."""
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(file)


def owner_pid(directory: Path) -> int | None:
    """The number of the process that executes the job or did so last, if it is known."""
    try:
        return int(json.loads((directory / "owner.lock").read_text())["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def describe(directory: Path) -> str:
    """Name the owner in words, as far as it is known."""
    pid = owner_pid(directory)
    return "another process" if pid is None else f"process {pid}"


def this_process() -> dict[str, Any]:
    """Name this process so that a reused process number is not mistaken for it."""
    return {"pid": os.getpid(), "started": psutil.Process().create_time()}


def is_alive(process: dict[str, Any] | None) -> bool:
    """Tell whether a process named by :func:`this_process` still lives."""
    try:
        found = psutil.Process(int(process["pid"]))  # type: ignore[index]
        # The start is given to the hundredth of a second, and clocks are adjusted meanwhile.
        return abs(found.create_time() - float(process["started"])) < 2  # type: ignore[index]
    except (psutil.NoSuchProcess, KeyError, TypeError, ValueError):
        return False
