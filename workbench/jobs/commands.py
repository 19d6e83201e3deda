"""The mailbox of a job: anyone drops a command, the owner takes it."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import SchemaError
from workbench.storage import read_json, write_json


@dataclass(frozen=True)
class Command:
    """A wish put to the owner of a job, such as ``stop``."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)


def post(directory: Path, name: str, **values: Any) -> None:
    """Drop a command into the mailbox of the job in ``directory``."""
    box = directory / "commands"
    box.mkdir(exist_ok=True)
    # Names sort by time, so commands are taken in the order they were given.
    file = box / f"{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(2)}.json"
    write_json(file, {"name": name, "values": values})


def take(directory: Path, only: Collection[str] | None = None) -> list[Command]:
    """Take commands out of the mailbox, oldest first; an unreadable one is dropped.

    Args:
        only: take those of these names, and leave the others; all by default.
    """
    commands = []
    for file in waiting(directory):
        try:
            content = read_json(file)
            command = Command(str(content["name"]), dict(content["values"]))
            if only is not None and command.name not in only:
                continue
            commands.append(command)
        except (SchemaError, KeyError, TypeError, ValueError):
            commands.append(Command("unreadable", {"file": file.name}))
        file.unlink(missing_ok=True)
    return commands


def waiting(directory: Path) -> list[Path]:
    """List the mailbox, oldest command first."""
    try:
        names = sorted(os.listdir(directory / "commands"))
    except FileNotFoundError:
        return []
    return [directory / "commands" / name for name in names if name.endswith(".json")]


def clear(directory: Path) -> None:
    """Empty the mailbox: what was meant for an earlier execution is void."""
    for file in waiting(directory):
        file.unlink(missing_ok=True)
