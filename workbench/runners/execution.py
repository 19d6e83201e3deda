"""Executing one job, the same way wherever it runs."""

from __future__ import annotations

import importlib
import logging
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.errors import InvalidValue, JobInterrupted, StorageError, WorkbenchError
from workbench.jobs import Job, JobContext, Stopped
from workbench.jobs.events import EventWriter
from workbench.jobs.lock import OwnerLock
from workbench.jobs.queue import Turn, enter, machine

Executor = Callable[[Job, JobContext], None]


class HandedOver(Exception):  # noqa: N818 - not an error: the job goes on
    """Raised by an executor that leaves the job to another process, which it has announced."""


# By name, because an executor's module may import TensorFlow.
EXECUTORS = {
    "dataset": "workbench.data.create:execute",
    "run": "workbench.training.execute:execute",
    "sweep": "workbench.sweeps.execute:execute",
}
# These wait for their turn (jobs/queue): the machine is not shared out to more than it bears.
QUEUED = ("run",)


def executor_of(kind: str) -> Executor:
    """Find the function that executes jobs of one kind."""
    try:
        module, name = EXECUTORS[kind].split(":")
    except KeyError:
        raise InvalidValue(f"nothing executes jobs of kind {kind!r}") from None
    return getattr(importlib.import_module(module), name)


def announce(job: Job, process: dict[str, Any] | None = None) -> None:
    """Record that ``process`` (this one by default) is about to execute the job.

    Raises:
        JobBusy: somebody executes it already.
    """
    job.announce(process)
    if job.kind in QUEUED:
        enter(job, process)


def execute(
    job: Job,
    executor: Executor | None = None,
    secrets: Mapping[str, str] | None = None,
    apart: bool = False,
    queued: bool = True,
) -> str:
    """Own the job, wait for its turn, execute it to its end and return its last status.

    That is ``waiting`` where the executor has handed it over to another process.

    Whatever goes wrong ends as the job's status with a sentence; the traceback is in its log.

    Args:
        apart: this process is there for the job alone, and so sees the job's GPUs alone. Where
            other code uses GPUs too, they stay in sight, and the executor keeps to its own.
        queued: let it wait for its turn; not where a cluster's scheduler has given it its turn.

    Raises:
        JobBusy: somebody else executes it.
    """
    with OwnerLock(job.path), EventWriter(job.path / "events.jsonl") as events:
        turn = Turn(job) if queued and job.kind in QUEUED else None
        try:
            with _text_log(job.path / "run.log"):
                context = JobContext(job, events, secrets, turn)
                fields = _outcome(job, context, turn, executor, apart)
            if fields["status"] != "waiting":
                events.write("status", sync=True, **fields)
        except StorageError:
            # Not even the end can be written: without its owner the job reads as interrupted.
            logging.getLogger(__name__).exception("%s: its end could not be recorded", job.id)
            return "interrupted"
        finally:
            if turn is not None:
                turn.leave()
        return str(fields["status"])


def _outcome(
    job: Job, context: JobContext, turn: Turn | None, executor: Executor | None, apart: bool
) -> dict[str, object]:
    try:
        # Before anything heavy is imported: what waits is to be light.
        context.take_turn()
        context.gpus = _gpus_of(turn, apart)
        context.emit("status", sync=True, status="running")
        (executor or executor_of(job.kind))(job, context)
    except Stopped:
        return {"status": "stopped"}
    except HandedOver:
        return {"status": "waiting"}
    except JobInterrupted as error:
        _log_traceback(job, context)
        return {"status": "interrupted", "error": str(error)}
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


def _gpus_of(turn: Turn | None, apart: bool) -> tuple[int, ...] | None:
    """The GPUs of a turn as TensorFlow counts them in this process."""
    if turn is None or turn.gpus is None:
        return None
    if not apart:
        in_sight = machine.gpus()
        return tuple(in_sight.index(gpu) for gpu in turn.gpus)
    machine.show_only(turn.gpus)
    return tuple(range(len(turn.gpus)))


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
