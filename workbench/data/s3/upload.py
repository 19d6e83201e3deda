"""Uploading a folder: in parallel, and only what is not there already."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from workbench.data.images.decode import SUFFIXES
from workbench.data.s3.connection import Limits
from workbench.data.s3.errors import code_of, dialect, explain, passing, status_of
from workbench.data.s3.listing import Bucket, Entry
from workbench.data.s3.retry import patiently
from workbench.data.s3.upload_config import SECTION, UploadConfig
from workbench.errors import DataError, NotFound, WorkbenchError

# Larger files go in parts, so that a broken connection costs a part. S3 has 10,000 at most.
_PART = 16 << 20
_MOST_PARTS = 10_000
_LIMITS = Limits(read_s=15)
_MOST_CONFIG = 1 << 16
_SECTION_LINE = re.compile(rb"^\W*\[%s\]" % re.escape(SECTION.encode()), re.MULTILINE)
_KEY_LINE = re.compile(rb"^\s*secretkey\s*[=:]\s*\S", re.MULTILINE | re.IGNORECASE)


class LocalFile(NamedTuple):
    """A file to upload: its path, its size in bytes and the key it gets."""

    path: str
    size: int
    key: str


@dataclass
class Uploaded:
    """What an upload did.

    Attributes:
        uploaded, present: how many files were sent, and were there already.
        bytes: how many were sent.
        left_out: files that were not sent, with the reason.
    """

    uploaded: int = 0
    present: int = 0
    bytes: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)


def upload(
    folder: str | os.PathLike[str],
    config: UploadConfig,
    progress: Callable[[int, int], None] | None = None,
    limits: Limits = _LIMITS,
    private: Collection[str | os.PathLike[str]] = (),
) -> Uploaded:
    """Upload every file under ``folder``; its path in it, after the prefix, is its key.

    The bucket is made when absent. A file that is there already with the same content is not
    sent again, so an upload that was cut short continues when it is started again. Links are not
    followed.

    Args:
        folder: what to upload.
        config: where to.
        progress: told the bytes done and the bytes there are, now and then.
        limits: how patient to be, and how many files to send at a time.
        private: files never to send, such as the one with the keys; nor are other files sent that
            hold keys in the same form.

    Raises:
        NotFound: there is no such folder.
        DataError: there is nothing to upload, or the server refuses, is gone or stalls.
    """
    root = os.path.abspath(os.path.expanduser(folder))
    if not os.path.isdir(root):
        raise NotFound(f"there is no folder {root}")
    result = Uploaded()
    never = frozenset(_identity(path) for path in private if os.path.exists(path))
    walked = _folders(root, config.prefix, never, [])
    total = sum(file.size for files in walked for file in files)
    folders = _folders(root, config.prefix, never, result.left_out)
    return _Upload(config, limits, result, progress, total).run(root, folders)


class _Upload:
    """One upload: compares folder by folder, sends in threads."""

    def __init__(
        self,
        config: UploadConfig,
        limits: Limits,
        result: Uploaded,
        progress: Callable[[int, int], None] | None,
        total: int,
    ) -> None:
        self._connection = config.connection(limits)
        self._client = self._connection.client()
        self._name = config.bucket
        self._bucket = Bucket(self._client, self._connection, config.bucket)
        self._limits = limits
        self._result = result
        self._progress = progress
        self._total = total
        self._done = 0
        self._leaving = threading.Event()

    def run(self, root: str, folders: Iterator[list[LocalFile]]) -> Uploaded:
        """Do all folders in turn."""
        self._ensure_bucket()
        waiting: deque[tuple[LocalFile, Future[int | str]]] = deque()
        pool = ThreadPoolExecutor(self._limits.threads, thread_name_prefix="workbench-s3")
        try:
            for files in folders:
                there = self._there(files)
                for file in files:
                    waiting.append((file, pool.submit(self._send, file, there.get(file.key))))
                    if len(waiting) > 4 * self._limits.threads:
                        self._note(*waiting.popleft())
            while waiting:
                self._note(*waiting.popleft())
        finally:
            self._leaving.set()
            pool.shutdown(wait=True, cancel_futures=True)
            self._client.close()
        if not self._result.uploaded and not self._result.present:
            raise DataError(f"{root} has no files that can be uploaded")
        return self._result

    def _there(self, files: list[LocalFile]) -> dict[str, Entry]:
        """What the bucket has of the files of one folder."""
        if not files:
            return {}
        prefix = files[0].key[: files[0].key.rfind("/") + 1]
        return {entry.key: entry for entry in self._bucket.level(prefix)[1]}

    def _note(self, file: LocalFile, sent: Future[int | str]) -> None:
        """Count a file when it is done; ``sent`` is its bytes, or why it was not read."""
        outcome = sent.result()
        if isinstance(outcome, str):
            self._result.left_out.append((file.path, outcome))
        elif outcome < 0:
            self._result.present += 1
        else:
            self._result.uploaded += 1
            self._result.bytes += outcome
        self._done += file.size
        if self._progress:
            self._progress(min(self._done, self._total), self._total)

    def _send(self, file: LocalFile, there: Entry | None) -> int | str:
        """Send a file unless it is there: bytes sent, -1 if none, or why it cannot be read."""
        try:
            if there and there.size == file.size and same_content(file.path, there.etag):
                return -1
            if file.size > _PART:
                self._send_parts(file)
                return file.size
            with open(file.path, "rb") as opened:
                content = opened.read()
        except OSError as error:
            if isinstance(error, WorkbenchError):
                raise
            return error.strerror or "it cannot be read"
        self._ask(lambda: self._client.put_object(Bucket=self._name, Key=file.key, Body=content))
        return len(content)

    def _send_parts(self, file: LocalFile) -> None:
        from boto3.exceptions import S3UploadFailedError
        from boto3.s3.transfer import TransferConfig

        size = part_size(file.size)
        # Files are sent in parallel as it is; a part is sent again by the transfer's own retries.
        settings = TransferConfig(
            multipart_threshold=_PART, multipart_chunksize=size, use_threads=False
        )

        def request() -> None:
            try:
                self._client.upload_file(file.path, self._name, file.key, Config=settings)
            except S3UploadFailedError as error:
                # What went wrong is in what it came of.
                cause = error.__context__
                if isinstance(cause, dialect()):
                    raise cause from None
                raise DataError(f"{self._connection.server} does not take {file.key!r}") from None

        self._ask(request)

    def _ensure_bucket(self) -> None:
        try:
            patiently(lambda: self._client.head_bucket(Bucket=self._name), self._limits)
        except dialect() as error:
            if status_of(error) != 404 and code_of(error) != "NoSuchBucket":
                raise self._explained(error) from None
            self._ask(self._make_bucket)

    def _make_bucket(self) -> None:
        region = self._client.meta.region_name
        where = {} if self._connection.endpoint or region == "us-east-1" else region
        options = {"CreateBucketConfiguration": {"LocationConstraint": where}} if where else {}
        self._client.create_bucket(Bucket=self._name, **options)

    def _ask(self, request: Callable[[], Any]) -> None:
        try:
            patiently(request, self._limits, self._leaving)
        except dialect() as error:
            raise self._explained(error) from None

    def _explained(self, error: Exception) -> WorkbenchError:
        told = explain(error, self._connection.server, self._name)
        if passing(error):
            return DataError(f"{told}; uploading again continues with what is not there yet")
        return told


def same_content(path: str, etag: str) -> bool:
    """Whether a file has the content of an object with this ETag, where that is MD5 of it."""
    whole, _, parts = etag.partition("-")
    size = part_size(os.path.getsize(path)) if parts else 0
    whole_digest = hashlib.md5(usedforsecurity=False)
    digests = []
    with open(path, "rb") as file:
        while block := file.read(size or _PART):
            whole_digest.update(block)
            if parts:
                digests.append(hashlib.md5(block, usedforsecurity=False).digest())
    if not parts:
        return whole_digest.hexdigest() == whole
    together = hashlib.md5(b"".join(digests), usedforsecurity=False).hexdigest()
    return etag == f"{together}-{len(digests)}"


def part_size(size: int) -> int:
    """Bytes a part of a file of ``size`` bytes."""
    return max(_PART, -(-size // _MOST_PARTS))


def _folders(
    root: str, prefix: str, never: Collection[tuple[int, int]], left_out: list[tuple[str, str]]
) -> Iterator[list[LocalFile]]:
    """The files of each folder under ``root``, in order of names; the others go to ``left_out``."""

    def unreadable(error: OSError) -> None:
        left_out.append((str(error.filename), error.strerror or "it cannot be read"))

    for place, folders, names in os.walk(root, onerror=unreadable):
        folders.sort()
        found = []
        # A link to a folder is listed as one, and not entered.
        linked = [name for name in folders if os.path.islink(os.path.join(place, name))]
        for path in (os.path.join(place, name) for name in linked + sorted(names)):
            key = prefix + os.path.relpath(path, root).replace(os.sep, "/")
            if reason := _why_not(path, key, never):
                left_out.append((path, reason))
            else:
                found.append(LocalFile(path, os.path.getsize(path), key))
        yield found


def _identity(path: str | os.PathLike[str]) -> tuple[int, int]:
    """What a file has in common with its hard links."""
    status = os.stat(path)
    return status.st_dev, status.st_ino


def _holds_keys(path: str) -> bool:
    """Whether a file is like the one that says where to upload to, with its keys."""
    if os.path.splitext(path)[1].lower() in SUFFIXES or os.path.getsize(path) > _MOST_CONFIG:
        return False
    try:
        with open(path, "rb") as file:
            text = file.read(_MOST_CONFIG)
    except OSError:
        return False  # it will be told when it is sent
    return bool(_SECTION_LINE.search(text) and _KEY_LINE.search(text))


def _why_not(path: str, key: str, never: Collection[tuple[int, int]]) -> str | None:
    """Why a file cannot be uploaded, or None."""
    if os.path.islink(path):
        return "a link; links are not followed"
    if not os.path.isfile(path):
        return "not a file"
    if _identity(path) in never or _holds_keys(path):
        return "it holds the keys"
    try:
        return "its key would be longer than 1024 bytes" if len(key.encode()) > 1024 else None
    except UnicodeEncodeError:
        return "its name is no text"
