"""Checks that configurations and arguments pass through where they are built."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, Self

from workbench.errors import InvalidValue

MAX_NAME = 200
_TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_LONGEST = 1e16


def check(condition: object, message: str) -> None:
    """Raise :class:`InvalidValue` with ``message`` unless ``condition`` holds."""
    if not condition:
        raise InvalidValue(message)


def check_range(name: str, value: Any, low: float, high: float, unit: str = "") -> None:
    """Refuse a number that is not finite or lies outside ``low``–``high`` (inclusive)."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and math.isfinite(value) and low <= value <= high:
        return
    unit = f" {unit}" if unit else ""
    lowest = _digits(low)
    wanted = f"at least {lowest}" if high == math.inf else f"{lowest}–{_digits(high)}"
    raise InvalidValue(f"{name} must be {wanted}{unit}, got {_digits(value)}")


def _digits(value: Any) -> str:
    """A number as people write it, ``130`` and ``0.000000001``; anything else as it is."""
    if isinstance(value, float) and math.isfinite(value) and abs(value) < _LONGEST:
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    return repr(value)


def check_whole(name: str, value: Any, low: int, high: float = math.inf, unit: str = "") -> None:
    """Refuse anything but a whole number within ``low``–``high`` (inclusive)."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    check(whole, f"{name} must be a whole number, got {value!r}")
    check_range(name, value, low, high, unit)


def typed_truth(name: str, text: str) -> bool:
    """A truth as people type it."""
    if text.strip().lower() not in _TRUTHS:
        raise InvalidValue(f"{name} must be true or false, got {text!r}")
    return _TRUTHS[text.strip().lower()]


def typed_number(name: str, text: str, whole: bool = False) -> float:
    """A number as people type it; an int where it is whole and ``whole`` ones are wanted."""
    try:
        number = float(text)
    except ValueError:
        raise InvalidValue(f"{name} must be a number, got {text.strip()!r}") from None
    return int(number) if whole and number.is_integer() else number


def check_choice(name: str, value: Any, choices: Collection[Any]) -> None:
    """Refuse a value that is not one of ``choices``."""
    listed = ", ".join(str(choice) for choice in choices)
    check(value in choices, f"{name} must be one of {listed}; got {value!r}")


def check_text(name: str, value: Any, longest: int = MAX_NAME) -> None:
    """Refuse text that is empty, too long, or that no terminal or file can hold."""
    check(isinstance(value, str), f"{name} must be text, got {value!r}")
    check(value.strip(), f"{name} must not be empty")
    check(len(value) <= longest, f"{name} must be at most {longest} characters, got {len(value)}")
    check("\0" not in value, f"{name} must not contain a NUL character")


class Configuration:
    """Base of the frozen dataclasses that describe a job.

    ``to_dict`` gives plain JSON values with the class name under ``"type"``;
    ``from_dict`` builds the object again and refuses fields it does not know.
    A field annotated with another ``Configuration`` (or a union of some) nests.
    """

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as JSON values, nested ones included."""
        values = {
            field.name: _plain(getattr(self, field.name))
            for field in dataclasses.fields(self)  # type: ignore[arg-type]
        }
        return {"type": type(self).__name__, **values}

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """Build the configuration from ``to_dict``'s result.

        Raises:
            InvalidValue: for an unknown field or a value out of its range.
        """
        values = dict(mapping)
        kind = values.pop("type", cls.__name__)
        check(kind == cls.__name__, f"expected a {cls.__name__}, got {kind!r}")
        hints = typing.get_type_hints(cls)
        known = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
        unknown = ", ".join(sorted(set(values) - known))
        check(not unknown, f"{cls.__name__} has no field {unknown}")
        try:
            return cls(**{name: _typed(hints[name], value) for name, value in values.items()})
        except TypeError as error:
            raise InvalidValue(f"{cls.__name__}: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, Configuration):
        return value.to_dict()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _typed(hint: Any, value: Any) -> Any:
    """Give a JSON value the type its field is annotated with."""
    options = typing.get_args(hint) if _is_union(hint) else (hint,)
    if isinstance(value, Mapping):
        return _nested(options, value)
    if isinstance(value, list) and any(
        (typing.get_origin(option) or option) is tuple for option in options
    ):
        return tuple(value)
    return value


def _nested(options: tuple[Any, ...], value: Mapping[str, Any]) -> Any:
    nested = [o for o in options if isinstance(o, type) and issubclass(o, Configuration)]
    if not nested:
        return dict(value)
    kind = value.get("type", nested[0].__name__)
    for option in nested:
        if option.__name__ == kind:
            return option.from_dict(value)
    names = ", ".join(option.__name__ for option in nested)
    raise InvalidValue(f"expected one of {names}; got {kind!r}")


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (typing.Union, types.UnionType)
