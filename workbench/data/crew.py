"""The processes that decode: as many as processors, or none where the work is small."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from workbench.data import process
from workbench.data.workers import Decoded, Work, Worker, processors
from workbench.errors import JobFailed

T = TypeVar("T")

# Starting processes takes longer than decoding fewer images than this.
WORTH_IT = 1000


class Crew:
    """Decodes stretches: in processes of its own, or here when it has none.

    Args:
        work: what is the same for all stretches.
        size: how many processes; 0 to do everything here.
    """

    def __init__(self, work: Work, size: int) -> None:
        self._here = None if size else Worker(work)
        self._pool: ProcessPoolExecutor | None = None
        self._pending: set[Future[Decoded]] = set()
        self.room = 1
        if size:
            # Spawned, never forked: the parent may run TensorFlow's threads.
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(size, spawn, process.begin, (work,))
            self.room = 3 * size  # a few in advance keep every process busy; memory stays flat

    @property
    def busy(self) -> int:
        """How many stretches have been given out and not come back."""
        return len(self._pending)

    def give(self, start: int, names: list[str]) -> None:
        """Give out a stretch."""
        if self._here is None:
            assert self._pool is not None
            self._pending.add(self._pool.submit(process.decode, start, names))
            return
        done: Future[Decoded] = Future()
        self._pending.add(done)
        done.set_result(self._here(start, names))

    def take(self, timeout: float) -> list[Decoded]:
        """What has come back, waiting at most ``timeout`` seconds for something."""
        done, self._pending = wait(self._pending, timeout, FIRST_COMPLETED)
        return [future.result() for future in done]

    def map(self, call: Callable[..., T], arguments: Iterable[tuple[Any, ...]]) -> Iterator[T]:
        """The results of calls, in order; ``call`` is a function of a module."""
        if self._pool is None:
            yield from itertools.starmap(call, arguments)
            return
        yield from self._pool.map(call, *zip(*arguments, strict=True))

    def dismiss(self) -> None:
        """End the processes, whatever they are doing."""
        if self._pool is None:
            return
        running = list((self._pool._processes or {}).values())
        # The library has no words for this before Python 3.14.
        results: Any = self._pool._result_queue
        manager: Any = self._pool._executor_manager_thread
        self._pool.shutdown(wait=False, cancel_futures=True)
        for one in running:
            one.terminate()
        # One that ended while it gave back a result left half of it in the pipe. Its reader would
        # wait for the rest forever, and this process for its reader; without a writer it does not.
        results._writer.close()
        if manager is not None:
            manager.join()


@contextmanager
def crew(work: Work, images: int) -> Iterator[Crew]:
    """A crew for so many images; nobody is left when the block ends.

    Raises:
        JobFailed: a process was killed.
    """
    made = Crew(work, processors() if images >= WORTH_IT else 0)
    try:
        yield made
    except BrokenProcessPool:
        raise JobFailed(
            "a decoding process was killed, perhaps because memory ran out; "
            "close other programs and create the dataset again"
        ) from None
    finally:
        made.dismiss()
