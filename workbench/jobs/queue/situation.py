"""The queue at one moment: who has what, who waits, and what follows from the rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from workbench.errors import InvalidValue
from workbench.jobs.queue import machine
from workbench.jobs.queue.entries import RUNNING, WAITING, Entry
from workbench.jobs.queue.limits import Limits
from workbench.jobs.queue.order import Claim, overtaken, wanted, who_goes
from workbench.jobs.queue.words import reason


@dataclass(frozen=True)
class Situation:
    """What :mod:`workbench.jobs.queue.order` decides from.

    Attributes:
        running: the entries of runs that train.
        waiting: those of runs that wait for their turn, the first first.
        holding: those of runs that have GPUs, the paused ones too.
        allowed: the GPUs that runs may use.
        free: those of them that no run has.
        slots: how many more runs may train; below zero after the limit was lowered.
    """

    running: tuple[Entry, ...]
    waiting: tuple[Entry, ...]
    holding: tuple[Entry, ...]
    allowed: tuple[int, ...]
    free: tuple[int, ...]
    slots: int

    @classmethod
    def of(cls, live: Sequence[Entry], limits: Limits, present: Sequence[int]) -> Self:
        """The situation of the entries that count, in their order."""
        running = tuple(entry for entry in live if entry.state == RUNNING)
        allowed = limits.allowed(present)
        holding = tuple(entry for entry in live if entry.gpus)
        taken = {gpu for entry in holding for gpu in entry.gpus}
        return cls(
            running=running,
            waiting=tuple(entry for entry in live if entry.state == WAITING),
            holding=holding,
            allowed=allowed,
            free=tuple(gpu for gpu in allowed if gpu not in taken),
            slots=limits.slots(present) - len(running),
        )

    def check(self, job: str) -> None:
        """Refuse what a run can never have.

        Raises:
            InvalidValue: it wants GPUs that are not there or not allowed.
        """
        self._claim(self._entry(job))

    def going(self) -> dict[str, tuple[int, ...]]:
        """The runs that may go now, each with its GPUs; of two, those least used by others."""
        free = machine.least_used(self.free) if self.slots > 0 else self.free
        going = who_goes(self._queue(), self.slots, free)
        had = {entry.id: entry.gpus for entry in self.waiting if entry.gpus}
        return {job: had.get(job, gpus) for job, gpus in going.items()}

    def before(self, job: str) -> int:
        """How many wait before a run."""
        return [entry.id for entry in self.waiting].index(job)

    def overtaken(self, job: str) -> list[str]:
        """Those that a run which goes now leaves behind though they were before it."""
        return overtaken(self._queue(), self.going(), job)

    def reason(self, job: str, name: Callable[[str], str]) -> str:
        """Why a run does not go yet; ``name`` tells what people call the run of an id."""
        claim = self._claim(self._entry(job))
        named = set(claim.named or self.allowed)
        # Where there is room for one more run, it waits for those that have its GPUs.
        ahead = [entry for entry in self.holding if named & set(entry.gpus)]
        names = [name(entry.id) for entry in (ahead if self.slots > 0 else self.running)]
        return reason(claim, self.before(job), names, self.slots, len(self.free))

    def _entry(self, job: str) -> Entry:
        return next(entry for entry in self.waiting if entry.id == job)

    def _claim(self, entry: Entry) -> Claim:
        if entry.gpus:  # it was paused and has them still
            return Claim(entry.id, passed=entry.passed)
        return wanted(entry.id, entry.devices, self.allowed, entry.passed)

    def _queue(self) -> list[Claim]:
        claims = []
        for entry in self.waiting:
            try:
                claims.append(self._claim(entry))
            except InvalidValue:  # it is about to fail, and keeps nobody waiting
                continue
        return claims
