"""The executor of dataset jobs: all of a dataset in ``records/``, or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from workbench.data.config import DatasetConfig
from workbench.data.derive import derive, shares_records
from workbench.data.describe import describe, tell
from workbench.data.ingest import Ingested, ingested
from workbench.data.records import open_stores
from workbench.data.settle import settle
from workbench.data.sources import Access
from workbench.errors import DataError
from workbench.jobs import Home, Job, JobContext
from workbench.storage import replace_dir

_MOST_LOGGED = 100


def prepare(
    config: DatasetConfig, home: Home | None = None, secrets: Mapping[str, str] | None = None
) -> None:
    """Refuse, before anything is made, what can never become a dataset.

    Raises:
        NotFound, DataError, InvalidValue: one sentence on the source.
    """
    from workbench import tasks

    tasks.get(config.task)
    config.source.check(Access(secrets or {}, home))


def execute(job: Job, context: JobContext) -> None:
    """Make the dataset of ``job``: all of it in ``records/``, or nothing.

    Records that are there are whole: who made them was killed before it could say so.

    Raises:
        Stopped: Stop was commanded; no records are left.
        DataError: the source has too few, or too many unreadable, images.
        StorageError: the disk is full or failing; no records are left.
    """
    config = DatasetConfig.from_dict(job.config)
    access = Access(context.secrets, Home(job.path.parents[1]))
    records = job.path / "records"
    if not records.is_dir():
        _make_aside(config, job.path / "records.partial", records, access, context)
    tell(records, context)
    # What a source fetched for us is not needed any more.
    forget = getattr(config.source, "forget", None)
    if forget is not None:
        forget(access)


def _make_aside(
    config: DatasetConfig, partial: Path, records: Path, access: Access, context: JobContext
) -> None:
    shutil.rmtree(partial, ignore_errors=True)
    try:
        if shares_records(config, access):
            derive(config, partial, access, context)
        else:
            _make(config, partial, access, context)
        context.progress(0, 1, "", "Writing to the disk")
        replace_dir(partial, records)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _make(config: DatasetConfig, partial: Path, access: Access, context: JobContext) -> None:
    context.progress(0, 1, "", "Listing")
    with ingested(config, partial, access, context) as found:
        _check_share(found, config, context)
        context.progress(0, 1, "", "Looking for duplicates")

        def read(rows: np.ndarray) -> np.ndarray:
            # Opened each time: what was looked at does not stay mapped, so memory stays flat.
            return open_stores(partial)[0].take(found.table["record"][rows])

        settle(config, found.table, read, found.range, context)
        context.progress(0, 1, "", "Measuring")
        table = found.table.finish()
        unreadable = [(table.names[row], reason) for row, reason in sorted(found.unreadable)]
        describe(table, found.listing, unreadable, found.crew.map, context, found.total)


def _check_share(found: Ingested, config: DatasetConfig, context: JobContext) -> None:
    bad, total = found.unreadable, len(found.table)
    if not total:
        raise DataError(f"{config.source.describe()} has no images")
    name = {row: found.table.names(row, row + 1)[0] for row, _ in bad[:_MOST_LOGGED]}
    for row, reason in bad[:_MOST_LOGGED]:
        context.log(f"{name[row]!r} is left out: {reason}", "warning")
    share = 100 * len(bad) / total
    if share > config.max_unreadable_percent or len(bad) == total:
        row, reason = bad[0]
        raise DataError(
            f"{len(bad):,} of {total:,} files cannot be read, the first is {name[row]!r} "
            f"({reason}); at most {config.max_unreadable_percent:g} % may be unreadable"
        )
