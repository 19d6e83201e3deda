"""Images in a bucket, a sub-folder a class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from workbench.data.s3.address import Address, check_endpoint, parse_address
from workbench.data.s3.connection import Connection, Keys, Limits
from workbench.data.s3.listing import Bucket, Entry
from workbench.data.s3.reader import S3Reader
from workbench.data.s3.staging import Staging
from workbench.data.sources.base import Access, Divided, Listing, Sample, check_classes
from workbench.data.sources.folder import is_image_name, natural_key
from workbench.data.splits import drawn
from workbench.errors import DataError
from workbench.validation import check, check_text, check_whole

_CHECK_ATTEMPTS = 2


@dataclass(frozen=True)
class S3Folder(Divided):
    """A place in a bucket with a sub-folder a class; deeper objects belong to the top one's class.

    The keys are no part of it: they come by :attr:`Access.secrets` (``access_key``,
    ``secret_key``), else from the environment or the AWS profile; without any, requests are
    anonymous.

    Attributes:
        url: ``s3://BUCKET/PREFIX/``, under which the classes are.
        endpoint: the server's URL; by default AWS.
        region, profile: as in the AWS configuration.
        validation_percent, test_percent: shares of each class set aside, drawn by the seed.
        min_per_class: a class with fewer images is left out.
        max_per_class: of a class with more images, this many are drawn by the seed.
        cache: keep what was fetched for the next dataset; else it is kept until this one is done.

    Raises:
        InvalidValue: a field is out of range.
    """

    url: str
    endpoint: str | None = None
    region: str | None = None
    profile: str | None = None
    min_per_class: int = 2
    max_per_class: int | None = None
    cache: bool = False

    limits: ClassVar[Limits] = Limits()

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", str(parse_address(self.url)))
        if self.endpoint is not None:
            check_endpoint(self.endpoint)
            object.__setattr__(self, "endpoint", self.endpoint.rstrip("/"))
        for name in ("region", "profile"):
            if getattr(self, name) is not None:
                check_text(name, getattr(self, name))
        self.check_shares()
        check_whole("min_per_class", self.min_per_class, 1)
        if self.max_per_class is not None:
            check_whole("max_per_class", self.max_per_class, self.min_per_class)
        check(isinstance(self.cache, bool), f"cache must be true or false, got {self.cache!r}")

    @property
    def address(self) -> Address:
        """Bucket and prefix."""
        return parse_address(self.url)

    def describe(self) -> str:
        """The URL and the server."""
        return f"{self.url} at {self._connection(Access()).server}"

    def location(self, name: str) -> str:
        """How people are shown a sample: ``s3://BUCKET/KEY``."""
        return self.address.of(name)

    def check(self, access: Access) -> None:
        """Refuse wrong keys, an absent bucket, a silent server and what has no classes.

        Raises:
            DataError, InvalidValue, NotFound: in one sentence.
        """
        patience = replace(self.limits, attempts=min(_CHECK_ATTEMPTS, self.limits.attempts))
        folders, loose, more = self._bucket(access, patience).first_page(self.address.prefix)
        classes = [name for name in folders if _is_class(name)]
        if not folders and not loose:
            raise DataError(
                f"there is nothing at {self.describe()}; check bucket and prefix, and the case of "
                "their letters"
            )
        if not classes and not more:
            raise DataError(
                f"{self.url} has no sub-folders; give the place that has a sub-folder a class"
            )
        if not more:
            check_classes(classes, self.url)

    def read(self, seed: int, access: Access) -> Listing:
        """List the objects page by page, class by class.

        What an earlier attempt fetched, and has changed since, is dropped on the way.
        """
        listing = Listing()
        listing.samples = self._samples(listing, seed, access)
        return listing

    def reader(self, access: Access) -> S3Reader:
        """Names are keys."""
        connection = self._connection(access)
        return S3Reader(connection, self.address.bucket, self._staging(access))

    def forget(self, access: Access) -> None:
        """Delete what was fetched, once the dataset is done, unless it is wanted for the next.

        Raises:
            StorageError: it cannot be deleted.
        """
        staging = self._staging(access)
        if staging and not self.cache:
            staging.forget()

    def _samples(self, listing: Listing, seed: int, access: Access) -> Iterator[Sample]:
        bucket, prefix = self._bucket(access, self.limits), self.address.prefix
        folders, loose = bucket.level(prefix)
        listing.ignored += [(self.location(e.key), "not in a sub-folder") for e in loose]
        preset = "train" if self.shares == (0, 0) else ""
        staging = self._staging(access)
        for name in sorted(filter(_is_class, folders), key=natural_key):
            label = len(listing.labels)
            found = self._images(bucket.objects(f"{prefix}{name}/"), listing, staging)
            for key in self._enough(found, name, seed, listing):
                yield Sample(key, label, preset)
        if len(listing.labels) < 2:
            raise DataError(
                f"{self.url} has {len(listing.labels)} classes with {self.min_per_class} images "
                "or more; a classifier needs two"
            )

    def _images(
        self, entries: Iterator[Entry], listing: Listing, staging: Staging | None
    ) -> Iterator[str]:
        """The keys of what is an image by its name; the others go to ``listing.ignored``."""
        stale = staging is not None and staging.holds_any()
        skip = len(self.address.prefix)
        for entry in entries:
            if any(part.startswith(".") for part in entry.key[skip:].split("/")):
                continue
            if not is_image_name(entry.key):
                reason = "not an image file by its name"
                listing.ignored.append((self.location(entry.key), reason))
                continue
            if stale and staging:
                staging.drop_stale(entry.key, entry.etag)
            yield entry.key

    def _enough(self, keys: Iterator[str], name: str, seed: int, listing: Listing) -> Iterator[str]:
        """The keys of a class, if there are enough; its label is added before the first."""
        label = len(listing.labels)
        first = [key for _, key in zip(range(self.min_per_class), keys, strict=False)]
        if len(first) < self.min_per_class:
            if first:
                reason = f"{len(first)} images, fewer than {self.min_per_class}"
                listing.left_out.append((name, reason))
            return
        listing.labels.append(name)
        if self.max_per_class is None:
            yield from first
            yield from keys
        else:
            every = [*first, *keys]
            for place in drawn(len(every), self.max_per_class, seed, label):
                yield every[place]

    def _connection(self, access: Access, limits: Limits | None = None) -> Connection:
        keys = Keys.of(access.secrets)
        return Connection(self.endpoint, self.region, self.profile, keys, limits or self.limits)

    def _bucket(self, access: Access, limits: Limits) -> Bucket:
        connection = self._connection(access, limits)
        return Bucket(connection.client(), connection, self.address.bucket)

    def _staging(self, access: Access) -> Staging | None:
        if access.home is None:
            return None
        return Staging.of(access.home.path, self.endpoint or "", self.url)


def _is_class(name: str) -> bool:
    return bool(name) and not name.startswith(".")
