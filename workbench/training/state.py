"""Where a run is: what a checkpoint holds beside the variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass
class State:
    """Where a run is.

    Attributes:
        step: optimizer steps done.
        validated, saved: the steps at which that was done last.
        loss_sum, loss_count: of the point begun.
        metrics: the latest validation's figures.
        best, best_at: the best validation figure and the step it was measured at.
    """

    step: int = 0
    validated: int = 0
    saved: int = 0
    loss_sum: float = 0.0
    loss_count: int = 0
    metrics: dict[str, float] = field(default_factory=dict)
    best: float | None = None
    best_at: int = 0

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """From what a checkpoint has, which may be more, or less where it is older."""
        return cls(**{name: kept[name] for name in cls.__dataclass_fields__ if name in kept})
