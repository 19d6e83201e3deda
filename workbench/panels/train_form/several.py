"""Several numbers in one field: each of them is a run of its own."""

from __future__ import annotations

import re
from typing import Any

from workbench.errors import InvalidValue
from workbench.panels import fields as f

_SEPARATORS = re.compile(r"[\s,;]+")


def several(field: f.Field, whole: bool = False) -> list[Any]:
    """The numbers in a field, at least one; the text itself where it is no number.

    ``0,1`` is a tenth, as everywhere, unless whole numbers are wanted.

    Raises:
        InvalidValue: the field is empty.
    """
    one = f.as_number(field, whole)
    if one is None:
        raise InvalidValue(f"{field.name} must be given")
    if not isinstance(one, str) and not (whole and isinstance(one, float)):
        return [one]
    parts = [part for part in _SEPARATORS.split(field.entered.strip("[]()")) if part]
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return [one]
    if len(numbers) < 2:
        return [one]
    found = [int(n) if whole and n.is_integer() else n for n in numbers]
    return list(dict.fromkeys(found))
