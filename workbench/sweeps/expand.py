"""A training configuration in which some fields have several values, as a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.sweeps.config import SweepConfig
from workbench.sweeps.fields import types_of
from workbench.sweeps.space import Range
from workbench.training import TrainConfig
from workbench.training.defaults import defaults
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
        given: fields of :class:`TrainConfig`, ``dataset`` among them. What is not given is by
            default what suits the network and the solver, of several the smallest.
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
    fixed = _usual({**given, **space}) | fixed
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


def _usual(given: Mapping[str, Any]) -> dict[str, Any]:
    """What suits all the networks and solvers there are to be, of what is not given."""
    found = [
        defaults(network, solver)
        for network in _listed(given.get("network")) or ["lenet"]
        for solver in _listed(given.get("solver")) or ["sgd"]
    ]
    least = {name: min(each[name] for each in found) for name in ("batch_size", "learning_rate")}
    return {name: value for name, value in (found[0] | least).items() if name not in given}


def _listed(value: Any) -> list[Any]:
    listed = value if isinstance(value, list | tuple) else [value]
    return [word for word in listed if isinstance(word, str) and word]
