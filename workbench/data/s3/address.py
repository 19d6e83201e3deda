"""Where objects are: ``s3://BUCKET/PREFIX/`` and the server's URL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from workbench.errors import InvalidValue
from workbench.validation import check, check_text

_SCHEME = "s3://"
# What boto3 takes for a bucket's name; servers are stricter.
_BUCKET = re.compile(r"[A-Za-z0-9.\-_]{3,255}", re.ASCII)
_LONGEST_KEY = 1024  # bytes, of any object


@dataclass(frozen=True)
class Address:
    """A bucket and the common beginning of keys in it: empty, or ending with a slash."""

    bucket: str
    prefix: str = ""

    def __post_init__(self) -> None:
        check_bucket(self.bucket)
        size = len(self.prefix.encode(errors="surrogateescape"))
        check(size < _LONGEST_KEY, f"the prefix must be below {_LONGEST_KEY} bytes, got {size}")
        check("\0" not in self.prefix, "the prefix must not contain a NUL character")
        if self.prefix and not self.prefix.endswith("/"):
            object.__setattr__(self, "prefix", self.prefix + "/")

    def __str__(self) -> str:
        return self.of(self.prefix)

    def of(self, key: str) -> str:
        """How people are shown one object of the bucket."""
        return f"{_SCHEME}{self.bucket}/{key}"


def parse_address(url: str) -> Address:
    """Read ``s3://BUCKET/PREFIX/``; nothing in it is escaped, so a key may hold any character.

    Raises:
        InvalidValue: it is no such URL.
    """
    check_text("the S3 URL", url, 2000)
    # What is wrong is never repeated in the sentence: somebody may have put keys into it.
    check("@" not in url.removeprefix(_SCHEME).partition("/")[0], "an S3 URL must not hold keys")
    if not url.startswith(_SCHEME):
        raise InvalidValue("the S3 URL must look like s3://BUCKET/PREFIX/")
    bucket, _, prefix = url.removeprefix(_SCHEME).partition("/")
    return Address(bucket, prefix)


def check_bucket(name: object) -> None:
    """Refuse what no server can have as a bucket's name."""
    if not isinstance(name, str) or not _BUCKET.fullmatch(name):
        raise InvalidValue(
            "a bucket's name has 3 or more letters, digits, dots and dashes and no more"
        )


def check_endpoint(url: object) -> None:
    """Refuse an endpoint that is not the ``http(s)://HOST[:PORT]`` of a server."""
    check_text("endpoint", url, 2000)
    # Before anything else is said of it: without a scheme no name is found in it.
    check("@" not in str(url), "endpoint must not hold a name or password; give the keys apart")
    try:
        parts = urlsplit(str(url))
        port, host = parts.port, parts.hostname
    except ValueError:
        raise InvalidValue("endpoint is no URL; it must look like https://HOST:PORT") from None
    right = parts.scheme in ("http", "https") and host and port != 0
    plain = not parts.query and not parts.fragment and not re.search(r"\s", str(url))
    check(right and plain, "endpoint must look like https://HOST:PORT")
