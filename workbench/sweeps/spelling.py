"""How people write what varies: ``0.1, 0.01``, ``32..256``, ``log:1e-4..1e-1``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.errors import InvalidValue
from workbench.sweeps.fields import types_of
from workbench.sweeps.space import Range, Values
from workbench.training.schedules import POLICIES
from workbench.validation import typed_number, typed_truth

_LOG, _TO = "log:", ".."


def parse(field: str, text: str) -> list[Any] | Range:
    """Read what a field varies over: values with commas between, or a range.

    Raises:
        InvalidValue: there is no such field, or the text cannot be read.
    """
    accepted = types_of(field)
    text = text.strip()
    log = text.startswith(_LOG)
    low, to, high = text.removeprefix(_LOG).partition(_TO)
    if to and {int, float} & set(accepted):
        return Range(typed_number(field, low), typed_number(field, high), log=log)
    if log:
        raise InvalidValue(f"{field} must be a range such as log:0.0001..0.1, got {text!r}")
    return [_value(field, part.strip(), accepted) for part in text.split(",")]


def spell_options(options: tuple[Any, ...] | Range) -> str:
    """What a field varies over, as :func:`parse` reads it."""
    if isinstance(options, Range):
        return f"{_LOG if options.log else ''}{_exact(options.low)}{_TO}{_exact(options.high)}"
    return ", ".join(_exact(value) for value in options)


def spelled(values: Values) -> str:
    """The values of a run on one line, ``learning_rate 0.1, batch_size 64``."""
    return ", ".join(f"{field} {spell(value)}" for field, value in values.items())


def spell(value: Any) -> str:
    """One value as people write it."""
    if isinstance(value, dict):
        return _spell_policy(value)
    if isinstance(value, list | tuple):
        return " ".join(spell(item) for item in value)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    # Four digits tell two draws apart; the configuration of the run has them all.
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _exact(value: Any) -> str:
    """One value with all its digits: what is read from it is the same number."""
    if isinstance(value, list | tuple):
        return " ".join(_exact(item) for item in value)
    return f"{value!r}".removesuffix(".0") if isinstance(value, float) else spell(value)


def _spell_policy(value: Mapping[str, Any]) -> str:
    """The word for a policy, and in brackets the parameters that are not the usual ones."""
    kinds = {policy.__name__: (name, policy) for name, policy in POLICIES.items()}
    if value.get("type") not in kinds:
        return str(value.get("type"))
    name, policy = kinds[value["type"]]
    usual = policy().to_dict()
    own = [f"{part} {spell(v)}" for part, v in value.items() if v != usual.get(part)]
    return f"{name} ({', '.join(own)})" if own else name


def _value(field: str, text: str, accepted: tuple[Any, ...]) -> Any:
    if not text:
        raise InvalidValue(f"{field} has an empty value; write values with commas between them")
    if type(None) in accepted and text.lower() == "none":
        return None
    if bool in accepted:
        return typed_truth(field, text)
    if int in accepted or float in accepted:
        return typed_number(field, text, whole=int in accepted)
    if str in accepted or field == "policy":
        return text
    return [typed_number(field, part) for part in text.split()]
