"""A job in a few figures, folded from its events one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from workbench.jobs.events import Event
from workbench.jobs.progress import Progress

NOT_METRICS = {"t", "type", "step", "epoch"}
_NUMBER = (int, float)


@dataclass(frozen=True)
class JobSummary:
    """What a list shows of a job. Times are unix seconds; metrics are by name."""

    id: str
    kind: str
    name: str
    group: str
    created: float
    parents: tuple[str, ...]
    config: dict[str, Any]
    status: str
    error: str | None
    advice: str | None
    progress: Progress | None
    epoch: float
    metrics: dict[str, float]
    lowest: dict[str, float]
    highest: dict[str, float]
    facts: dict[str, Any]
    started: float | None
    finished: float | None
    seconds: float

    @property
    def dataset(self) -> str | None:
        """The id of the dataset a run trains on."""
        return self.parents[0] if self.parents else None

    @property
    def epochs(self) -> float | None:
        """How many epochs a run is to train, those it was extended by included."""
        return self.facts.get("epochs", self.config.get("epochs"))


@dataclass
class Tally:
    """What has been folded out of a job's events so far; plain JSON values only.

    Attributes:
        offset: how many bytes of the events have been folded.
    """

    offset: int = 0
    status: str | None = None
    process: dict[str, Any] | None = None
    error: str | None = None
    advice: str | None = None
    progress: dict[str, Any] | None = None
    epoch: float = 0.0
    metrics: dict[str, float] = field(default_factory=dict)
    lowest: dict[str, float] = field(default_factory=dict)
    highest: dict[str, float] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    started: float | None = None
    finished: float | None = None
    running_since: float | None = None
    seconds: float = 0.0
    last: float | None = None

    def fold(self, events: Iterable[Event]) -> Self:
        """Take further events into account."""
        for event in events:
            fold = getattr(self, f"_fold_{event.get('type')}", None)
            if fold is not None:
                fold(event)
            self.last = event.get("t", self.last)
        return self

    def clear(self) -> None:
        """Begin anew."""
        vars(self).update(vars(Tally()))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return asdict(self)

    def progress_now(self) -> Progress | None:
        """The last reported progress."""
        return Progress(**self.progress) if self.progress else None

    def _fold_status(self, event: Event) -> None:
        time, previous = event["t"], self.status
        self.status = event.get("status")
        self.process = event.get("process")
        self.error, self.advice = event.get("error"), event.get("advice")
        if previous == "running" and self.running_since is not None:
            # An owner that was killed wrote nothing more: its time ends with its last event.
            end = self.last if self.status in ("waiting", "running") else time
            self.seconds += max(0.0, (end or time) - self.running_since)
        self.running_since = time if self.status == "running" else None
        if self.status == "running":
            self.started = self.started or time
        self.finished = time if self.status in ("done", "stopped", "failed") else None

    def _fold_progress(self, event: Event) -> None:
        names = ("done", "total", "unit", "message", "eta", "bytes")
        self.progress = {name: event[name] for name in names if name in event}

    def _fold_metrics(self, event: Event) -> None:
        self.epoch = event.get("epoch", self.epoch)
        # A list of ten thousand runs folds millions of figures.
        metrics, lowest, highest = self.metrics, self.lowest, self.highest
        for name, value in event.items():
            if name in NOT_METRICS or not isinstance(value, _NUMBER):
                continue
            metrics[name] = value
            if name not in lowest:
                lowest[name] = highest[name] = value
            elif value < lowest[name]:
                lowest[name] = value
            elif value > highest[name]:
                highest[name] = value

    def _fold_facts(self, event: Event) -> None:
        """Facts are what a job found out once: counts, labels, parameters, the device."""
        self.facts |= {name: event[name] for name in event.keys() - {"t", "type"}}

    def _fold_change(self, event: Event) -> None:
        """More epochs than the configuration says were wished."""
        if event.get("what") == "epochs":
            self.facts = self.facts | {"epochs": event["value"]}
