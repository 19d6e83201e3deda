"""The filter of the results list: words, ``field:part``, ``val_accuracy>0.9``, ``epochs<=10``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

from workbench.api.figures import lower_is_better
from workbench.errors import InvalidValue
from workbench.panels.results_columns import FIELDS, Column
from workbench.panels.results_rows import Row

Fits = Callable[[Row], bool]

_TOKEN = re.compile(r'(?:[^\s"]|"[^"]*(?:"|$))+')
_CONDITION = re.compile(r"([\w.]+)(>=|<=|!=|[:=<>])(.*)", re.DOTALL)
_LEAST_OF_ID = 4
_ORDERS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}


def parse(text: str, columns: Mapping[str, Column]) -> Fits:
    """What a run must fulfil: every word and every condition.

    A condition whose value has not been typed yet holds for every run.

    Raises:
        InvalidValue: there is no such column, or a number is wanted.
    """
    tests = [_test(token, columns) for token in _TOKEN.findall(text)]
    return lambda row: all(test(row) for test in tests)


def _test(token: str, columns: Mapping[str, Column]) -> Fits:
    condition = _CONDITION.fullmatch(token)
    if condition is None:
        word = _unquoted(token)
        # Ids are random letters: any short word would be found in many.
        begins = len(word) >= _LEAST_OF_ID
        return lambda row: word in row.text or (begins and row.id.startswith(word))
    name, sign, value = condition.groups()
    column = find(name, columns)
    wanted = _unquoted(value)
    if not wanted:
        return lambda row: True
    if sign == ":":
        return lambda row: wanted in _text(column.value(row))
    if sign in _ORDERS:
        return _ordered(column, sign, wanted)
    equal = sign == "="
    number = _number(wanted)
    return lambda row: _same(column.value(row), wanted, number) is equal


def find(name: str, columns: Mapping[str, Column]) -> Column:
    """The column that a name means: a metric's best value, ``val_accuracy.last``, a field.

    Raises:
        InvalidValue: there is none, or several.
    """
    best = f"{name} {'min' if lower_is_better(name) else 'max'}"
    metric, _, way = name.rpartition(".")
    for key in (name, best, f"{metric} {way}"):
        if key in columns:
            return columns[key]
    parts = [c for c in columns.values() if c.section == FIELDS and c.key.endswith(f".{name}")]
    if len(parts) == 1:
        return parts[0]
    if parts:
        listed = ", ".join(column.key for column in parts)
        raise InvalidValue(f"{name} may be any of {listed}; write it whole")
    raise InvalidValue(f"no run has a {name}; Columns lists what can be asked for")


def _ordered(column: Column, sign: str, wanted: str) -> Fits:
    number = _number(wanted)
    if number is None:
        raise InvalidValue(f"{column.key}{sign} wants a number, got {wanted!r}")
    order = _ORDERS[sign]

    def fits(row: Row) -> bool:
        value = column.value(row)
        return isinstance(value, int | float) and bool(order(value, number))

    return fits


def _same(value: object, wanted: str, number: float | None) -> bool:
    if isinstance(value, bool):
        return wanted in (("true", "yes") if value else ("false", "no"))
    if number is not None and isinstance(value, int | float):
        return value == number
    return _text(value) == wanted


def _text(value: object) -> str:
    return "" if value is None else str(value).casefold()


def _number(text: str) -> float | None:
    """``0.9``, ``90%``; None of what is no number."""
    share = text.endswith("%")
    try:
        return float(text.removesuffix("%")) / (100 if share else 1)
    except ValueError:
        return None


def _unquoted(text: str) -> str:
    return text.replace('"', "").casefold()
