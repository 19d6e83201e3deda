"""Fetched objects on the local disk, so that a second attempt need not fetch them again."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import storage_error

_DIGEST = 16


@dataclass(frozen=True)
class Staging:
    """A folder of objects: a file an object, its content and then a digest and a checksum.

    The digest is of the object's ETag, by which a file tells what version of the object it
    holds; by the checksum one that lost its end in a crash is found out. So a file is not synced
    before it is renamed, which would cost more than to fetch it.

    Attributes:
        folder: made when first written to.
    """

    folder: str

    @classmethod
    def of(cls, home: Path, *whose: str) -> Staging:
        """The folder of what is fetched from one place, within a home."""
        name = _digest("\n".join(whose).encode(errors="surrogateescape")).hex()
        return cls(str(home / "cache" / "s3" / name))

    def path(self, key: str) -> Path:
        """Where an object is kept; spread over 256 folders."""
        name = _digest(key.encode(errors="surrogateescape")).hex()
        return Path(self.folder, name[:2], name[2:])

    def get(self, key: str) -> bytes | None:
        """The content of an object, if it is here and whole."""
        try:
            with open(self.path(key), "rb") as file:
                stored = file.read()
        except OSError:
            return None
        content, check = stored[: -2 * _DIGEST], stored[-_DIGEST:]
        return content if len(stored) >= 2 * _DIGEST and _checksum(content) == check else None

    def put(self, key: str, etag: str, content: bytes) -> None:
        """Keep an object: written aside, renamed.

        Raises:
            StorageError: the disk is full, read-only or failing.
        """
        path = self.path(key)
        aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.partial")
        tail = _digest(etag.encode()) + _checksum(content)
        try:
            try:
                _write(aside, content, tail)
            except FileNotFoundError:
                path.parent.mkdir(parents=True, exist_ok=True)
                _write(aside, content, tail)
            os.replace(aside, path)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise storage_error("keep what was fetched in", self.folder, error) from error

    def holds_any(self) -> bool:
        """Whether there is anything here, of an earlier attempt."""
        return os.path.isdir(self.folder)

    def drop_stale(self, key: str, etag: str) -> None:
        """Delete an object if what is kept is not the version of this ETag."""
        path = self.path(key)
        try:
            with open(path, "rb") as file:
                file.seek(-2 * _DIGEST, os.SEEK_END)
                same = file.read(_DIGEST) == _digest(etag.encode())
            if not same:
                path.unlink()
        except OSError:  # not here, or too short to be whole
            path.unlink(missing_ok=True)

    def forget(self) -> None:
        """Delete everything.

        Raises:
            StorageError: it cannot be deleted.
        """
        doomed = f"{self.folder}.{secrets.token_hex(4)}.deleted"
        try:
            os.rename(self.folder, doomed)
            shutil.rmtree(doomed)
        except FileNotFoundError:
            return
        except OSError as error:
            raise storage_error("delete", self.folder, error) from error


def _write(path: Path, *parts: bytes) -> None:
    # Done for every object in many threads: as few calls of the system as can be.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        data = b"".join(parts)
        while data:
            data = data[os.write(handle, data) :]
    finally:
        os.close(handle)


def _checksum(data: bytes) -> bytes:
    # Against files cut short, not against anybody: and quick.
    return zlib.crc32(data).to_bytes(_DIGEST, "big")


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()
