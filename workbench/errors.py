"""Every error that people can cause or must read, as one tree.

::

    WorkbenchError
    ├── InvalidValue      an argument or a configuration field is wrong      (also ValueError)
    │   └── NetworkError  the code of a network is wrong; knows the line
    ├── NotTrusted        code that came with a run may not be executed yet
    ├── NotFound          no dataset, run, file or folder of that name       (also LookupError)
    ├── DataError         images or a dataset cannot be used
    ├── StorageError      the disk is full, read-only or failing             (also OSError)
    ├── SchemaError       a job directory of another version
    ├── MissingExtra      an optional package is not installed               (also ImportError)
    └── JobError
        ├── JobFailed     a job ended without its result
        ├── JobInterrupted  a job ended through no fault of its own; it can be resumed
        ├── JobBusy       somebody else executes the job
        └── JobInUse      other jobs depend on it

A message is one sentence: what is wrong, where, and what to do.
"""

from __future__ import annotations

import errno


class WorkbenchError(Exception):
    """Root of all errors raised on purpose."""


class InvalidValue(WorkbenchError, ValueError):
    """An argument or a configuration field is wrong."""


class NetworkError(InvalidValue):
    """The code of a network cannot be understood, or does not build what is needed.

    Attributes:
        line: where in the code, from 1; None where no line is to blame.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.line = line


class NotTrusted(WorkbenchError):
    """Code that came with a run has not been trusted, so it is not executed."""


class NotFound(WorkbenchError, LookupError):
    """There is no dataset, run, file or folder of that name."""


class DataError(WorkbenchError):
    """Images or a dataset cannot be used."""


class StorageError(WorkbenchError, OSError):
    """The disk is full, read-only or failing."""


class SchemaError(WorkbenchError):
    """A job directory was written by another version of the format."""


class MissingExtra(WorkbenchError, ImportError):
    """An optional package is not installed; the message names the extra."""


class JobError(WorkbenchError):
    """A job cannot do what was asked of it."""


class JobFailed(JobError):
    """A job ended without its result."""


class JobInterrupted(JobError):
    """A job ended through no fault of its own and can be resumed."""


class JobBusy(JobError):
    """Somebody else executes the job."""


class JobInUse(JobError):
    """Other jobs depend on the job."""


_STORAGE_ADVICE = {
    errno.ENOSPC: "the disk is full; free some space and try again",
    errno.EDQUOT: "your disk quota is used up; free some space and try again",
    errno.EROFS: "the file system is read-only; choose another home with WORKBENCH_HOME",
    errno.EACCES: "permission was denied; check who owns the folder",
    errno.EPERM: "permission was denied; check who owns the folder",
    errno.EMFILE: "too many files are open; close some kernels and try again",
}


def storage_error(action: str, path: object, error: OSError) -> StorageError:
    """Turn an ``OSError`` met while doing ``action`` to ``path`` into one sentence."""
    advice = _STORAGE_ADVICE.get(error.errno or 0, error.strerror or str(error))
    return StorageError(f"could not {action} {path}: {advice}")
