"""What an executor is given: the job, a voice for events and an ear for commands."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from workbench.jobs import commands
from workbench.jobs.commands import Command
from workbench.jobs.events import Event, EventWriter
from workbench.jobs.job import Job
from workbench.jobs.progress import Pace
from workbench.jobs.secrets import Secrets

_PROGRESS_EVERY_S = 0.25
_POLL_EVERY_S = 0.1


class Stopped(Exception):  # noqa: N818 - not an error: the executor did as it was told
    """Raised by an executor that was stopped and left its directory in a clean state."""


class JobContext:
    """The executor's only way to the outside.

    Args:
        job: the job being executed; its lock is held by the caller.
        events: the only writer of its events.
        secrets: keys and passwords by name, which are written nowhere.
    """

    def __init__(
        self, job: Job, events: EventWriter, secrets: Mapping[str, str] | None = None
    ) -> None:
        self.job = job
        self.secrets = Secrets(secrets)
        self._events = events
        self._pace = Pace()
        self._message = ""
        self._progress_at = 0.0
        self._polled_at = 0.0
        self._stop = False

    def emit(self, kind: str, *, sync: bool = False, **fields: Any) -> Event:
        """Append an event; ``sync`` waits until the disk has it."""
        return self._events.write(kind, sync=sync, **fields)

    def progress(
        self, done: float, total: float, unit: str = "", message: str = "", **more: Any
    ) -> None:
        """Report progress; events are at least a quarter second apart, the last is never lost.

        Args:
            more: further fields of :class:`workbench.jobs.progress.Progress`.
        """
        if message != self._message:
            self._pace, self._message, self._progress_at = Pace(), message, 0.0
        eta = self._pace.eta(done, total)
        now = time.monotonic()
        if done < total and now - self._progress_at < _PROGRESS_EVERY_S:
            return
        self._progress_at = now
        eta = None if eta is None else round(eta, 1)
        self.emit("progress", done=done, total=total, unit=unit, message=message, eta=eta, **more)

    def log(self, text: str, level: str = "info") -> None:
        """Tell people something: an event, and a line of the text log."""
        text = self.secrets.hide(text)
        logging.getLogger("workbench.job").log(logging.getLevelName(level.upper()), text)
        self.emit("log", level=level, text=text)

    def commands(self) -> list[Command]:
        """Take the commands that arrived since the last call."""
        return commands.take(self.job.path)

    def stop_requested(self) -> bool:
        """Whether Stop was commanded; looks at the mailbox ten times a second at most."""
        now = time.monotonic()
        if not self._stop and now - self._polled_at >= _POLL_EVERY_S:
            self._polled_at = now
            self._stop = any(command.name == "stop" for command in self.commands())
        return self._stop
