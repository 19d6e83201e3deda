"""The fields of a training run that a sweep may vary, by their dotted names."""

from __future__ import annotations

import copy
import dataclasses
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from workbench.errors import InvalidValue
from workbench.sweeps.space import Range, Values
from workbench.training import TrainConfig
from workbench.training.schedules import POLICIES
from workbench.validation import Configuration, check, check_choice

# A sweep compares runs on one dataset.
_FIXED = ("dataset", "task")
MAX_CHOICES = 1000


def names() -> list[str]:
    """Every field that may vary, ``learning_rate`` and ``policy.gamma``."""
    return list(_types())


def is_whole(field: str) -> bool:
    """Whether a field takes whole numbers only."""
    return int in _types()[field] and float not in _types()[field]


def types_of(field: str) -> tuple[Any, ...]:
    """What a field's values may be.

    Raises:
        InvalidValue: there is no such field, or it cannot vary.
    """
    known = _types()
    if field in _FIXED:
        raise InvalidValue(f"{field} cannot vary in a sweep; make a sweep for each")
    if field not in known:
        raise InvalidValue(f"there is no field {field!r} to vary; there are {', '.join(known)}")
    return known[field]


def normalized(space: Mapping[str, Any]) -> dict[str, tuple[Any, ...] | Range]:
    """A space in JSON values: lists become tuples, policies their configurations.

    Raises:
        InvalidValue: a field cannot vary, or what it varies over is no list and no range.
    """
    return {field: _options(field, given) for field, given in space.items()}


def applied(base: TrainConfig, values: Values) -> TrainConfig:
    """The configuration of a run: ``base`` with some fields changed.

    Raises:
        InvalidValue: the values do not fit each other, or are out of range.
    """
    mapping = copy.deepcopy(base.to_dict())
    # A whole policy first: what is said of its parameters goes into it.
    for field in sorted(values, key=lambda name: name.count(".")):
        *above, name = field.split(".")
        place = mapping
        for part in above:
            place = place[part]
        # A copy: a parameter of one run's policy must not become that of the sweep's.
        place[name] = copy.deepcopy(values[field])
    return TrainConfig.from_dict(mapping)


def refuse_invalid(base: TrainConfig, combinations: Iterable[Values]) -> None:
    """Refuse a sweep of which any run could not begin.

    Raises:
        InvalidValue: names the values and says what is wrong with them.
    """
    from workbench.sweeps.spelling import spelled

    for values in combinations:
        try:
            applied(base, values)
        except LookupError as error:
            raise InvalidValue(f"{spelled(values)}: {error}") from error
        except InvalidValue as error:
            raise InvalidValue(f"{spelled(values)}: {error}") from error


def _options(field: str, given: Any) -> tuple[Any, ...] | Range:
    accepted = types_of(field)
    if isinstance(given, Range):
        check({int, float} & set(accepted), f"{field} is no number; list its values instead")
        return dataclasses.replace(given, whole=given.whole or is_whole(field))
    listed = isinstance(given, list | tuple) and len(given) > 0
    check(listed, f"{field} must vary over a list of values or a Range, got {given!r}")
    check(len(given) <= MAX_CHOICES, f"{field} may have {MAX_CHOICES} values, got {len(given)}")
    plain = tuple(_plain(field, value) for value in given)
    distinct = [value for place, value in enumerate(plain) if value not in plain[:place]]
    check(len(distinct) == len(plain), f"{field} has a value twice")
    return plain


def _plain(field: str, value: Any) -> Any:
    if field == "policy" and isinstance(value, str):
        check_choice("policy", value, POLICIES)
        value = POLICIES[value]()
    if isinstance(value, Configuration):
        return value.to_dict()
    return list(value) if isinstance(value, tuple) else value


def _types() -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for name, options in _hints(TrainConfig).items():
        if name in _FIXED:
            continue
        found[name] = options
        for kind in options:
            if isinstance(kind, type) and issubclass(kind, Configuration):
                for part, types_ in _hints(kind).items():
                    found.setdefault(f"{name}.{part}", types_)
    return found


def _hints(kind: type) -> dict[str, tuple[Any, ...]]:
    union = (typing.Union, types.UnionType)
    return {
        name: typing.get_args(hint) if typing.get_origin(hint) in union else (hint,)
        for name, hint in typing.get_type_hints(kind).items()
    }
