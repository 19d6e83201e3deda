"""What an export says of its pixels, beside its parts: what a part alone may not tell."""

from __future__ import annotations

import json
import os

from workbench.data.images.pixels import DTYPES

PIXELS = "pixels.json"
_MOST_BYTES = 1 << 16


def recorded_dtype(folder: str) -> str | None:
    """The type of an export's pixels: uint8, uint16 or float32; None where nothing says so.

    Args:
        folder: of the export, where its parts lie.
    """
    try:
        with open(os.path.join(folder, PIXELS), "rb") as file:
            found = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):  # none, or another program's file of that name
        return None
    dtype = found.get("dtype") if isinstance(found, dict) else None
    return dtype if dtype in DTYPES else None
