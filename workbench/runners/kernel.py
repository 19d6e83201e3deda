"""Runs a job in a thread of this kernel, on the notebook's devices, with live objects."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Mapping

from workbench.jobs import Job
from workbench.runners.execution import announce, execute

_LEAVE_S = 5.0
_NICENESS = 10


class KernelHandle:
    """A job executed by a thread of this process."""

    def __init__(self, job: Job, secrets: Mapping[str, str]) -> None:
        self._job = job
        # A daemon, or the interpreter would wait for the last epoch before it lets go;
        # `_leave` stops it in an orderly way first.
        self._thread = threading.Thread(
            target=self._execute, args=[secrets], name=f"workbench-{job.id}", daemon=True
        )
        atexit.register(self._leave)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread."""
        self._thread.join(timeout)
        return not self.alive

    def _execute(self, secrets: Mapping[str, str]) -> None:
        _give_way()
        try:
            execute(self._job, secrets=secrets)
        finally:
            atexit.unregister(self._leave)

    def _leave(self) -> None:
        """The interpreter ends: stop with a checkpoint, as the Stop button does."""
        if self.alive:
            self._job.send("stop")
            self._thread.join(_LEAVE_S)


def _give_way() -> None:
    """Let what answers clicks go first: this thread, and those that it starts, are less urgent.

    On an idle machine it makes no difference. Linux counts urgency a thread; elsewhere it is one
    figure a process, which is left alone.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


class KernelRunner:
    """Executes in a background thread; the thread ends with the kernel."""

    def start(self, job: Job, secrets: Mapping[str, str]) -> KernelHandle:
        """Begin to execute the job."""
        announce(job)
        return KernelHandle(job, secrets)
