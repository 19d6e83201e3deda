"""The file that says where to upload to, as DIGITS' users know it."""

from __future__ import annotations

import configparser
import os
from dataclasses import dataclass, field
from pathlib import Path

from workbench.data.s3.address import Address, check_endpoint
from workbench.data.s3.connection import Connection, Keys, Limits
from workbench.errors import InvalidValue, NotFound, StorageError

SECTION = "S3 Config"
_NAMES = ("endpoint", "accesskey", "secretkey", "bucket", "prefix", "region", "profile")


@dataclass(frozen=True)
class UploadConfig:
    """Where to upload to, and with what keys.

    Attributes:
        bucket: made when absent.
        prefix: what all keys begin with.
        endpoint: the server's URL; by default AWS.
        keys: never shown; without them the environment and the AWS profile are asked.
        region, profile: as in the AWS configuration.

    Raises:
        InvalidValue: a field is wrong.
    """

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    keys: Keys = field(default_factory=Keys)
    region: str | None = None
    profile: str | None = None

    def __post_init__(self) -> None:
        if self.endpoint is not None:
            check_endpoint(self.endpoint)
            object.__setattr__(self, "endpoint", self.endpoint.rstrip("/"))
        object.__setattr__(self, "prefix", Address(self.bucket, self.prefix.lstrip("/")).prefix)

    @property
    def address(self) -> Address:
        """Bucket and prefix."""
        return Address(self.bucket, self.prefix)

    def connection(self, limits: Limits) -> Connection:
        """What speaks to the server."""
        return Connection(self.endpoint, self.region, self.profile, self.keys, limits)


def read_upload_config(path: str | os.PathLike[str]) -> UploadConfig:
    """Read ``[S3 Config]`` with endpoint, accesskey, secretkey, bucket, prefix.

    Raises:
        NotFound: there is no such file.
        InvalidValue: it cannot be understood, or names no bucket.
    """
    values = _values(Path(path).expanduser())
    if not values.get("bucket"):
        raise InvalidValue(f"{path} names no bucket; add a line 'bucket = NAME' to [{SECTION}]")
    try:
        keys = Keys(values.get("accesskey", ""), values.get("secretkey", ""))
        return UploadConfig(
            bucket=values["bucket"],
            prefix=values.get("prefix", ""),
            endpoint=values.get("endpoint") or None,
            keys=keys,
            region=values.get("region") or None,
            profile=values.get("profile") or None,
        )
    except InvalidValue as error:
        raise InvalidValue(f"{path}: {error}") from None


def _values(path: Path) -> dict[str, str]:
    # A secret key may hold per cent signs; no section lends its values to another.
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        with path.open(encoding="utf-8-sig") as file:
            parser.read_file(file)
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}") from None
    except OSError as error:
        raise StorageError(f"could not read {path}: {error.strerror}") from None
    except (configparser.Error, UnicodeDecodeError) as error:
        # Its text repeats the line, which may hold the secret key.
        raise InvalidValue(f"{path} {_complaint(error)}") from None
    strange = [name for name in parser.sections() if name != SECTION]
    if strange or not parser.has_section(SECTION):
        what = "has an unknown section" if strange else "has no section"
        raise InvalidValue(f"{path} {what}; everything belongs into [{SECTION}]")
    if set(parser.options(SECTION)) - set(_NAMES):
        # Not repeated: what ends with an equals sign may be a key.
        raise InvalidValue(f"{path} has a line of another name; known are {', '.join(_NAMES)}")
    return {name: value.strip() for name, value in parser.items(SECTION)}


def _complaint(error: Exception) -> str:
    if isinstance(error, configparser.DuplicateOptionError | configparser.DuplicateSectionError):
        return f"says something twice, in line {error.lineno}"
    if isinstance(error, configparser.MissingSectionHeaderError):
        return f"does not begin with the line [{SECTION}]"
    if isinstance(error, configparser.ParsingError) and error.errors:
        return f"cannot be understood in line {error.errors[0][0]}; lines are 'name = value'"
    return "is no text file"
