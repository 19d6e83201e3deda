"""When a run is hopeless: its curve lies below what the others had reached by then.

Sources: the median rule is that of Golovin et al., Google Vizier: A service for black-box
optimization, 2017, section 3.2; successive halving is that of Li et al., A system for massively
parallel hyperparameter tuning, 2020, in the form that stops runs rather than pausing them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from workbench.validation import Configuration, check_choice, check_range, check_whole

RULES = ("none", "median", "halving")

# The objective of a run as it went: epochs and values.
Curve = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Stopping(Configuration):
    """Which runs are stopped before their end.

    Attributes:
        rule: ``median`` stops a run whose best objective so far is worse than the median of what
            the finished runs averaged up to the same epoch; ``halving`` keeps the best of every
            ``factor`` runs at ``grace``, ``grace * factor``, … epochs; ``none`` stops none.
        grace: epochs that every run is given.
        least: how many runs must have finished before the median counts.
        factor: of how many runs halving keeps one.
    """

    rule: str = "none"
    grace: float = 1.0
    least: int = 3
    factor: int = 3

    def __post_init__(self) -> None:
        check_choice("stopping", self.rule, RULES)
        check_range("stopping.grace", self.grace, 0.001, 100_000, "epochs")
        check_whole("stopping.least", self.least, 1, 1000, "runs")
        check_whole("stopping.factor", self.factor, 2, 100)

    def hopeless(
        self, curve: Curve, finished: Sequence[Curve], others: Sequence[Curve], higher: bool
    ) -> bool:
        """Judge a run by its latest point.

        Args:
            curve: how it went so far.
            finished: the runs that were trained to their end.
            others: all other runs of the sweep, however they went.
            higher: whether a higher objective is better.
        """
        if self.rule == "none" or not curve or curve[-1][0] < self.grace:
            return False
        if self.rule == "median":
            return self._below_median(curve, finished, higher)
        return self._left_behind(curve, others, higher)

    def _below_median(self, curve: Curve, finished: Sequence[Curve], higher: bool) -> bool:
        epoch = curve[-1][0]
        reached = [[value for at, value in other if at <= epoch] for other in finished]
        averages = [fmean(values) for values in reached if values]
        if len(averages) < self.least:
            return False
        best, middle = best_value(curve, higher), median(averages)
        return best < middle if higher else best > middle

    def _left_behind(self, curve: Curve, others: Sequence[Curve], higher: bool) -> bool:
        rung = self._rung(curve)
        if rung is None:
            return False
        own = _until(curve, rung, higher)
        rivals = [_until(other, rung, higher) for other in others if other and other[-1][0] >= rung]
        better = sum(value > own if higher else value < own for value in rivals)
        # Of the first few that come by, one goes on: the best so far.
        return better >= max(1, (len(rivals) + 1) // self.factor)

    def _rung(self, curve: Curve) -> float | None:
        """The rung that the latest point reached, if the point before had not."""
        before = curve[-2][0] if len(curve) > 1 else 0.0
        rung, reached = self.grace, None
        while rung <= curve[-1][0]:
            reached = rung if before < rung else None
            rung *= self.factor
        return reached


def best_value(curve: Curve, higher: bool) -> float:
    """The best objective of a curve that is not empty."""
    values = [value for _, value in curve]
    return max(values) if higher else min(values)


def _until(curve: Curve, rung: float, higher: bool) -> float:
    """The best objective at the first point that reached the rung."""
    count = next(place for place, (epoch, _) in enumerate(curve, 1) if epoch >= rung)
    return best_value(curve[:count], higher)
