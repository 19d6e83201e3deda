"""Data: sources, decoding, resizing, splits, records, statistics, datasets."""

from workbench.data.config import DatasetConfig
from workbench.data.create import prepare
from workbench.data.dataset import Dataset, Split
from workbench.data.explore import Item, Page, Query
from workbench.data.image_format import ImageFormat, convert, load_image
from workbench.data.sources import Access, FolderSummary, ImageFolder, inspect_folder

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
