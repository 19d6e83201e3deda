"""Records: the images of a dataset as the network sees them, by row.

``store.json`` says how they lie: decoded and memory-mapped, encoded in an ArrayRecord file, or in
the stores of other datasets.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.data.records import encoded, memory_map
from workbench.data.records.base import Store, Writer
from workbench.data.records.images import Images
from workbench.errors import DataError, SchemaError
from workbench.storage import read_json, write_json

_KINDS: dict[str, Callable[[Path, tuple[int, int, int], str], Store]] = {
    "memory-map": memory_map.MemoryMap,
    "array-record": encoded.EncodedRecords,
}


def open_stores(folder: Path) -> list[Store]:
    """The stores that the records of a dataset's folder refer to, in the order of their parts.

    Raises:
        DataError: they are gone or damaged.
    """
    facts = _read(folder)
    if facts["kind"] != "parts":
        return [_open(folder, facts)]
    found: list[Store] = []
    for dataset in facts["datasets"]:
        place = folder.parents[1] / dataset / "records"
        if Path(dataset).name != dataset or not place.is_dir():
            raise DataError(f"{folder} needs the dataset {dataset}, which is gone")
        found.append(_open(place, _read(place)))
    return found


def write_parts(folder: Path, datasets: list[str]) -> None:
    """Let the records be those of other datasets of the same home."""
    write_json(folder / "store.json", {"kind": "parts", "datasets": datasets})


def owners(folder: Path, own: str) -> list[str]:
    """The datasets whose stores hold the images of the dataset ``own``, by part."""
    facts = _read(folder)
    return facts["datasets"] if facts["kind"] == "parts" else [own]


def _read(folder: Path) -> dict[str, Any]:
    try:
        return read_json(folder / "store.json")
    except FileNotFoundError:
        raise SchemaError(
            f"{folder} was written by an earlier version; create the dataset again"
        ) from None


def _open(folder: Path, facts: dict) -> Store:
    return _KINDS[facts["kind"]](folder, tuple(facts["shape"]), facts["dtype"])


__all__ = ["Images", "Store", "Writer", "open_stores", "owners", "write_parts"]
