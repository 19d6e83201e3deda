"""What a runner is: something that executes a job somewhere and can be waited for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from workbench.jobs import Job


class Handle(Protocol):
    """A started execution."""

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most ``timeout`` seconds; tell whether it was reached."""

    @property
    def alive(self) -> bool:
        """Whether the execution has not ended."""


class Runner(Protocol):
    """A place where jobs are executed."""

    def start(self, job: Job, secrets: Mapping[str, str]) -> Handle:
        """Begin to execute the job and return at once.

        ``secrets`` reach the executor by way of memory alone: never an argument of a process, its
        environment or a file.

        Raises:
            JobBusy: somebody executes it already.
        """
