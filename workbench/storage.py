"""Writing that is whole or not there: aside, synced, renamed."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.errors import SchemaError, storage_error

_ASIDE = re.compile(r"\..+\.[0-9a-f]{8}\.partial", re.DOTALL)


@contextmanager
def written_aside(path: Path, durable: bool = True) -> Iterator[Path]:
    """Give a temporary path beside ``path``; synced and renamed onto it if the block succeeds.

    Args:
        durable: wait until the disk has it; without, a loss of power may leave the file empty.

    Raises:
        StorageError: the disk is full, read-only or failing; ``path`` is then unchanged.
    """
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        yield aside
        if durable:
            sync(aside)
        os.replace(aside, path)
        if durable:
            sync(path.parent)
    except OSError as error:
        raise storage_error("write", path, error) from error
    finally:
        aside.unlink(missing_ok=True)


def is_aside(name: str) -> bool:
    """Whether this is the name of a file that :func:`written_aside` gave to be written."""
    return _ASIDE.fullmatch(name) is not None


def write_atomic(path: Path, content: bytes | str) -> None:
    """Replace ``path`` by ``content`` in one step."""
    data = content.encode() if isinstance(content, str) else content
    with written_aside(path) as aside:
        aside.write_bytes(data)


def write_json(path: Path, value: Any) -> None:
    """Replace ``path`` by ``value`` as JSON in one step."""
    write_atomic(path, encode_json(value, indent=1) + b"\n")


def encode_json(value: Any, **layout: Any) -> bytes:
    """JSON in UTF-8; of a file name that is no text (PEP 383) its bytes are escaped."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, **layout)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, ensure_ascii=True, allow_nan=False, **layout).encode()


def read_json(path: Path) -> Any:
    """Read JSON; a damaged file is a :class:`SchemaError` that names it."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise SchemaError(f"{path} is damaged ({error}); delete its folder") from error


def replace_dir(aside: Path, final: Path) -> None:
    """Rename the finished folder ``aside`` to ``final``, which must not exist."""
    try:
        for path in sorted(aside.rglob("*")):
            if path.is_file():
                sync(path)
        os.rename(aside, final)
        sync(final.parent)
    except OSError as error:
        raise storage_error("write", final, error) from error


def sync(path: Path) -> None:
    """Force a file's or folder's content to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
