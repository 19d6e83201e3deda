"""Everything that decides a sweep."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, Self

from workbench import tasks
from workbench.sweeps import fields, space
from workbench.sweeps.space import Range, Space
from workbench.sweeps.stopping import Stopping
from workbench.tasks import Monitor
from workbench.training import TrainConfig
from workbench.training.config import MAX_SEED
from workbench.validation import Configuration, check, check_choice, check_whole

METHODS = ("grid", "random", "bayesian")
GOALS = ("highest", "lowest")
MAX_TRIALS = 10_000
MAX_AT_ONCE = 256
# Of more combinations only so many are tried beforehand, and every value once: a form does so at
# each key. What slips through fails as a run of its own.
_MOST_CHECKED = 200
_FIGURE = re.compile(r"(train|val)_[a-z0-9_]+")


@dataclass(frozen=True)
class SweepConfig(Configuration):
    """The configuration of a sweep; checked when built, every run of it too.

    Attributes:
        base: the configuration of every run but for what varies.
        space: what varies: by dotted field (``policy.gamma``) a list of values or a ``Range``.
        method: ``grid`` trains every combination of lists, ``random`` draws combinations,
            ``bayesian`` chooses the next by the results so far (needs the extra ``optuna``).
        trials: most runs; 0 is every combination there is.
        at_once: how many runs are trained at the same time.
        objective: the figure that runs are compared by, such as ``val_loss``; by default the one
            that tells the task's best checkpoint.
        goal: whether its ``highest`` or ``lowest`` value is best; of a loss the lowest by default.
        stopping: which hopeless runs are stopped before their end.
        seed: decides what is drawn; drawn itself when None.

    Raises:
        InvalidValue: a field is out of range, or a run of the sweep could not begin.
    """

    base: TrainConfig
    space: Space
    method: str = "grid"
    trials: int = 0
    at_once: int = 1
    objective: str = ""
    goal: str = ""
    stopping: Stopping = field(default_factory=Stopping)
    seed: int | None = None

    def __post_init__(self) -> None:
        check(isinstance(self.base, TrainConfig), f"base must be a TrainConfig, got {self.base!r}")
        check(isinstance(self.space, Mapping) and self.space, "space must say what varies")
        object.__setattr__(self, "space", fields.normalized(self.space))
        check_choice("method", self.method, METHODS)
        check_whole("trials", self.trials, 0, MAX_TRIALS, "runs")
        check_whole("at_once", self.at_once, 1, MAX_AT_ONCE, "runs")
        self._check_objective()
        if self.seed is not None:
            check_whole("seed", self.seed, 0, MAX_SEED)
        self._check_method()
        self._check_runs()

    @property
    def total(self) -> int:
        """How many runs there will be."""
        most = space.combinations(self.space)
        if most is None:
            return self.trials
        return min(self.trials or most, most)

    @property
    def monitor(self) -> Monitor:
        """The figure that runs are compared by."""
        if not self.objective:
            own = tasks.get(self.base.task).monitor
            return Monitor(own.name, self.goal == "highest") if self.goal else own
        goal = self.goal or ("lowest" if "loss" in self.objective else "highest")
        return Monitor(self.objective, goal == "highest")

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as JSON values."""
        varied = {
            name: options.to_dict() if isinstance(options, Range) else list(options)
            for name, options in self.space.items()
        }
        return super().to_dict() | {"space": varied}

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """Build the configuration from ``to_dict``'s result.

        Raises:
            InvalidValue: for an unknown field or a value out of its range.
        """
        given = mapping.get("space")
        check(isinstance(given, Mapping), f"space must map fields to what varies, got {given!r}")
        varied = {
            name: Range.from_dict(options) if isinstance(options, Mapping) else options
            for name, options in dict(given or {}).items()
        }
        return super().from_dict({**mapping, "space": varied})

    def _check_objective(self) -> None:
        fitting = isinstance(self.objective, str) and _FIGURE.fullmatch(self.objective)
        check(
            not self.objective or fitting,
            f"objective must be a figure such as val_loss or val_accuracy, got {self.objective!r}",
        )
        check(
            not self.goal or self.goal in GOALS,
            f"goal must be one of {', '.join(GOALS)}; got {self.goal!r}",
        )
        check(
            isinstance(self.stopping, Stopping),
            f"stopping must be a Stopping, got {self.stopping!r}",
        )

    def _check_method(self) -> None:
        endless = next((n for n, options in self.space.items() if isinstance(options, Range)), None)
        if self.method == "grid":
            check(
                endless is None,
                f"a grid needs a list of values for {endless}, not a range; "
                "list them, or choose the method random",
            )
        most = space.combinations(self.space)
        check(
            self.trials or most is not None,
            f"trials must be at least 1, for {endless} varies over endlessly many values",
        )
        check(
            self.total <= MAX_TRIALS,
            f"there are {most or 0:,} combinations; a sweep has at most {MAX_TRIALS:,} runs, "
            "so list fewer values or say how many trials",
        )

    def _check_runs(self) -> None:
        most = self.total if self.method == "grid" else _MOST_CHECKED + 1
        tried = list(islice(space.grid(self.space), min(most, _MOST_CHECKED + 1)))
        each = space.each_value(self.space) if len(tried) > _MOST_CHECKED else ()
        fields.refuse_invalid(self.base, chain(each, tried))
