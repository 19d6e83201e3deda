"""A training configuration in which some fields have several values, as a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.networks.facts import default_batch_size
from workbench.sweeps.config import SweepConfig
from workbench.sweeps.fields import types_of
from workbench.sweeps.space import Range
from workbench.training import TrainConfig
from workbench.validation import check

_TRIALS = 20


def varies(value: Any) -> bool:
    """Whether a field's value asks for a sweep: a list of values, or a range."""
    return isinstance(value, list | Range)


def expand(
    given: Mapping[str, Any], vary: Mapping[str, Any] | None = None, **options: Any
) -> SweepConfig:
    """The sweep of a configuration's fields: those with a list or a ``Range`` vary.

    Args:
        given: fields of :class:`TrainConfig`, ``dataset`` among them. The batch size is by default
            that of the network, of several networks the smallest.
        vary: what varies by dotted name, for fields such as ``policy.gamma``.
        options: further fields of :class:`SweepConfig`. The method is by default ``grid``, with a
            range ``random``; that tries twenty combinations unless told.

    Raises:
        InvalidValue: nothing varies, a field is unknown, or a run could not begin.
        NotFound: there is no such network.
    """
    space = {name: value for name, value in given.items() if varies(value)} | dict(vary or {})
    check(space, "nothing varies: give a list of values or a Range for at least one field")
    for name in space:
        types_of(name)
    fixed = {name: value for name, value in given.items() if name not in space}
    if "batch_size" not in given:
        fixed["batch_size"] = _batch_size(space.get("network", [given.get("network", "lenet")]))
    # What varies is taken from each run's values; the base only has to be valid.
    first = {name: _first(value) for name, value in space.items() if name in ("network", "code")}
    base = TrainConfig(**(fixed | first))
    ranges = any(isinstance(value, Range) for value in space.values())
    chosen = {name: value for name, value in options.items() if value is not None}
    method = chosen.setdefault("method", "random" if ranges else "grid")
    if method != "grid":
        chosen.setdefault("trials", _TRIALS)
    return SweepConfig(base=base, space=space, **chosen)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list | tuple) and value else value


def _batch_size(names: Any) -> int:
    listed = names if isinstance(names, list | tuple) else [names]
    return min(default_batch_size(name) for name in listed)
