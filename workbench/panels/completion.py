"""What may complete a path while it is typed."""

from __future__ import annotations

import os
from collections.abc import Sequence

_MOST = 30


def completions(entered: str, endings: Sequence[str] = ()) -> list[str]:
    """Folders, and files with one of the endings, whose path begins with what was entered."""
    path = os.path.expanduser(entered or "~/")
    parent, start = os.path.split(path)
    wanted = tuple(endings)
    try:
        with os.scandir(parent or "/") as entries:
            names = sorted(
                entry.name
                for entry in entries
                if entry.name.startswith(start)
                and (start.startswith(".") or not entry.name.startswith("."))
                and (entry.is_dir() or (wanted and entry.name.lower().endswith(wanted)))
            )
    except (OSError, ValueError):  # gone, forbidden, or no path at all
        return []
    return [os.path.join(parent, name) for name in names[:_MOST]]
