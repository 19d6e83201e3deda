"""Data: sources, decoding, resizing, splits, records, statistics, datasets."""

from workbench.data.config import DatasetConfig
from workbench.data.create import prepare
from workbench.data.dataset import Dataset, Item, Page, Split
from workbench.data.folder import FolderSummary, ImageFolder, inspect_folder
from workbench.data.image_format import ImageFormat, convert, load_image

__all__ = [
    "Dataset",
    "DatasetConfig",
    "FolderSummary",
    "ImageFolder",
    "ImageFormat",
    "Item",
    "Page",
    "Split",
    "convert",
    "inspect_folder",
    "load_image",
    "prepare",
]
