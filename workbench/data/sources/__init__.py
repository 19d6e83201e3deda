"""Sources: every way images lie on a disk or in a bucket, one a file."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from workbench.data.sources.base import Access, Divided, Listing, Reader, Sample, Source
from workbench.data.sources.folder import FolderSummary, ImageFolder, inspect_folder
from workbench.validation import check_choice

# By name, because some need heavy libraries; in the order they are offered.
SOURCES = {
    "ImageFolder": "folder",
    "TextLists": "lists",
    "S3Folder": "s3",
    "IdxFiles": "idx",
    "Arrays": "arrays",
    "ParquetImages": "parquet",
    "Database": "database",
    "FromDatasets": "derived",
}


def source_class(name: str) -> type:
    """The class of sources of that name.

    Raises:
        InvalidValue: there is none.
    """
    check_choice("source", name, SOURCES)
    return getattr(importlib.import_module(f"{__name__}.{SOURCES[name]}"), name)


def from_dict(mapping: Mapping[str, Any]) -> Source:
    """Build a source from its ``to_dict``.

    Raises:
        InvalidValue: it is no source, or a field is out of its range.
    """
    return source_class(str(mapping.get("type"))).from_dict(mapping)  # type: ignore[attr-defined]


__all__ = [
    "SOURCES",
    "Access",
    "Divided",
    "FolderSummary",
    "ImageFolder",
    "Listing",
    "Reader",
    "Sample",
    "Source",
    "from_dict",
    "inspect_folder",
    "source_class",
]
