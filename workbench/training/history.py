"""The curves of a run: a pure function of its events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from workbench.jobs.events import Event
from workbench.jobs.summary import NOT_METRICS


@dataclass(frozen=True)
class Mark:
    """Something that happened at an epoch and deserves a line on the curve."""

    epoch: float
    text: str


@dataclass
class History:
    """Figures by name, each a list of points (step, epoch, value) in the order of steps.

    A run that starts again at step S repeats the steps after S: points noted after S before the
    restart are dropped, so that none shows twice.
    """

    points: dict[str, list[tuple[int, float, float]]] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)

    @classmethod
    def from_events(cls, events: Iterable[Event]) -> Self:
        """Fold all events of a run."""
        history = cls()
        for event in events:
            history.apply(event)
        return history

    def apply(self, event: Event) -> bool:
        """Take one more event into account; tell whether the curves changed."""
        if event.get("type") == "metrics":
            return self._add(event)
        if event.get("type") == "status" and "step" in event:
            return self._restart(int(event["step"]), float(event.get("epoch", 0)))
        return False

    def series(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Epochs and values of one figure, such as ``val_loss``; empty when there is none."""
        points = self.points.get(name, [])
        return np.array([p[1] for p in points]), np.array([p[2] for p in points])

    def last(self, name: str) -> float | None:
        """The latest value of one figure."""
        points = self.points.get(name)
        return points[-1][2] if points else None

    def best(
        self, name: str = "val_accuracy", higher_is_better: bool = True
    ) -> tuple[float, float] | None:
        """Epoch and value of the best point of one figure; the earliest among equals."""
        points = self.points.get(name)
        if not points:
            return None
        sign = -1 if higher_is_better else 1
        _, epoch, value = min(points, key=lambda point: (sign * point[2], point[0]))
        return epoch, value

    def __getitem__(self, name: str) -> np.ndarray:
        return self.series(name)[1]

    def __len__(self) -> int:
        return max((len(points) for points in self.points.values()), default=0)

    def __repr__(self) -> str:
        figures = ", ".join(f"{name}: {len(points)}" for name, points in self.points.items())
        return f"History({figures or 'empty'})"

    def _add(self, event: Event) -> bool:
        step, epoch = int(event["step"]), float(event["epoch"])
        added = False
        for name in event.keys() - NOT_METRICS:
            if isinstance(event[name], int | float):
                self.points.setdefault(name, []).append((step, epoch, float(event[name])))
                added = True
        return added

    def _restart(self, step: int, epoch: float) -> bool:
        for points in self.points.values():
            while points and points[-1][0] > step:
                points.pop()
        self.marks = [mark for mark in self.marks if mark.epoch <= epoch]
        if step > 0:
            self.marks.append(Mark(epoch, "resumed"))
        return True
