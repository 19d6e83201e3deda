"""A run's configuration and figures by name, flat: what columns, filters and comparisons show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from workbench import tasks
from workbench.errors import NotFound
from workbench.jobs import JobSummary
from workbench.tasks.base import Monitor
from workbench.training.schedules import POLICIES

_POLICY_WORDS = {kind.__name__: word for word, kind in POLICIES.items()}
_NOT_FIELDS = ("type", "dataset", "task")


def flat(config: Mapping[str, Any]) -> dict[str, Any]:
    """A run's configuration as one level: ``learning_rate``, ``policy``, ``policy.gamma`` …

    Args:
        config: as :meth:`TrainConfig.to_dict` gives it; what an older version wrote will do.
    """
    return {name: value_of(config, name) for name in field_names([config])}


def field_names(configs: Iterable[Mapping[str, Any]]) -> list[str]:
    """The dotted names of all fields that configurations have, in their order."""
    names: dict[str, None] = {}
    seen: set[tuple[tuple[str, ...], ...]] = set()
    for config in configs:
        # Of ten thousand configurations most have the same fields.
        levels = [tuple(value) for value in config.values() if isinstance(value, dict)]
        kind = (tuple(config), *levels)
        if kind not in seen:
            seen.add(kind)
            names.update(dict.fromkeys(_names(config)))
    order: dict[str, int] = {}
    for name in names:
        order.setdefault(name.partition(".")[0], len(order))
    return sorted(names, key=lambda name: order[name.partition(".")[0]])


def value_of(config: Mapping[str, Any], name: str) -> Any:
    """The value of a dotted field; of a policy its word, None where there is no such field."""
    name, _, part = name.partition(".")
    value = config.get(name)
    if part:
        value = value.get(part) if isinstance(value, Mapping) else None
    elif isinstance(value, Mapping):
        value = _POLICY_WORDS.get(str(value.get("type")))
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _names(config: Mapping[str, Any]) -> Iterator[str]:
    for name, value in config.items():
        if isinstance(value, Mapping):
            if value.get("type") in _POLICY_WORDS:
                yield name
            yield from (f"{name}.{part}" for part in value if part != "type")
        elif name not in _NOT_FIELDS:
            yield name


def lower_is_better(metric: str) -> bool:
    """Whether the least value of a metric is its best: losses and errors."""
    return any(word in metric for word in ("loss", "error"))


def best_of(summary: JobSummary, metric: str) -> float | None:
    """The best value that a metric has had."""
    return (summary.lowest if lower_is_better(metric) else summary.highest).get(metric)


def monitor_of(summary: JobSummary) -> Monitor:
    """The figure that tells how good a run is."""
    return _monitor(str(summary.config.get("task", "classification")))


@cache
def _monitor(task: str) -> Monitor:
    """Looking for a task goes through every installed package: once is enough."""
    try:
        return tasks.get(task).monitor
    except NotFound:  # a task of a package that is not installed here
        return Monitor("val_accuracy", True)
