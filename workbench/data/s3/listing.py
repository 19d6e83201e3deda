"""Listing a bucket page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from workbench.data.s3.connection import Connection
from workbench.data.s3.errors import dialect, explain
from workbench.data.s3.retry import patiently
from workbench.errors import DataError

_PAGE = 1000  # what a server gives at most


class Entry(NamedTuple):
    """One object: its key, its size in bytes and its ETag, which changes with its content."""

    key: str
    size: int
    etag: str


class Bucket:
    """Lists one bucket.

    Args:
        client: of :meth:`Connection.client`.
        connection: how to speak to the server.
        name: the bucket.
    """

    def __init__(self, client: Any, connection: Connection, name: str) -> None:
        self._client = client
        self._connection = connection
        self._name = name

    def objects(self, prefix: str) -> Iterator[Entry]:
        """Every object whose key begins with ``prefix``, in the server's order.

        Raises:
            DataError: the server cannot be reached, or refuses.
            NotFound: there is no such bucket.
        """
        for page in self._pages(prefix):
            yield from entries(page)

    def level(self, prefix: str) -> tuple[list[str], list[Entry]]:
        """The names of the sub-folders of ``prefix``, and the objects right in it."""
        folders: list[str] = []
        found: list[Entry] = []
        for page in self._pages(prefix, Delimiter="/"):
            folders += folders_of(page, prefix)
            found += entries(page)
        return folders, found

    def first_page(self, prefix: str) -> tuple[list[str], list[Entry], bool]:
        """As :meth:`level` with one request; the last value tells whether there is more."""
        page = self._page(prefix, {"Delimiter": "/"})
        return folders_of(page, prefix), list(entries(page)), bool(page.get("IsTruncated"))

    def _pages(self, prefix: str, **options: Any) -> Iterator[dict[str, Any]]:
        seen = None
        while True:
            page = self._page(prefix, options)
            yield page
            token = page.get("NextContinuationToken")
            if not page.get("IsTruncated") or not token:
                return
            if token == seen:
                raise DataError(
                    f"{self._connection.server} gives the same page of its listing again and "
                    "again; it cannot be read to the end"
                )
            seen = options["ContinuationToken"] = token

    def _page(self, prefix: str, options: dict[str, Any]) -> dict[str, Any]:
        def request() -> dict[str, Any]:
            return self._client.list_objects_v2(
                Bucket=self._name, Prefix=prefix, MaxKeys=_PAGE, **options
            )

        try:
            return patiently(request, self._connection.limits)
        except dialect() as error:
            raise explain(error, self._connection.server, self._name) from None


def entries(page: dict[str, Any]) -> Iterator[Entry]:
    """The objects of a page; what only marks a folder is none."""
    for found in page.get("Contents", ()):
        if not found["Key"].endswith("/"):
            yield Entry(found["Key"], found.get("Size", 0), found.get("ETag", "").strip('"'))


def folders_of(page: dict[str, Any], prefix: str) -> list[str]:
    """The names of the folders of a page."""
    return [found["Prefix"][len(prefix) : -1] for found in page.get("CommonPrefixes", ())]
