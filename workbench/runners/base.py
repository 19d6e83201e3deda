"""What a runner is: something that executes a job somewhere and can be waited for."""

from __future__ import annotations

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

    def start(self, job: Job) -> Handle:
        """Begin to execute the job and return at once.

        Raises:
            JobBusy: somebody executes it already.
        """
