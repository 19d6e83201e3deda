"""The executor of dataset jobs: list, decode in parallel into records, measure, rename."""

from __future__ import annotations

import itertools
import multiprocessing
import shutil
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from workbench.data import records, statistics
from workbench.data.config import DatasetConfig
from workbench.data.listing import Listing, Sample
from workbench.data.provenance import Row, write_sources
from workbench.data.workers import Decoded, Stretch, decode_stretch, processors
from workbench.errors import DataError, JobFailed
from workbench.jobs import Job, JobContext, Stopped
from workbench.jobs.storage import replace_dir, write_atomic, write_json

_STRETCH = 256
_WORTH_A_PROCESS = 1000
_MOST_NAMED = 10_000


def prepare(config: DatasetConfig) -> None:
    """Refuse, before anything is made, what can never become a dataset.

    Raises:
        NotFound, DataError: one sentence on the source.
    """
    from workbench import tasks

    tasks.get(config.task)
    config.source.check()


def execute(job: Job, context: JobContext) -> None:
    """Make the dataset of ``job``: all of it in ``records/``, or nothing.

    Raises:
        Stopped: Stop was commanded; no records are left.
        DataError: the source has too few, or too many unreadable, images.
        StorageError: the disk is full or failing; no records are left.
    """
    config = DatasetConfig.from_dict(job.config)
    partial = job.path / "records.partial"
    shutil.rmtree(partial, ignore_errors=True)
    try:
        _make(config, partial, context)
        replace_dir(partial, job.path / "records")
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _make(config: DatasetConfig, partial: Path, context: JobContext) -> None:
    context.progress(0, 1, "", "Listing files")
    listing = config.source.read(config.seed)
    total = sum(len(samples) for samples in listing.splits.values())
    rows: list[Row] = []
    unreadable: list[tuple[str, str]] = []
    done = 0
    with _pool(total) as pool:
        for split, samples in listing.splits.items():
            folder = partial / split
            targets = np.array([sample.label for sample in samples], np.int64)
            records.allocate(folder, len(samples), config.image.shape, targets)
            results: list[Decoded | None] = [None] * len(samples)
            for start, decoded in _decode(samples, folder, config, pool):
                results[start : start + len(decoded)] = decoded
                done += len(decoded)
                context.progress(done, total, "images", "Decoding")
                if context.stop_requested():
                    raise Stopped
            _settle(split, samples, results, folder, rows, unreadable)
    _check_share(unreadable, total, config, context)
    _describe(config, listing, partial, rows, unreadable, context)


def _decode(
    samples: list[Sample], folder: Path, config: DatasetConfig, pool: ProcessPoolExecutor | None
) -> Iterator[tuple[int, list[Decoded]]]:
    """Decode all samples, yielding the first row and the results of each stretch, as they come."""
    starts = range(0, len(samples), _STRETCH)
    stretches = (
        Stretch(
            str(folder),
            start,
            [sample.path for sample in samples[start : start + _STRETCH]],
            config.image,
            config.seed,
        )
        for start in starts
    )
    if pool is not None:
        yield from _in_parallel(pool, stretches)
        return
    for stretch in stretches:
        yield stretch.start, decode_stretch(stretch)


@contextmanager
def _pool(files: int) -> Iterator[ProcessPoolExecutor | None]:
    """Processes to decode in, or none where starting them would take longer than the work."""
    if files < _WORTH_A_PROCESS:
        yield None
        return
    # Spawned, never forked: the parent may run TensorFlow's threads.
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processors(), mp_context=spawn)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _in_parallel(
    pool: ProcessPoolExecutor, stretches: Iterator[Stretch]
) -> Iterator[tuple[int, list[Decoded]]]:
    pending: dict[Future[list[Decoded]], Stretch] = {}
    try:
        while True:
            # A few in advance keep every process busy; memory stays flat.
            for stretch in itertools.islice(stretches, 3 * processors() - len(pending)):
                pending[pool.submit(decode_stretch, stretch)] = stretch
            if not pending:
                return
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                yield pending.pop(future).start, future.result()
    except BrokenProcessPool:
        raise JobFailed(
            "a decoding process was killed, perhaps because memory ran out; "
            "close other programs and create the dataset again"
        ) from None


def _settle(
    split: str,
    samples: list[Sample],
    results: list[Decoded | None],
    folder: Path,
    rows: list[Row],
    unreadable: list[tuple[str, str]],
) -> None:
    """Note what was read and what was not, and close the gaps the unreadable files left."""
    keep = np.array([r is not None and r.reason is None for r in results], bool)
    position = 0
    for sample, result in zip(samples, results, strict=True):
        assert result is not None
        if result.reason is not None:
            unreadable.append((sample.path, result.reason))
            continue
        size = (result.width, result.height)
        rows.append((split, position, sample.path, sample.label, result.sha256, *size))
        position += 1
    if not keep.all():
        records.compact(folder, keep)
    if position == 0:
        shutil.rmtree(folder)


def _check_share(
    unreadable: list[tuple[str, str]], total: int, config: DatasetConfig, context: JobContext
) -> None:
    for path, reason in unreadable[:100]:
        context.log(f"{path!r} is left out: {reason}", "warning")
    share = 100 * len(unreadable) / max(1, total)
    if share > config.max_unreadable_percent or len(unreadable) == total:
        path, reason = unreadable[0]
        raise DataError(
            f"{len(unreadable):,} of {total:,} files cannot be read, the first is {path!r} "
            f"({reason}); at most {config.max_unreadable_percent:g} % may be unreadable"
        )


def _describe(
    config: DatasetConfig,
    listing: Listing,
    partial: Path,
    rows: list[Row],
    unreadable: list[tuple[str, str]],
    context: JobContext,
) -> None:
    context.progress(0, 1, "", "Measuring")
    counts = {}
    for split in [name for name in listing.splits if (partial / name).is_dir()]:
        targets = np.load(partial / split / "targets.npy", allow_pickle=False)
        counts[split] = statistics.counts(targets, len(listing.labels))
    for label, name in enumerate(listing.labels):
        if not counts.get("train", [0] * len(listing.labels))[label]:
            raise DataError(
                f"no training image of the class {name!r} can be read; mend or remove its folder"
            )
    images = np.load(partial / "train" / "images.npy", mmap_mode="r", allow_pickle=False)
    np.save(partial / "mean_image.npy", statistics.mean_image(images), allow_pickle=False)
    write_sources(partial / "sources.sqlite", rows)
    # JSON, because a class may be named with a newline; labels.txt is for other programs.
    write_json(partial / "labels.json", listing.labels)
    printable = (" ".join(label.split()) for label in listing.labels)
    write_atomic(partial / "labels.txt", "".join(f"{label}\n" for label in printable))
    report = {
        "unreadable": unreadable[:_MOST_NAMED],
        "ignored": listing.ignored[:_MOST_NAMED],
        "left_out": listing.left_out,
    }
    write_json(partial / "report.json", report)
    write_json(partial / "statistics.json", {"counts": counts})
    context.emit(
        "facts",
        counts={split: sum(numbers) for split, numbers in counts.items()},
        classes=len(listing.labels),
        unreadable=len(unreadable),
        ignored=len(listing.ignored),
    )
