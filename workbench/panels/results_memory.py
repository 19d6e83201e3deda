"""Which columns the results list has and how it is sorted, kept in the home.

A dashboard page has a kernel of its own: what a panel is to remember must lie on disk.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from workbench.errors import SchemaError
from workbench.jobs import Home
from workbench.panels.results_columns import DEFAULT, DEFAULT_SORT
from workbench.storage import read_json, write_json

FILE = "results.json"


@dataclass(frozen=True)
class Look:
    """How the list looks."""

    columns: list[str] = field(default_factory=lambda: list(DEFAULT))
    sort: str = DEFAULT_SORT
    descending: bool = True
    grouped: bool = True
    folded: list[str] = field(default_factory=list)


def recall(home: Home) -> Look:
    """The look that was kept; the usual one where there is none or it cannot be understood."""
    try:
        found = read_json(home.path / FILE)
    except (OSError, SchemaError):
        return Look()
    return Look(**dict(_fitting(found)))


def keep(home: Home, look: Look) -> None:
    """Keep the look for the next time the page is opened.

    Raises:
        StorageError: the home cannot be written.
    """
    home.path.mkdir(parents=True, exist_ok=True)
    write_json(home.path / FILE, asdict(look))


def _fitting(found: Any) -> list[tuple[str, Any]]:
    usual = asdict(Look())
    if not isinstance(found, dict):
        return []
    return [
        (name, found[name])
        for name, value in usual.items()
        if type(found.get(name)) is type(value) and _words(found[name])
    ]


def _words(value: Any) -> bool:
    return not isinstance(value, list) or all(isinstance(word, str) for word in value)
