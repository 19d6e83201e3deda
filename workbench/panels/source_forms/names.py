"""Names of classes as lines of text: whatever a name holds, what is read is what was written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from workbench.errors import InvalidValue


def write_names(names: Iterable[str]) -> str:
    """A name a line; one that a line cannot hold is put into quotation marks, as in JSON."""
    return "\n".join(_write(name) for name in names)


def read_names(text: str) -> tuple[str, ...]:
    """The names that :func:`write_names` wrote, or a person."""
    return tuple(_read(line) for line in text.splitlines() if line.strip())


def write_pairs(pairs: Mapping[str, str]) -> str:
    """``old = new`` a line."""
    return "\n".join(f"{_write(old)} = {_write(new)}".rstrip() for old, new in pairs.items())


def read_pairs(text: str, field: str) -> dict[str, str]:
    """The pairs that :func:`write_pairs` wrote, or a person.

    Raises:
        InvalidValue: a line has no ``=``; the message begins with the field's name.
    """
    found: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        old, rest = _first(line.strip())
        if not rest.startswith("="):
            raise InvalidValue(f"{field} wants lines of old name = new name, got {line:.80}")
        found[old] = _read(rest[1:])
    return found


def _write(name: str) -> str:
    plain = name == name.strip() and "=" not in name and not name.startswith('"')
    return name if plain and len(name.splitlines()) == 1 else json.dumps(name, ensure_ascii=True)


def _read(text: str) -> str:
    text = text.strip()
    if text.startswith('"'):
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    return text


def _first(line: str) -> tuple[str, str]:
    """The first name of a line, and what follows it."""
    if line.startswith('"'):
        try:
            name, end = json.JSONDecoder().raw_decode(line)
            return str(name), line[end:].strip()
        except ValueError:
            pass
    old, equals, new = line.partition("=")
    return old.strip(), equals + new
