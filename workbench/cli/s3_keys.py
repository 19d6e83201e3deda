"""Keys of an S3 server for a command: from the environment or a prompt, never an argument."""

from __future__ import annotations

import getpass
import sys

from workbench.data.s3.connection import Connection, Keys


def ask_keys(connection: Connection) -> Keys:
    """The keys given or found where AWS tools look; else those typed in, on a terminal.

    Nothing typed in means no keys: requests are anonymous.

    Raises:
        InvalidValue: what was typed in is no pair of keys.
    """
    if connection.has_keys() or not sys.stdin.isatty():
        return connection.keys
    print(f"keys for {connection.server} (none: press Enter)", file=sys.stderr)
    access = getpass.getpass("access key: ")
    return Keys(access, getpass.getpass("secret key: ")) if access.strip() else Keys()


def ask_secrets(
    endpoint: str | None = None, region: str | None = None, profile: str | None = None
) -> dict[str, str]:
    """As :func:`ask_keys`, as the secrets of a job; none where the environment has the keys."""
    keys = ask_keys(Connection(endpoint, region, profile))
    named = {"access_key": keys.access_key, "secret_key": keys.secret_key}
    return named if keys.access_key else {}
