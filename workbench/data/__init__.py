"""Data: sources, decoding, resizing, splits, records, statistics, datasets.

Names are loaded when they are first used: a decoding process imports what it decodes with, no more.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.data.config import DatasetConfig
    from workbench.data.create import prepare
    from workbench.data.dataset import Dataset, Split
    from workbench.data.explore import Item, Page, Query
    from workbench.data.images.image_format import ImageFormat, convert, load_image
    from workbench.data.sources import Access, FolderSummary, ImageFolder, inspect_folder

_HOMES = {
    "Access": "sources",
    "Dataset": "dataset",
    "DatasetConfig": "config",
    "FolderSummary": "sources",
    "ImageFolder": "sources",
    "ImageFormat": "images.image_format",
    "Item": "explore",
    "Page": "explore",
    "Query": "explore",
    "Split": "dataset",
    "convert": "images.image_format",
    "inspect_folder": "sources",
    "load_image": "images.image_format",
    "prepare": "create",
}

__all__ = [
    "Access",
    "Dataset",
    "DatasetConfig",
    "FolderSummary",
    "ImageFolder",
    "ImageFormat",
    "Item",
    "Page",
    "Query",
    "Split",
    "convert",
    "inspect_folder",
    "load_image",
    "prepare",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
