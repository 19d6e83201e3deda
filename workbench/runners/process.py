"""Runs a job in a process of its own, which outlives the kernel that asked for it.

When the process ends, all its memory is given back, that of the GPU too; if it is killed, only
the job is interrupted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from workbench.jobs import Job
from workbench.runners.execution import announce


class ProcessHandle:
    """A job executed by a child process."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        # Somebody must take note of a child's end, or it stays listed as if it lived.
        self._reaper = threading.Thread(
            target=child.wait, name=f"workbench-reaper-{child.pid}", daemon=True
        )
        self._reaper.start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._reaper.is_alive()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the process."""
        self._reaper.join(timeout)
        return not self.alive


class ProcessRunner:
    """Executes in a spawned Python process with a session of its own.

    Attributes:
        program: the module that the process executes, which ends in ``worker.main``.
    """

    program = "workbench.runners.worker"

    def start(self, job: Job, secrets: Mapping[str, str]) -> ProcessHandle:
        """Spawn the process and return as soon as it exists."""
        child = _spawn(job, self.program)
        try:
            self.announce(
                job, {"pid": child.pid, "started": psutil.Process(child.pid).create_time()}
            )
            assert child.stdin is not None
            # The word to begin: the child must not ask for the lock before the announcement is
            # made. The secrets go the same way, which nobody else can read.
            with child.stdin as pipe:
                pipe.write(b"execute\n" + json.dumps(dict(secrets)).encode() + b"\n")
        except BaseException:  # Ctrl-C, too: a child that nobody knows of would wait for ever
            with child:
                child.kill()
            raise
        return ProcessHandle(child)

    def announce(self, job: Job, process: dict[str, Any]) -> None:
        """Record that the process is about to execute the job.

        Raises:
            JobBusy: somebody executes it already.
        """
        announce(job, process)


def _spawn(job: Job, program: str) -> subprocess.Popen[bytes]:
    package = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    with (job.path / "run.log").open("ab") as log:
        return subprocess.Popen(
            # -P: of what lies in the job's directory, which may be another's, nothing is imported.
            [sys.executable, "-P", "-m", program, str(job.path)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=job.path,
            env={**os.environ, "PYTHONPATH": path},
            # A session of its own: neither Ctrl-C in the terminal nor the end of the kernel's
            # process group reaches it.
            start_new_session=True,
        )
