"""Fields of a source's configuration that name files and classes."""

from __future__ import annotations

import os
from typing import Any

from workbench.errors import NotFound
from workbench.validation import check, check_text


def settle_paths(source: Any, *names: str) -> None:
    """Make these fields of a frozen source absolute paths as text; ``None`` stays.

    Raises:
        InvalidValue: a path is empty or no text.
    """
    for name in names:
        value = getattr(source, name)
        if value is None:
            continue
        text = os.fspath(value) if isinstance(value, os.PathLike) else value
        check(isinstance(text, str) and text.strip(), f"{name} must name a file, got {value!r}")
        check("\0" not in text, f"{name} must not contain a NUL character")
        object.__setattr__(source, name, os.path.abspath(os.path.expanduser(text)))


def settle_names(source: Any, name: str) -> None:
    """Make this field of a frozen source a tuple of different names of classes.

    Raises:
        InvalidValue: it is something else.
    """
    value = getattr(source, name)
    check(not isinstance(value, str), f"{name} must be a list of names, got {value!r}")
    labels = tuple(value)
    for label in labels:
        check_text(f"a name in {name}", label, longest=1000)
    check(len(set(labels)) == len(labels), f"{name} has a name twice")
    object.__setattr__(source, name, labels)


def check_file(path: str) -> None:
    """Refuse a path that is no file.

    Raises:
        NotFound: there is none.
    """
    if not os.path.isfile(path):
        raise NotFound(f"there is no file {path}")
