"""What an executor is given: the job, a voice for events and an ear for commands."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.jobs import commands
from workbench.jobs.commands import Command
from workbench.jobs.events import Event, EventWriter
from workbench.jobs.job import Job
from workbench.jobs.progress import Pace
from workbench.jobs.secrets import Secrets

if TYPE_CHECKING:
    from workbench.jobs.queue import Turn

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
        turn: its turn in the queue, for a job that is queued.

    Attributes:
        gpus: the GPUs that the executor is to use, as TensorFlow counts them in this process;
            None where there are none to be shared out.
    """

    def __init__(
        self,
        job: Job,
        events: EventWriter,
        secrets: Mapping[str, str] | None = None,
        turn: Turn | None = None,
    ) -> None:
        self.job = job
        self.secrets = Secrets(secrets)
        self.gpus: tuple[int, ...] | None = None
        self._turn = turn
        self._events = events
        self._pace = Pace()
        self._message = ""
        self._progress_at = 0.0
        self._polled_at = 0.0
        self._stop = False
        self._wishes: list[Command] = []

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

    def stop_requested(self) -> bool:
        """Whether Stop was commanded; looks at the mailbox ten times a second at most."""
        now = time.monotonic()
        if not self._stop and now - self._polled_at >= _POLL_EVERY_S:
            self._polled_at = now
            for command in commands.take(self.job.path):
                if command.name == "stop":
                    self._stop = True
                else:
                    self._wishes.append(command)
        return self._stop

    def wishes(self) -> list[Command]:
        """The commands other than Stop that ``stop_requested`` found since the last call."""
        wishes, self._wishes = self._wishes, []
        return wishes

    def lend_turn(self) -> None:
        """Let another job of the queue go on while this one is paused."""
        if self._turn is not None:
            self._turn.lend()

    def take_turn(self) -> None:
        """Wait in the queue until this job may go on.

        Raises:
            Stopped: Stop was commanded meanwhile.
        """
        if self._turn is not None:
            self._turn.wait(self)

    def rest(self) -> None:
        """Wait until it is time to look at the mailbox again."""
        time.sleep(_POLL_EVERY_S)
