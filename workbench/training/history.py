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
    restart are dropped, so that none shows twice. Changes that were wished hold for ever.

    Attributes:
        starts: where the run was paused or went on.
        changes: events by step and by what was changed.
        findings: which layers are in bad health now (:mod:`workbench.training.health`).
        bottleneck: ``input`` or ``network``, whichever the other waits for; empty if unknown.
    """

    points: dict[str, list[tuple[int, float, float]]] = field(default_factory=dict)
    starts: list[Mark] = field(default_factory=list)
    changes: dict[tuple[int, str], Event] = field(default_factory=dict)
    findings: list[Event] = field(default_factory=list)
    bottleneck: str = ""

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
            return self._begin(event)
        if event.get("type") == "change":
            self.changes[(int(event["step"]), event["what"])] = event
            return True
        if event.get("type") == "health":
            self.findings = event["layers"]
        if event.get("type") == "bottleneck":
            self.bottleneck = event["what"]
        return False

    @property
    def marks(self) -> list[Mark]:
        """What happened to the run, by epoch."""
        changes = [Mark(float(e["epoch"]), _change_text(e)) for e in self.changes.values()]
        return sorted([*self.starts, *changes], key=lambda mark: mark.epoch)

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

    def _begin(self, event: Event) -> bool:
        step, epoch = int(event["step"]), float(event.get("epoch", 0))
        if event.get("status") == "paused":
            self.starts.append(Mark(epoch, "paused"))
            return True
        self.findings, self.bottleneck = [], ""
        for points in self.points.values():
            while points and points[-1][0] > step:
                points.pop()
        self.starts = [mark for mark in self.starts if mark.epoch <= epoch]
        if step > 0:
            self.starts.append(Mark(epoch, "resumed"))
        return True


def _change_text(event: Event) -> str:
    value = event["value"]
    return {"learning_rate": f"rate {value:g}", "epochs": f"{value:g} epochs"}.get(
        event["what"], f"{event['what']} {value}"
    )
