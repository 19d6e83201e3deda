"""One uncompressed ``arrays.npz`` with ``x_train``, ``y_train`` and so on."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO

import numpy as np

from workbench.data.export.content import Content
from workbench.data.sources.stores.exported import ARRAYS, LABELS_JSON
from workbench.storage import write_json


def check(content: Content) -> None:
    """Every kind of pixel can be held, as it is."""


def write(content: Content, folder: Path) -> None:
    """Write ``arrays.npz``, batch by batch, and ``labels.json``, a list of names."""
    with zipfile.ZipFile(folder / ARRAYS, "w", zipfile.ZIP_STORED) as archive:
        for name, split in content.splits.items():
            with archive.open(f"x_{name}.npy", "w", force_zip64=True) as member:
                _write_header(member, (len(split), *content.shape), content.dtype)
                for batch in content.batches(name):
                    member.write(np.ascontiguousarray(batch.images, content.dtype).data.cast("B"))
            with archive.open(f"y_{name}.npy", "w", force_zip64=True) as member:
                _write_header(member, (len(split),), np.dtype("<i8"))
                member.write(content.targets(name).astype("<i8").tobytes())
    write_json(folder / LABELS_JSON, content.labels)


def _write_header(member: IO[bytes], shape: tuple[int, ...], dtype: np.dtype) -> None:
    described = np.lib.format.dtype_to_descr(dtype)
    header = {"descr": described, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(member, header)
