"""Reading objects as images' bytes: staged ones from the disk, the others from the server."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from workbench.data.images.decode import MAX_BYTES
from workbench.data.s3.ahead import Budget, ahead
from workbench.data.s3.connection import Connection
from workbench.data.s3.direct import Answer, Direct
from workbench.data.s3.errors import (
    Damaged,
    dialect,
    explain,
    of_one_object,
    passing,
    status_of,
)
from workbench.data.s3.pace import Pace
from workbench.data.s3.retry import GaveUp, patiently
from workbench.data.s3.staging import Staging
from workbench.errors import DataError, WorkbenchError

_HELD = 256 << 20  # bytes fetched ahead, a process
_MD5 = re.compile(r"[0-9a-f]{32}")
# So many faults of the server one after the other are no longer the objects' own.
_FAULTS = 16
_CONTINUE = "creating the dataset again continues with what was fetched"


@dataclass(frozen=True)
class S3Reader:
    """Reads samples whose names are keys of one bucket.

    Attributes:
        connection: how to speak to the server; holds the keys, which are not shown.
        bucket: the bucket.
        staging: where fetched objects are kept; None keeps none.
    """

    connection: Connection
    bucket: str
    staging: Staging | None = None

    def read(self, names: Sequence[str]) -> Iterator[bytes | DataError]:
        """The content of each object, or why this one cannot be read.

        Up to ``connection.limits.threads`` objects are on their way at a time, fewer if the server
        is near.

        Raises:
            DataError: the server is gone, stalls or refuses.
            StorageError: what was fetched cannot be kept.
        """
        end = _End()
        # Made before there are threads that want them.
        client, direct, pace = self.client, self.direct, self.pace

        def fetch(place: int, key: str, budget: Budget) -> bytes | DataError:
            return _Fetch(self, client, direct, pace, place, key, budget, end).content()

        threads = self.pace.threads
        faults = 0
        try:
            for result in ahead(fetch, names, threads, Budget(_HELD), end.leaving.set):
                faults = faults + 1 if isinstance(result, _Fault) else 0
                if faults == _FAULTS:
                    raise DataError(f"{self.connection.server} is in trouble; {_CONTINUE}")
                yield DataError(str(result)) if isinstance(result, DataError) else result
        except GaveUp:
            # This object was on its way when another met what befalls them all.
            raise end.reason from None

    def __getstate__(self) -> dict[str, Any]:
        """A client has sockets and locks: each process makes its own."""
        left = ("client", "direct", "pace")
        return {name: value for name, value in self.__dict__.items() if name not in left}

    @cached_property
    def client(self) -> Any:
        """The client, made when first used."""
        return self.connection.client()

    @cached_property
    def pace(self) -> Pace:
        """How far the server is."""
        return Pace(self.connection.limits.threads)

    @cached_property
    def direct(self) -> Direct:
        """The shorter way to an object."""
        return Direct(self.connection, self.client, self.bucket)


class _Fault(DataError):
    """The server failed over one object: its own trouble, or the server's."""


class _End:
    """Why and that no further attempt is to be made, by any of the threads."""

    def __init__(self) -> None:
        self.leaving = threading.Event()
        self.reason: WorkbenchError = DataError("nobody waits for more")

    def come(self, reason: WorkbenchError) -> WorkbenchError:
        """Let everybody leave."""
        self.reason = reason
        self.leaving.set()
        return reason


@dataclass(frozen=True)
class _Fetch:
    """One object on its way."""

    reader: S3Reader
    client: Any
    direct: Direct
    pace: Pace
    place: int
    key: str
    budget: Budget
    end: _End

    def content(self) -> bytes | DataError:
        """The object, from where it is nearest."""
        staging = self.reader.staging
        staged = staging.get(self.key) if staging else None
        if staged is not None:
            self.budget.take(self.place, len(staged))
            return staged
        try:
            limits = self.reader.connection.limits
            etag, content = patiently(self._request, limits, self.end.leaving)
        except DataError as error:
            return error
        except dialect() as error:
            return self._refused(error)
        if staging:
            staging.put(self.key, etag, content)
        return content

    def _request(self) -> tuple[str, bytes]:
        asked = time.monotonic()
        headers, body = self.direct.get(self.key) or self._by_boto3()
        self.pace.note(time.monotonic() - asked)
        size = int(headers.get("content-length", 0))
        with closing(body):
            if size > MAX_BYTES:
                raise DataError("larger than 1 GiB")
            self.budget.take(self.place, size)
            content = body.read()
        etag = headers.get("etag", "").strip('"')
        check_content(content, etag, encrypted=_encrypted(headers))
        return etag, content

    def _by_boto3(self) -> Answer:
        answer = self.client.get_object(Bucket=self.reader.bucket, Key=self.key)
        return Answer(answer["ResponseMetadata"]["HTTPHeaders"], answer["Body"])

    def _refused(self, error: Exception) -> DataError:
        """The reason of this object; what would befall every object is raised."""
        if own := of_one_object(error):
            return own
        if status_of(error) == 500:
            return _Fault("the server fails to give it")
        connection = self.reader.connection
        told = explain(error, connection.server, self.reader.bucket)
        if passing(error):
            told = DataError(f"{told}; {_CONTINUE}")
        raise self.end.come(told) from None


def check_content(content: bytes, etag: str, encrypted: bool = False) -> None:
    """Compare what arrived with its ETag, where that is an MD5 digest.

    Raises:
        Damaged: they differ.
    """
    if encrypted or not _MD5.fullmatch(etag):
        return
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != etag:
        raise Damaged("its content does not match its checksum")


def _encrypted(headers: Mapping[str, str]) -> bool:
    """Whether the server encrypts with keys of its owner: then no ETag is a digest of content."""
    kind = headers.get("x-amz-server-side-encryption")
    own = headers.get("x-amz-server-side-encryption-customer-algorithm")
    return bool(own) or kind not in (None, "AES256")
