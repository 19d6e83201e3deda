"""A run waits for its turn: for its dataset, for a place among those that train, for its GPUs."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.errors import NotFound
from workbench.jobs import commands, lock, status
from workbench.jobs.job import Job
from workbench.jobs.queue import machine
from workbench.jobs.queue.dataset import awaited
from workbench.jobs.queue.entries import BLOCKED, PAUSED, RUNNING, WAITING, Entries, Entry
from workbench.jobs.queue.limits import read_limits
from workbench.jobs.queue.situation import Situation
from workbench.jobs.summary import Tally

if TYPE_CHECKING:
    from workbench.jobs.context import JobContext

_STOP_EVERY_S = 0.1
# Whoever is next looks often, those behind it less: a hundred that wait cost next to nothing.
_ASK_EVERY_S = 0.25
_ASK_AT_LEAST_EVERY_S = 2.0


def enter(job: Job, process: dict[str, Any] | None = None) -> None:
    """Queue a run that ``process`` (this one by default) is about to execute.

    One that was interrupted while it waited keeps the place it had.
    """
    entries = Entries(job.path.parents[1])
    with entries.held():
        before = entries.get(job.id)
        kept = before if before is not None and before.waits else _new(job)
        who = process or lock.this_process()
        entries.put(replace(kept, state=WAITING, gpus=(), why="", process=who))


class Turn:
    """The turn of the run that ``job`` is; whoever calls holds the job's lock.

    Attributes:
        gpus: the GPUs that the run has, as ``nvidia-smi`` counts them; None where there are none
            to be shared out, () where it is to do without.
    """

    def __init__(self, job: Job) -> None:
        self.gpus: tuple[int, ...] | None = None
        self._job = job
        self._home = job.path.parents[1]
        self._entries = Entries(self._home)
        # As the process finds them: once it has its own, it sees no others.
        self._present = machine.gpus()
        self._making = Tally()
        self._before = 0

    def wait(self, context: JobContext) -> None:
        """Return when the run may train, and its GPUs are its own.

        Raises:
            Stopped: Stop was commanded meanwhile; other commands stay for the executor.
            DataError: its dataset is gone or failed.
            InvalidValue: it wants GPUs that it can never have.
        """
        self._open()
        said = ""
        while why := self._ask():
            if not said:
                # Without a process: from here on the lock alone tells whether anybody waits.
                context.emit("status", status=status.WAITING)
            if why != said:
                context.progress(0, 1, message=why)
                said = why
            self._sleep()

    def lend(self) -> None:
        """Let another run train while this one is paused; to go on, :meth:`wait` again.

        Its GPUs stay its own, since its memory is there.
        """
        with self._entries.held():
            self._entries.put(replace(self._entry(), state=PAUSED, why=""))

    def leave(self) -> None:
        """Give everything back."""
        # What cannot be removed does not count either once the owner's lock is free.
        with suppress(OSError):
            self._entries.remove(self._job.id)

    def _entry(self) -> Entry:
        return self._entries.get(self._job.id) or _new(self._job)

    def _open(self) -> None:
        """Be in the queue: at the place that is there already, or at its end."""
        with self._entries.held():
            self._entries.tidy()
            entry = self._entry()
            if not entry.waits:
                entry = _new(self._job)
            self._entries.put(replace(entry, gpus=self.gpus or (), process=None))

    def _ask(self) -> str:
        """Go if it is this run's turn; else say what it waits for."""
        why = awaited(self._job, self._making)
        if why:
            with self._entries.held():
                self._tell(self._entry(), BLOCKED, why)
            return why
        limits = read_limits(self._home)
        with self._entries.held():
            self._tell(self._entry(), WAITING)
            return self._decide(Situation.of(self._entries.live(), limits, self._present))

    def _decide(self, situation: Situation) -> str:
        me = self._job.id
        situation.check(me)
        going = situation.going()
        if me not in going:
            self._before = situation.before(me)
            why = situation.reason(me, self._name)
            self._tell(self._entry(), WAITING, why)
            return why
        for other in situation.overtaken(me):
            passed = self._entries.get(other)
            if passed is not None:
                self._entries.put(replace(passed, passed=passed.passed + 1))
        self._entries.put(replace(self._entry(), state=RUNNING, gpus=going[me], why=""))
        self.gpus = going[me] if self._present else None
        return ""

    def _tell(self, entry: Entry, state: str, why: str = "") -> None:
        """Write what has changed of this run's entry."""
        told = replace(entry, state=state, why=why or entry.why)
        if told != entry:
            self._entries.put(told)

    def _name(self, job_id: str) -> str:
        with suppress(NotFound, OSError):  # somebody removed its folder
            return Job(self._job.path.with_name(job_id)).name
        return job_id

    def _sleep(self) -> None:
        """Wait a moment, and hear Stop meanwhile."""
        from workbench.jobs.context import Stopped

        pause = min(_ASK_EVERY_S * (1 + self._before), _ASK_AT_LEAST_EVERY_S)
        end = time.monotonic() + pause
        while (left := end - time.monotonic()) > 0:
            if commands.take(self._job.path, ("stop",)):
                raise Stopped
            time.sleep(min(_STOP_EVERY_S, left))


def _new(job: Job) -> Entry:
    return Entry(job.id, time.time(), devices=str(job.config.get("devices", "")))
