"""Executing one job, the same way wherever it runs."""

from __future__ import annotations

import importlib
import logging
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import InvalidValue, StorageError, WorkbenchError
from workbench.jobs import Job, JobContext, Stopped
from workbench.jobs.events import EventWriter
from workbench.jobs.lock import OwnerLock

Executor = Callable[[Job, JobContext], None]

# By name, because an executor's module may import TensorFlow.
EXECUTORS = {
    "dataset": "workbench.data.create:execute",
    "run": "workbench.training.execute:execute",
}


def executor_of(kind: str) -> Executor:
    """Find the function that executes jobs of one kind."""
    try:
        module, name = EXECUTORS[kind].split(":")
    except KeyError:
        raise InvalidValue(f"nothing executes jobs of kind {kind!r}") from None
    return getattr(importlib.import_module(module), name)


def execute(
    job: Job, executor: Executor | None = None, secrets: Mapping[str, str] | None = None
) -> str:
    """Own the job, execute it to its end and return its last status.

    Whatever goes wrong ends as the job's status with a sentence; the traceback is in its log.

    Raises:
        JobBusy: somebody else executes it.
    """
    with OwnerLock(job.path), EventWriter(job.path / "events.jsonl") as events:
        with _text_log(job.path / "run.log"):
            context = JobContext(job, events, secrets)
            fields = _outcome(job, context, executor)
        try:
            events.write("status", sync=True, **fields)
        except StorageError:
            # Not even the end can be written: without its owner the job reads as interrupted.
            logging.getLogger(__name__).exception("%s: its end could not be recorded", job.id)
            return "interrupted"
        return str(fields["status"])


def _outcome(job: Job, context: JobContext, executor: Executor | None) -> dict[str, object]:
    try:
        context.emit("status", sync=True, status="running")
        (executor or executor_of(job.kind))(job, context)
    except Stopped:
        return {"status": "stopped"}
    except WorkbenchError as error:
        _log_traceback(job, context)
        return {"status": "failed", "error": context.secrets.hide(str(error))}
    except MemoryError:
        _log_traceback(job, context)
        return {
            "status": "failed",
            "error": "the machine's memory is used up",
            "advice": "close other kernels, or choose smaller images or a smaller batch",
        }
    except Exception as error:
        _log_traceback(job, context)
        sentence = (context.secrets.hide(str(error)).strip().splitlines() or [""])[0][:300]
        return {
            "status": "failed",
            "error": f"{type(error).__name__}: {sentence}",
            "advice": "the job's log has the details",
        }
    return {"status": "done"}


def _log_traceback(job: Job, context: JobContext) -> None:
    text = context.secrets.hide(traceback.format_exc())
    logging.getLogger("workbench.job").error("%s failed\n%s", job.id, text)


@contextmanager
def _text_log(path: Path) -> Iterator[None]:
    """Write what this thread logs of its job to a file, in the text people read."""
    logger, thread = logging.getLogger("workbench.job"), threading.get_ident()
    handler = logging.FileHandler(path, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    handler.addFilter(lambda record: record.thread == thread)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()
