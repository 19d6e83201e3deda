"""Fields of a source's configuration that name files and classes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

from workbench.errors import DataError, InvalidValue, NotFound
from workbench.validation import check, check_text


def settle_paths(source: Any, *names: str, what: str = "file") -> None:
    """Make these fields of a frozen source absolute paths as text; ``None`` stays.

    Raises:
        InvalidValue: a path is empty or no text.
    """
    for name in names:
        value = getattr(source, name)
        if value is None:
            continue
        text = os.fspath(value) if isinstance(value, os.PathLike) else value
        check(
            isinstance(text, str) and text.strip(), f"{name} must name a {what}, got {value!r:.200}"
        )
        check("\0" not in text, f"{name} must not contain a NUL character")
        object.__setattr__(source, name, os.path.abspath(os.path.expanduser(text)))


def settle_names(source: Any, name: str) -> None:
    """Make this field of a frozen source a tuple of different names of classes.

    Raises:
        InvalidValue: it is something else.
    """
    value = getattr(source, name)
    several = isinstance(value, Iterable) and not isinstance(value, str | bytes)
    check(several, f"{name} must be a list of names, got {value!r:.200}")
    labels = tuple(value)
    _check_names(labels, name)
    object.__setattr__(source, name, labels)


def check_names(names: Sequence[str], where: str) -> None:
    """Refuse names of classes, found in a file, that are empty, too long, no text or given twice.

    Raises:
        DataError: one is.
    """
    try:
        _check_names(names, where)
    except InvalidValue as error:
        raise DataError(str(error)) from None


def _check_names(names: Sequence[str], where: str) -> None:
    for name in names:
        check_class(f"a name in {where}", name)
    check(len(set(names)) == len(names), f"{where} has a name twice")


def check_class(what: str, name: object) -> None:
    """Refuse what no class can be called.

    Raises:
        InvalidValue: it is empty, too long or no text.
    """
    check_text(what, name, longest=1000)
    check(is_writable(str(name)), f"{what} must be text, got {name!r:.80}")


def is_writable(text: str) -> bool:
    """Whether text can be written as UTF-8; half of a pair of surrogates cannot."""
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def check_file(path: str) -> None:
    """Refuse a path that is no file.

    Raises:
        NotFound: there is none.
    """
    if not os.path.isfile(path):
        raise NotFound(f"there is no file {path}")
