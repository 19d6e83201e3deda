"""Tasks: what a target is, and the head, loss, metrics and decoding that follow from it."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib import metadata

from workbench.errors import NotFound
from workbench.tasks.base import Monitor, Task


def names() -> list[str]:
    """The tasks at hand: the folders of this package and the entry points of others."""
    own = [module.name for module in pkgutil.iter_modules(__path__) if module.ispkg]
    return sorted({*own, *(entry.name for entry in _entry_points())})


def get(name: str) -> Task:
    """Find a task.

    Raises:
        NotFound: there is none of that name.
    """
    if name not in names():
        raise NotFound(f"there is no task {name!r}; choose one of {', '.join(names())}")
    for entry in _entry_points():
        if entry.name == name:
            return entry.load()
    return importlib.import_module(f"{__name__}.{name}").TASK


@cache
def _entry_points() -> metadata.EntryPoints:
    # Once a process: all packages are looked through, and every configuration asks.
    return metadata.entry_points(group="workbench.tasks")


__all__ = ["Monitor", "Task", "get", "names"]
