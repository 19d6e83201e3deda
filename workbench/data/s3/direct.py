"""Getting an object with half the work that boto3's ``get_object`` makes of it.

Request and answer are so simple that what boto3 does for every call costs more than the transfer.
Here the request is signed and sent by the same parts of botocore, and nothing more. An answer that
is not the object is left to boto3, which knows what to make of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from workbench.data.s3.connection import Connection

_PROBE = "x"


class Answer(NamedTuple):
    """An object on its way: its headers, by names in lower case, and a body to read and close."""

    headers: Mapping[str, str]
    body: Any


class Direct:
    """Gets objects of one bucket.

    Args:
        connection: how to speak to the server.
        client: of ``connection``; asked where the bucket's objects are.
        bucket: the bucket.
    """

    def __init__(self, connection: Connection, client: Any, bucket: str) -> None:
        from botocore.httpsession import URLLib3Session
        from botocore.utils import get_environ_proxies

        session = connection.session()
        self._credentials = session.get_credentials()
        self._region = client.meta.region_name
        self._base = _base(client, bucket)
        limits = connection.limits
        self._http = URLLib3Session(
            verify=session.get_config_variable("ca_bundle") or True,
            proxies=get_environ_proxies(self._base),
            timeout=(limits.connect_s, limits.read_s),
            max_pool_connections=limits.threads,
        )

    def get(self, key: str) -> Answer | None:
        """Ask for an object; None if the answer is anything but the object.

        Raises:
            Exception: of :func:`workbench.data.s3.errors.dialect`: there was no answer.
        """
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.utils import percent_encode

        url = self._base + percent_encode(key, safe="/~")
        request = AWSRequest("GET", url, stream_output=True)
        if self._credentials is not None:
            frozen = self._credentials.get_frozen_credentials()
            S3SigV4Auth(frozen, "s3", self._region).add_auth(request)
        answer = self._http.send(request.prepare())
        if answer.status_code != 200:
            answer.raw.close()
            return None
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(headers, answer.raw)


def _base(client: Any, bucket: str) -> str:
    """The URL that all the bucket's objects have before their keys."""
    url = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": _PROBE})
    return url.partition("?")[0].removesuffix(_PROBE)
