"""What a file that is damaged, or made to harm, does to its reader: a sentence."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.errors import DataError, WorkbenchError, storage_error

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def blamed(what: str) -> Iterator[None]:
    """Say that ``what``, such as ``a.npz is not a whole .npz archive``, where reading fails.

    Raises:
        DataError: whatever the reader raised. Which errors those are no reader says: damaged
            files have brought up those of zlib, LZMA, the tokenizer and protobuf.
        StorageError: the disk is full.
    """
    try:
        yield
    except WorkbenchError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            raise storage_error("unpack", "weights", error) from error
        text = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise DataError(f"{what}: {text:.200}") from error
