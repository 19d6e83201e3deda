"""What servers and boto3 say, in a sentence of ours.

Their own texts are never passed on: they may repeat keys and signatures.
"""

from __future__ import annotations

import re

from workbench.errors import DataError, InvalidValue, NotFound, WorkbenchError

_WRONG_KEYS = {
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
}
_FORBIDDEN = {
    "401",
    "403",
    "AccessDenied",
    "AllAccessDisabled",
    "Forbidden",
    "UnsupportedAlgorithm",  # a server that knows no anonymous requests
}
_LATER = {"429", "RequestTimeout", "SlowDown", "Throttling", "ThrottlingException"}
_ONE_OBJECT = {
    "403": "reading it is not permitted",
    "404": "the object is gone",
    "AccessDenied": "reading it is not permitted",
    "InvalidObjectState": "the object is archived; restore it first",
    "KeyTooLongError": "the key is too long for the server",
    "NoSuchKey": "the object is gone",
}


class Damaged(Exception):  # noqa: N818 - the message is the reason alone
    """What arrived is not what the server said it would be."""


def dialect() -> tuple[type[Exception], ...]:
    """What a request may raise; a function, for importing boto3 is slow."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError
    from urllib3.exceptions import HTTPError

    return BotoCoreError, ClientError, ResponseParserError, HTTPError, Damaged


def code_of(error: Exception) -> str:
    """The server's word for what went wrong, or an empty string if no server said anything."""
    response = getattr(error, "response", None) or {}
    return re.sub(r"[^A-Za-z0-9]", "", str(response.get("Error", {}).get("Code", "")))[:60]


def status_of(error: Exception) -> int:
    """The HTTP status of the answer, or 0 if there was none."""
    response = getattr(error, "response", None) or {}
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def passing(error: Exception) -> bool:
    """Whether trying again may help."""
    from botocore import exceptions as boto
    from urllib3.exceptions import HTTPError

    if isinstance(error, boto.ClientError):
        return status_of(error) >= 500 or status_of(error) == 429 or code_of(error) in _LATER
    broken = boto.ConnectionError | boto.HTTPClientError | boto.IncompleteReadError
    return isinstance(error, Damaged | HTTPError | broken)


def of_one_object(error: Exception) -> DataError | None:
    """Why one object cannot be read while others can; None if the trouble is not its own."""
    from botocore.exceptions import IncompleteReadError
    from urllib3.exceptions import IncompleteRead

    if isinstance(error, Damaged):
        return DataError(str(error))
    if isinstance(error, IncompleteReadError | IncompleteRead):
        return DataError("it arrives incomplete")
    reason = _ONE_OBJECT.get(code_of(error))
    return DataError(reason) if reason else None


def explain(error: Exception, server: str, bucket: str = "") -> WorkbenchError:
    """Turn an exception of :func:`dialect` into one sentence; raise it ``from None``."""
    from botocore import exceptions as boto

    code = code_of(error)
    if code in _WRONG_KEYS:
        return DataError(f"{server} does not accept the keys; check access key and secret key")
    if code == "NoSuchBucket" or (bucket and code == "404"):
        return NotFound(f"there is no bucket {bucket!r} at {server}; check its name")
    if code in _FORBIDDEN:
        what = f"the bucket {bucket!r}" if bucket else "this"
        return DataError(f"{server} does not permit {what}; check keys and their permissions")
    if code or status_of(error):
        return _strange(error, server)
    if isinstance(error, boto.ProfileNotFound):
        return InvalidValue("there is no such profile in the AWS configuration; check its name")
    if passing(error):
        return DataError(f"{server} {_silence(error)}; check the endpoint and that it runs")
    if isinstance(error, boto.BotoCoreError):
        return InvalidValue(f"boto3 refuses to ask {server} ({type(error).__name__})")
    return DataError(f"{server} does not answer as an S3 server does; check the endpoint")


def _strange(error: Exception, server: str) -> DataError:
    code, status = code_of(error), status_of(error)
    if code in ("PermanentRedirect", "IllegalLocationConstraintException") or status == 301:
        return DataError(f"the bucket is in another region of {server}; give the region")
    if passing(error) and not code.isdigit():
        return DataError(f"{server} is in trouble ({code}, HTTP {status}); try again later")
    if passing(error):
        # Without a word of S3's own: boto3 makes 500 of a web page, too.
        return DataError(f"{server} is in trouble or is no S3 server; check the endpoint")
    return DataError(f"{server} refused the request ({code}, HTTP {status}); check the endpoint")


def _silence(error: Exception) -> str:
    from botocore import exceptions as boto
    from urllib3.exceptions import ReadTimeoutError

    if isinstance(error, boto.ReadTimeoutError | ReadTimeoutError):
        return "stopped answering"
    if isinstance(error, boto.SSLError):
        return "has no certificate that this machine trusts"
    if isinstance(error, boto.ConnectTimeoutError | boto.EndpointConnectionError):
        return "cannot be reached"
    return "broke the connection off"
