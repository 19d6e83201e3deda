"""workbench: train, look inside and ship image networks without leaving Jupyter.

``import workbench as wb`` is cheap: every name is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Arrays": "workbench.data.sources.arrays",
    "Augmentation": "workbench.training",
    "Cosine": "workbench.training",
    "DataError": "workbench.errors",
    "Database": "workbench.data.sources.database",
    "Dataset": "workbench.data",
    "DatasetConfig": "workbench.data",
    "Exponential": "workbench.training",
    "Fixed": "workbench.training",
    "FromDatasets": "workbench.data.sources.derived",
    "History": "workbench.training",
    "Home": "workbench.jobs",
    "IdxFiles": "workbench.data.sources.idx",
    "ImageFolder": "workbench.data",
    "ImageFormat": "workbench.data",
    "InvalidValue": "workbench.errors",
    "Inverse": "workbench.training",
    "JobBusy": "workbench.errors",
    "JobError": "workbench.errors",
    "JobFailed": "workbench.errors",
    "JobInUse": "workbench.errors",
    "JobInterrupted": "workbench.errors",
    "MissingExtra": "workbench.errors",
    "MultiStep": "workbench.training",
    "NetworkError": "workbench.errors",
    "NotFound": "workbench.errors",
    "NotTrusted": "workbench.errors",
    "OneCycle": "workbench.training",
    "ParquetImages": "workbench.data.sources.parquet",
    "Polynomial": "workbench.training",
    "Range": "workbench.sweeps",
    "Run": "workbench.api.run",
    "S3Folder": "workbench.data.sources.s3",
    "SchemaError": "workbench.errors",
    "Sigmoid": "workbench.training",
    "Start": "workbench.training",
    "Step": "workbench.training",
    "Stopping": "workbench.sweeps",
    "StorageError": "workbench.errors",
    "Sweep": "workbench.api.sweep",
    "SweepConfig": "workbench.sweeps",
    "TextLists": "workbench.data.sources.lists",
    "TrainConfig": "workbench.training",
    "WorkbenchError": "workbench.errors",
    "app": "workbench.panels",
    "clone": "workbench.api.clone",
    "compare": "workbench.api.compare",
    "create_dataset": "workbench.api.datasets",
    "dataset": "workbench.api.datasets",
    "datasets": "workbench.api.datasets",
    "find_learning_rate": "workbench.api.lr",
    "find_sweep": "workbench.api.sweep",
    "home": "workbench.api.homes",
    "imagefolder": "workbench.data.sources.imagefolder",
    "list_sweeps": "workbench.api.sweep",
    "run": "workbench.api.train",
    "runs": "workbench.api.train",
    "sidebar": "workbench.panels",
    "sweep": "workbench.api.sweep",
    "train": "workbench.api.train",
    "trust": "workbench.api.trust",
    "upload": "workbench.data.s3.upload",
}
_MODULES = ("samples",)

__version__ = "0.1.0"
__all__ = sorted([*_HOMES, *_MODULES])  # noqa: PLE0605 - pinned by a test


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    elif name in _MODULES:
        value = importlib.import_module(f"{__name__}.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
