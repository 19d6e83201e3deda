"""A dataset made of datasets without copying an image: another table over the same records.

Deleting a dataset whose records others use is refused (jobs/home.py), so nothing can go missing.
"""

from __future__ import annotations

from itertools import starmap
from pathlib import Path

import numpy as np

from workbench.data.config import DatasetConfig
from workbench.data.dataset import Dataset
from workbench.data.describe import describe
from workbench.data.records import open_stores, owners, write_parts
from workbench.data.settle import settle
from workbench.data.sources import Access, Listing
from workbench.data.sources.derived import FromDatasets
from workbench.data.statistics import BYTES
from workbench.data.stopping import heed_stop
from workbench.data.table import TableWriter, blocks
from workbench.jobs import JobContext

_ROWS = 8192
_COPIED = ("record", "digest", "sha256", "look", "spread", "width", "height")


def shares_records(config: DatasetConfig, access: Access) -> bool:
    """Whether the images can stay where they are: all datasets have the format that is wanted."""
    source = config.source
    if not isinstance(source, FromDatasets):
        return False
    return config.encoding == "auto" and all(
        parent.image == config.image for parent in source.parents(access)
    )


def derive(config: DatasetConfig, partial: Path, access: Access, context: JobContext) -> None:
    """Write the table of the new dataset into ``partial``.

    Raises:
        Stopped: Stop was commanded.
        DataError: a class is left without images.
        StorageError: the disk is full or failing.
    """
    source = config.source
    assert isinstance(source, FromDatasets)
    parents = source.parents(access)
    partial.mkdir(parents=True)
    table = TableWriter(partial)
    try:
        stores = _copy_rows(config, source, parents, table, access, context)
        write_parts(partial, stores)
        opened = open_stores(partial)

        def read(rows: np.ndarray) -> np.ndarray:
            from workbench.data.records import Images

            return Images(opened, table["part"][rows], table["record"][rows])[:]

        settle(config, table, read, _range(config, parents), context)
        listing = Listing(labels=source.labels(access))
        describe(table.finish(), listing, [], starmap, context)
    finally:
        table.close()


def _range(config: DatasetConfig, parents: list[Dataset]) -> tuple[float, float]:
    if config.image.dtype != "float32":
        return BYTES
    ranges = [parent.range for parent in parents]
    return min(least for least, _ in ranges), max(greatest for _, greatest in ranges)


def _copy_rows(
    config: DatasetConfig,
    source: FromDatasets,
    parents: list[Dataset],
    table: TableWriter,
    access: Access,
    context: JobContext,
) -> list[str]:
    """Copy the wanted rows of all datasets; return the datasets whose stores they are in."""
    stores: list[str] = []
    selection = source.selection(config.seed, access)
    total, groups = sum(len(rows) for rows, _ in selection), 0
    for parent, (rows, labels) in zip(parents, selection, strict=True):
        old = parent.table
        mine = owners(parent.records, parent.id)
        stores += [store for store in mine if store not in stores]
        part_of = np.array([stores.index(store) for store in mine], np.uint16)
        for start, stop in blocks(len(rows), _ROWS):
            some = rows[start:stop]
            group = old["group"][some]
            values = {name: old[name][some] for name in _COPIED if old.has(name)}
            values |= {"label": labels[start:stop], "part": part_of[old["part"][some]]}
            values["group"] = np.where(group >= 0, group + groups, -1)
            if source.divide == "keep":
                values["split"] = old["split"][some]
            table.add(old.names.take(some), **values)
            context.progress(len(table), total, "images", "Selecting")
            heed_stop(context)
        groups += int(old["group"].max(initial=-1)) + 1
    return stores
