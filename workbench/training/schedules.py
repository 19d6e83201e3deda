"""Learning rate policies: factors of the base rate over training progress.

Source of the first seven: DIGITS, digits/tools/tensorflow/lr_policy.py; progress counts in percent
there and here.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, fields

from workbench.validation import Configuration, check, check_range

# A rate that grows beyond this many times the base rate is a slip.
_MOST_GROWTH = 1e9


@dataclass(frozen=True)
class Fixed(Configuration):
    """The base rate throughout."""

    def factor(self, percent: float) -> float:
        """Always 1."""
        return 1.0


@dataclass(frozen=True)
class Step(Configuration):
    """Multiply the rate by ``gamma`` each time another ``size`` percent of training is done."""

    size: float = 33.0
    gamma: float = 0.1

    def __post_init__(self) -> None:
        check_range("policy.size", self.size, 0.1, 100, "%")
        check_range("policy.gamma", self.gamma, 1e-6, 10)
        _check_growth(self.gamma, math.floor(100 / self.size))

    def factor(self, percent: float) -> float:
        """``gamma ** floor(percent / size)``."""
        return self.gamma ** math.floor(percent / self.size)


@dataclass(frozen=True)
class MultiStep(Configuration):
    """Multiply the rate by ``gamma`` at each of some percents of training.

    DIGITS compares with ``>`` and so changes the rate a step after the percent is reached; here it
    changes at that step, as with :class:`Step`.
    """

    at: tuple[float, ...] = (50.0, 85.0)
    gamma: float = 0.5

    def __post_init__(self) -> None:
        check(isinstance(self.at, tuple) and self.at, "policy.at must be percents, such as 50,85")
        for percent in self.at:
            check_range("policy.at", percent, 0.01, 100, "%")
        check(sorted(set(self.at)) == list(self.at), "policy.at must be in ascending order")
        check_range("policy.gamma", self.gamma, 1e-6, 10)
        _check_growth(self.gamma, len(self.at))

    def factor(self, percent: float) -> float:
        """``gamma`` to the number of percents reached."""
        return self.gamma ** bisect_right(self.at, percent)


@dataclass(frozen=True)
class Exponential(Configuration):
    """Multiply the rate by ``gamma`` with every percent of training."""

    gamma: float = 0.95

    def __post_init__(self) -> None:
        check_range("policy.gamma", self.gamma, 0.5, 1.1)

    def factor(self, percent: float) -> float:
        """``gamma ** percent``."""
        return self.gamma**percent


@dataclass(frozen=True)
class Inverse(Configuration):
    """Lower the rate with a power of progress."""

    gamma: float = 0.1
    power: float = 0.5

    def __post_init__(self) -> None:
        check_range("policy.gamma", self.gamma, 0, 1000)
        check_range("policy.power", self.power, 0, 100)

    def factor(self, percent: float) -> float:
        """``(1 + gamma * percent) ** -power``."""
        return (1 + self.gamma * percent) ** -self.power


@dataclass(frozen=True)
class Polynomial(Configuration):
    """Lower the rate to nothing along a power of what is left."""

    power: float = 3.0

    def __post_init__(self) -> None:
        check_range("policy.power", self.power, 0, 100)

    def factor(self, percent: float) -> float:
        """``(1 - percent / 100) ** power``."""
        return max(0.0, 1 - percent / 100) ** self.power


@dataclass(frozen=True)
class Sigmoid(Configuration):
    """Lower the rate along an S whose middle lies at ``middle`` percent."""

    middle: float = 50.0
    gamma: float = 0.1

    def __post_init__(self) -> None:
        check_range("policy.middle", self.middle, 0, 100, "%")
        check_range("policy.gamma", self.gamma, -10, 10)

    def factor(self, percent: float) -> float:
        """``1 / (1 + exp(gamma * (percent - middle)))``."""
        # Half of it as a hyperbolic tangent, which does not overflow.
        return 0.5 * (1 - math.tanh(self.gamma * (percent - self.middle) / 2))


@dataclass(frozen=True)
class Cosine(Configuration):
    """Lower the rate along half a cosine to ``least`` of it.

    Source: Loshchilov and Hutter, SGDR: Stochastic gradient descent with warm restarts, 2017.
    """

    least: float = 0.0

    def __post_init__(self) -> None:
        check_range("policy.least", self.least, 0, 1)

    def factor(self, percent: float) -> float:
        """``least + (1 - least) * (1 + cos(pi * percent / 100)) / 2``."""
        wave = (1 + math.cos(math.pi * min(percent, 100.0) / 100)) / 2
        return self.least + (1 - self.least) * wave


@dataclass(frozen=True)
class OneCycle(Configuration):
    """Raise the rate to the base rate until ``peak`` percent, then lower it to nearly nothing.

    Both halves are cosines. Source: Smith and Topin, Super-convergence, 2018.
    """

    peak: float = 30.0
    start: float = 0.04
    end: float = 0.0001

    def __post_init__(self) -> None:
        check_range("policy.peak", self.peak, 1, 99, "%")
        check_range("policy.start", self.start, 0, 1)
        check_range("policy.end", self.end, 0, 1)

    def factor(self, percent: float) -> float:
        """From ``start`` to 1 at ``peak`` percent, and from there to ``end`` at 100."""
        if percent < self.peak:
            return _along_cosine(self.start, 1.0, percent / self.peak)
        share = (min(percent, 100.0) - self.peak) / (100 - self.peak)
        return _along_cosine(1.0, self.end, share)


def _check_growth(gamma: float, times: int) -> None:
    growth = times * math.log10(gamma)
    check(
        growth <= math.log10(_MOST_GROWTH),
        f"policy.gamma must be smaller, {gamma:g} to the power of {times} is beyond all rates",
    )


def _along_cosine(begin: float, end: float, share: float) -> float:
    return end + (begin - end) * (1 + math.cos(math.pi * share)) / 2


Policy = Fixed | Step | MultiStep | Exponential | Inverse | Polynomial | Sigmoid | Cosine | OneCycle
POLICIES: dict[str, type[Policy]] = {
    "fixed": Fixed,
    "step": Step,
    "multistep": MultiStep,
    "exponential": Exponential,
    "inverse": Inverse,
    "polynomial": Polynomial,
    "sigmoid": Sigmoid,
    "cosine": Cosine,
    "one-cycle": OneCycle,
}


def policy_name(policy: Policy) -> str:
    """The fixed word for a policy."""
    return next(name for name, kind in POLICIES.items() if type(policy) is kind)


def describe(policy: Policy) -> str:
    """A policy in a few words, ``step, size 33, gamma 0.1``."""
    parts = [policy_name(policy)]
    for field in fields(policy):
        value = getattr(policy, field.name)
        values = value if isinstance(value, tuple) else (value,)
        parts.append(f"{field.name} {' '.join(f'{v:g}' for v in values)}")
    return ", ".join(parts)
