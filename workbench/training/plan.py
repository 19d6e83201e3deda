"""How many steps a run takes and at what rate each: a function of configuration and wishes.

What people wish of a running run, another rate or more epochs, is an event at the step from which
it holds. So a run that starts again at an earlier checkpoint does the same at the same step.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from workbench.jobs.events import Event
from workbench.training.config import TrainConfig

# What may be changed while a run goes on, as the ``what`` of a change event.
RATE, EPOCHS = "learning_rate", "epochs"


@dataclass(frozen=True)
class _Stretch:
    """Steps over which progress grows evenly, and what the rate is measured by."""

    step: int
    percent: float
    epochs: float
    rate: float
    factor: float


@dataclass
class Plan:
    """The steps of a run.

    Args:
        config: its configuration.
        steps_per_epoch: whole number.
    """

    config: TrainConfig
    steps_per_epoch: int
    _stretches: list[_Stretch] = field(default_factory=list)

    def __post_init__(self) -> None:
        first = _Stretch(0, 0.0, self.config.epochs, self.config.learning_rate, 1.0)
        self._stretches = [first]

    def fold(self, events: Iterable[Event]) -> None:
        """Take the changes among a run's events into account, in the order of their steps."""
        changes = [event for event in events if event.get("type") == "change"]
        for change in sorted(changes, key=lambda event: event["step"]):
            self.change(change["what"], change["value"], int(change["step"]))

    def change(self, what: str, value: Any, step: int) -> None:
        """From ``step`` on there is another rate, or another number of epochs in all.

        A new rate holds from that step on and then falls as the policy says. More epochs stretch
        what is left of the schedule; where nothing is left, the rate stays what it was.
        """
        if what not in (RATE, EPOCHS):
            return
        now = self._stretches[-1]
        percent, factor = self._percent(step), self._factor(max(0, step - 1))
        rate, epochs = self.rate(max(0, step - 1)), now.epochs
        if what == RATE:
            rate, factor = float(value), self._factor(step)
        else:
            epochs = float(value)
        self._stretches.append(_Stretch(step, percent, epochs, rate, factor))

    @property
    def epochs(self) -> float:
        """Epochs in all."""
        return self._stretches[-1].epochs

    @property
    def total(self) -> int:
        """Steps in all."""
        return max(1, round(self.epochs * self.steps_per_epoch))

    def rate(self, step: int) -> float:
        """The rate of step ``step``, from 0."""
        stretch = self._stretch(step)
        if stretch.step == 0:
            return stretch.rate * self._factor(step)
        # A policy that has come to nothing says no more: the rate stays.
        return stretch.rate * (self._factor(step) / stretch.factor if stretch.factor else 1.0)

    def rates(self, start: int, stop: int) -> list[float]:
        """The rates of the steps ``start`` to ``stop``."""
        return [self.rate(step) for step in range(start, stop)]

    def _stretch(self, step: int) -> _Stretch:
        return next(s for s in reversed(self._stretches) if s.step <= step)

    def _factor(self, step: int) -> float:
        warm_up = self.config.warm_up * self.steps_per_epoch
        risen = min(1.0, (step + 1) / warm_up) if warm_up else 1.0
        return risen * self.config.policy.factor(self._percent(step))

    def _percent(self, step: int) -> float:
        """How much of the schedule is done when ``step`` steps are."""
        stretch = self._stretch(step)
        left = round(stretch.epochs * self.steps_per_epoch) - stretch.step
        share = (step - stretch.step) / left if left > 0 else 1.0
        return stretch.percent + (100 - stretch.percent) * min(1.0, share)
