"""The process that executes one job: ``python -m workbench.runners.worker JOB_DIRECTORY``."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Mapping

from workbench.jobs import Job
from workbench.runners.execution import execute


def apart(job: Job, secrets: Mapping[str, str]) -> str:
    """Execute the job in this process, which is there for it alone."""
    return execute(job, secrets=secrets, apart=True)


def main(directory: str, execution: Callable[[Job, Mapping[str, str]], str] = apart) -> int:
    """Execute the job once the parent says so on stdin; 0 unless it failed.

    A parent that died before it could announce the job says nothing: then nothing is done.
    What follows the word to begin is a line of JSON with the secrets.

    Args:
        execution: executes it to its end and tells its last status.
    """
    job = Job(directory)
    signal.signal(signal.SIGTERM, lambda *_: job.send("stop"))
    if sys.stdin.readline().strip() != "execute":
        return 1
    secrets = json.loads(sys.stdin.readline() or "{}")
    return 1 if execution(job, secrets) in ("failed", "interrupted") else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
