"""The runs of a sweep, folded from its events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from workbench.jobs import Event
from workbench.sweeps.space import Values
from workbench.tasks import Monitor

WAITING = "waiting"
RUNNING = "running"
DONE = "done"
STOPPED = "stopped"
FAILED = "failed"
PRUNED = "pruned"
# A trial that ended counts; its sweep never begins it again.
ENDED = frozenset({DONE, STOPPED, FAILED, PRUNED})


@dataclass
class Trial:
    """One run of a sweep.

    Attributes:
        number: counted from 1, in the order in which they began.
        values: what this run has of the fields that vary.
        run: the id of the run, None before it is made.
        status: waiting, running, done, stopped (by a person), failed, or pruned: stopped by the
            sweep because it was hopeless.
        objective: the best value of the figure that runs are compared by.
        epoch: where it was reached.
        error: why it failed.
        hopeless: whether the sweep has decided to stop it.
        ended: unix seconds.
    """

    number: int
    values: Values
    run: str | None = None
    status: str = WAITING
    objective: float | None = None
    epoch: float | None = None
    error: str | None = None
    hopeless: bool = False
    ended: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The trial as JSON values."""
        names = ("number", "run", "status", "values", "objective", "epoch", "error")
        return {name: getattr(self, name) for name in names}


@dataclass
class Trials:
    """All trials of a sweep so far, by number; a pure function of the sweep's events."""

    by_number: dict[int, Trial] = field(default_factory=dict)

    @classmethod
    def from_events(cls, events: Iterable[Event]) -> Self:
        """Fold all events of a sweep."""
        trials = cls()
        for event in events:
            trials.apply(event)
        return trials

    def apply(self, event: Event) -> bool:
        """Take one more event into account; tell whether it was about a trial."""
        if event.get("type") != "trial":
            return False
        number = int(event["number"])
        trial = self.by_number.get(number)
        if trial is None:
            trial = self.by_number[number] = Trial(number, event["values"])
        for name in ("run", "status", "objective", "epoch", "error", "hopeless"):
            if name in event:
                setattr(trial, name, event[name])
        trial.ended = event.get("t") if trial.status in ENDED else None
        return True

    @property
    def all(self) -> list[Trial]:
        """In the order in which they began."""
        return [self.by_number[number] for number in sorted(self.by_number)]

    @property
    def ended(self) -> list[Trial]:
        """In the order in which they ended."""
        ended = [trial for trial in self.all if trial.status in ENDED]
        return sorted(ended, key=lambda trial: (trial.ended or 0, trial.number))


def ranked(trials: Iterable[Trial], monitor: Monitor) -> list[Trial]:
    """The best first; those without a result last, in the order in which they began."""
    sign = -1 if monitor.higher_is_better else 1

    def place(trial: Trial) -> tuple[bool, float, int]:
        nothing = trial.objective is None
        return nothing, 0.0 if trial.objective is None else sign * trial.objective, trial.number

    return sorted(trials, key=place)


def best(trials: Iterable[Trial], monitor: Monitor) -> Trial | None:
    """The trial with the best result; the earliest among equals."""
    return next((t for t in ranked(trials, monitor) if t.objective is not None), None)


def best_so_far(ended: Sequence[Trial], monitor: Monitor) -> list[float | None]:
    """The best result after each trial that ended; None before there is one."""
    best_value: float | None = None
    values = []
    for trial in ended:
        if trial.objective is not None and monitor.better(trial.objective, best_value):
            best_value = trial.objective
        values.append(best_value)
    return values
