"""Learning rate policies: factors of the base rate over training progress.

Source: DIGITS, digits/tools/tensorflow/lr_policy.py; progress counts in percent there and here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from workbench.validation import Configuration, check_range


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

    def factor(self, percent: float) -> float:
        """``gamma ** floor(percent / size)``."""
        return self.gamma ** math.floor(percent / self.size)


Policy = Fixed | Step
POLICIES: dict[str, type[Fixed] | type[Step]] = {"fixed": Fixed, "step": Step}


def policy_name(policy: Policy) -> str:
    """The fixed word for a policy."""
    return next(name for name, kind in POLICIES.items() if type(policy) is kind)
