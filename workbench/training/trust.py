"""Which code may be executed: that of runs started from this home, and what a person trusts.

Code is kept with its run, and a run's directory may have been copied from anywhere. So what says
that code may be executed lies outside of it: the home's ``trusted-code.json``, a list of SHA-256.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.errors import NotTrusted, SchemaError, storage_error
from workbench.jobs import Home
from workbench.storage import read_json, write_json

FILE = "trusted-code.json"


def trust(home: Home, code: str) -> None:
    """From now on the code may be executed from this home: a person said so.

    Raises:
        StorageError: the home cannot be written.
    """
    if is_trusted(home, code):
        return
    with _alone(home):
        write_json(home.path / FILE, {"sha256": sorted({*_trusted(home), digest(code)})})


def is_trusted(home: Home, code: str) -> bool:
    """Whether the code may be executed; where there is none, nothing is."""
    return not code.strip() or digest(code) in _trusted(home)


def check_trusted(home: Home, code: str, whose: str = "this run") -> None:
    """Refuse code that nobody trusts.

    Raises:
        NotTrusted: nothing was executed.
    """
    if not is_trusted(home, code):
        raise NotTrusted(
            f"the network of {whose} is code that was not written in this home; read it, and if "
            "you trust it let it be executed: workbench run trust RUN, or wb.trust(RUN)"
        )


def digest(code: str) -> str:
    """What the code is known by: SHA-256 of its bytes, hexadecimal."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def _trusted(home: Home) -> set[str]:
    try:
        found = read_json(home.path / FILE)
        return {str(entry) for entry in found["sha256"]}
    except FileNotFoundError:
        return set()
    except (TypeError, KeyError) as error:
        raise SchemaError(f"{home.path / FILE} is damaged; delete it and trust anew") from error


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Keep other processes from adding to the list at the same time."""
    try:
        home.path.mkdir(parents=True, exist_ok=True)
        with (home.path / f".{FILE}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise storage_error("write", home.path / FILE, error) from error
