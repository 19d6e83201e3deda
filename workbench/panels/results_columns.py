"""The columns of the results list: what is known of a run, its metrics, its hyperparameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from workbench.api.compare import figure, shown
from workbench.api.figures import field_names, value_of
from workbench.jobs import JobSummary
from workbench.panels import format as fmt
from workbench.panels.results_rows import Row, best_of_groups, metrics_of

DEFAULT = (
    "name", "dataset", "network", "status", "epoch", "val_accuracy max", "val_loss min", "time",
)  # fmt: skip
DEFAULT_SORT = "val_accuracy max"
RUN, METRICS, FIELDS = "Run", "Metrics", "Hyperparameters"
_NOTE_LENGTH = 60


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        key: what it is called in filters and when it is remembered.
        section: under which heading it is offered.
        value: what it is sorted and filtered by; None where it is not known.
        show: the text of a run in it.
        number: whether it stands to the right, and is sorted greatest first.
    """

    key: str
    label: str
    section: str
    value: Callable[[Row], Any]
    show: Callable[[Row], str]
    number: bool = False


@dataclass(frozen=True)
class Survey:
    """All runs, the columns there are for them, and the best run of each group by its name.

    Attributes:
        sweeps: all sweeps, newest first; the runs of each are a group of its name.
    """

    rows: list[Row]
    columns: dict[str, Column]
    best: dict[str, str]
    sweeps: tuple[JobSummary, ...] = ()

    def sweep_of(self, group: str) -> str:
        """The id of the latest sweep whose runs are a group; empty where there is none."""
        return next((sweep.id for sweep in self.sweeps if sweep.name == group), "")


def survey(rows: list[Row], sweeps: tuple[JobSummary, ...] = ()) -> Survey:
    """Find out what there is to show of these runs."""
    return Survey(rows, columns(rows), best_of_groups(rows), sweeps)


def columns(rows: list[Row]) -> dict[str, Column]:
    """All columns that these runs have something for, by key."""
    found = [*_about(), *_metrics(metrics_of(rows)), *_fields(rows)]
    return {column.key: column for column in found}


def _about() -> list[Column]:
    """What is known of every run."""
    text = partial(Column, section=RUN)
    number = partial(Column, section=RUN, number=True)
    return [
        text("name", "Name", value=lambda r: r.summary.name, show=lambda r: r.summary.name),
        text("dataset", "Dataset", value=lambda r: r.dataset, show=lambda r: r.dataset or fmt.NONE),
        text("network", "Network", value=lambda r: r.network, show=lambda r: r.network),
        text("status", "Status", value=lambda r: r.summary.status, show=lambda r: r.summary.status),
        text(
            "group", "Group",
            value=lambda r: r.summary.group, show=lambda r: r.summary.group or fmt.NONE,
        ),
        text("notes", "Notes", value=lambda r: r.notes, show=lambda r: _first_line(r.notes)),
        number(
            "epoch", "Epoch", value=lambda r: r.summary.epoch,
            show=lambda r: fmt.epoch(r.summary.epoch, r.summary.epochs),
        ),
        number(
            "time", "Time", value=lambda r: r.summary.seconds,
            show=lambda r: fmt.duration(r.summary.seconds),
        ),
        number(
            "created", "Created", value=lambda r: r.summary.created,
            show=lambda r: fmt.clock(r.summary.created),
        ),
        number(
            "parameters", "Parameters", value=lambda r: r.summary.facts.get("parameters"),
            show=lambda r: fmt.count(r.summary.facts.get("parameters")),
        ),
        number(
            "latency", "Latency, ms / image",
            value=lambda r: r.latency and r.latency.milliseconds,
            show=lambda r: f"{r.latency.milliseconds:.2f}" if r.latency else fmt.NONE,
        ),
    ]  # fmt: skip


def _metrics(names: list[str]) -> list[Column]:
    found = []
    for name in names:
        for way in ("last", "min", "max"):
            value = partial(_metric, name, way)
            show = partial(_show_metric, name, value)
            label = f"{name.replace('_', ' ')} {way}"
            found.append(Column(f"{name} {way}", label, METRICS, value, show, True))
    return found


def _metric(name: str, way: str, row: Row) -> float | None:
    summary = row.summary
    figures = {"last": summary.metrics, "min": summary.lowest, "max": summary.highest}[way]
    return figures.get(name)


def _show_metric(name: str, value: Callable[[Row], Any], row: Row) -> str:
    return figure(name, value(row))


def _fields(rows: list[Row]) -> list[Column]:
    names = field_names(row.summary.config for row in rows)
    return [
        Column(name, name, FIELDS, partial(_field, name), partial(_show_field, name), True)
        for name in names
        if name != "network"
    ]


def _field(name: str, row: Row) -> Any:
    return value_of(row.summary.config, name)


def _show_field(name: str, row: Row) -> str:
    return shown(value_of(row.summary.config, name))


def _first_line(notes: str) -> str:
    line = notes.partition("\n")[0]
    return line if len(line) <= _NOTE_LENGTH else f"{line[:_NOTE_LENGTH]} …"
