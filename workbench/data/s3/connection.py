"""What speaks to a server: endpoint, keys, limits, and the client made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.data.s3.errors import dialect, explain
from workbench.errors import InvalidValue


@dataclass(frozen=True)
class Limits:
    """How patient a transfer is.

    A server that accepts connections and never answers is given up after
    ``attempts * read_s`` seconds and the pauses between: about half a minute.

    Attributes:
        connect_s: seconds until a connection must stand.
        read_s: seconds in which something must arrive.
        attempts: how often one request is made before it has failed.
        pause_s: seconds before the second attempt; doubled for each that follows.
        threads: requests at a time, a process.
    """

    connect_s: float = 5
    read_s: float = 10
    attempts: int = 3
    pause_s: float = 0.5
    threads: int = 16


@dataclass(frozen=True, repr=False)
class Keys:
    """An access key with its secret; never shown.

    Raises:
        InvalidValue: one is given without the other, or holds what no key holds.
    """

    access_key: str = ""
    secret_key: str = ""
    session_token: str = ""

    def __post_init__(self) -> None:
        for name in ("access_key", "secret_key", "session_token"):
            value = getattr(self, name).strip()
            # In a request's header they would make an error whose text repeats them.
            if not value.isascii() or not value.isprintable() or " " in value:
                raise InvalidValue(f"the {name.replace('_', ' ')} holds characters that no key has")
            object.__setattr__(self, name, value)
        if bool(self.access_key) != bool(self.secret_key):
            missing = "secret key" if self.access_key else "access key"
            raise InvalidValue(f"the {missing} is missing; give both keys, or neither")

    def __repr__(self) -> str:
        return "Keys(***)" if self.access_key else "Keys()"

    @classmethod
    def of(cls, secrets: Mapping[str, str]) -> Keys:
        """Those among ``secrets`` that are meant for a server."""
        names = ("access_key", "secret_key", "session_token")
        return cls(**{name: secrets.get(name) or "" for name in names})


@dataclass(frozen=True)
class Connection:
    """All that is needed to speak to a server; can be pickled.

    Attributes:
        endpoint: the server's URL; by default AWS, or what its configuration names.
        region, profile: as in the AWS configuration.
        keys: without them the environment, then the profile is asked; if they have none,
            requests are anonymous.
    """

    endpoint: str | None = None
    region: str | None = None
    profile: str | None = None
    keys: Keys = field(default_factory=Keys)
    limits: Limits = field(default_factory=Limits)

    @property
    def server(self) -> str:
        """What people call the server."""
        return self.endpoint or "AWS S3"

    def client(self) -> Any:
        """A client of boto3, to be used by up to ``limits.threads`` threads.

        It makes every request once; :func:`workbench.data.s3.retry.patiently` makes it again.

        Raises:
            InvalidValue: there is no such profile, or the AWS configuration cannot be read.
        """
        import boto3

        try:
            inner = self.session()
            session = boto3.session.Session(botocore_session=inner)
            return session.client(
                "s3",
                endpoint_url=self.endpoint,
                region_name=self.region or session.region_name or "us-east-1",
                config=self._settings(anonymous=inner.get_credentials() is None),
            )
        except dialect() as error:
            raise explain(error, self.server) from None

    def session(self) -> Any:
        """A session of botocore, which knows keys and configuration."""
        import botocore.session

        session = botocore.session.Session(profile=self.profile)
        if self.keys.access_key:
            keys = self.keys
            session.set_credentials(keys.access_key, keys.secret_key, keys.session_token or None)
        if self.endpoint:
            # Only AWS machines have a metadata service, and its keys are not for other servers.
            session.set_config_variable("metadata_service_num_attempts", 0)
        return session

    def _settings(self, anonymous: bool) -> Any:
        from botocore import UNSIGNED
        from botocore.config import Config

        return Config(
            signature_version=UNSIGNED if anonymous else "s3v4",
            connect_timeout=self.limits.connect_s,
            read_timeout=self.limits.read_s,
            retries={"total_max_attempts": 1},
            max_pool_connections=self.limits.threads,
            s3={"addressing_style": "path" if self.endpoint else "auto"},
            # Only AWS knows the newer checksums; the ETag is compared instead.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )

    def has_keys(self) -> bool:
        """Whether keys are given, or found where AWS tools look for them."""
        if self.keys.access_key:
            return True
        try:
            return self.session().get_credentials() is not None
        except dialect() as error:
            raise explain(error, self.server) from None
