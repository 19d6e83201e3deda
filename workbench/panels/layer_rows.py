"""The layers of a network as rows of pictures, packed to be sent in one piece."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.inference import Layers
from workbench.inference.statistics import Statistics
from workbench.inference.tiles import Tiles
from workbench.panels import format as fmt


@dataclass(frozen=True)
class LayerRow:
    """One row: some weights, or an output.

    Attributes:
        shape: of the whole, of which ``array`` may be a part.
    """

    title: str
    parameters: int
    shape: tuple[int, ...]
    array: np.ndarray
    statistics: Statistics
    tiles: Tiles


def layer_rows(layers: Layers) -> list[LayerRow]:
    """The input, then for each layer its weights and its output."""
    return list(_rows(layers))


def _rows(layers: Layers) -> Iterator[LayerRow]:
    for layer in layers.values():
        if layer.kind == "Input":
            pixels = layer.activation
            yield LayerRow("input", 0, pixels.shape, pixels, layer.statistics, layer.tiles())
            continue
        for name, array in layer.weights.items():
            what = "weights" if name == "kernel" else name
            title = f"{layer.name} · {what}"
            figures = layer.weight_statistics[name]
            shape = layer.shapes.get(name, array.shape)
            tiles = layer.weight_tiles(name)
            yield LayerRow(title, math.prod(shape), shape, array, figures, tiles)
        title = f"{layer.name} · output"
        shape = layer.shapes.get("output", layer.activation.shape)
        yield LayerRow(title, 0, shape, layer.activation, layer.statistics, layer.tiles())


def packed(rows: list[LayerRow]) -> tuple[bytes, list[dict[str, Any]]]:
    """All pictures in one piece of memory, and what stands beside each."""
    offset, described = 0, []
    for row in rows:
        described.append(_describe(row, offset))
        offset += row.tiles.picture.nbytes
    return b"".join(row.tiles.picture.tobytes() for row in rows), described


def _describe(row: LayerRow, offset: int) -> dict[str, Any]:
    tiles, figures = row.tiles, row.statistics
    height, width = tiles.picture.shape[:2]
    unknown = f" · {figures.not_finite:,} not finite" if figures.not_finite else ""
    many = f"{tiles.shown:,} {tiles.what}{'' if tiles.shown == 1 else 's'}"
    return {
        "title": row.title,
        "shape": fmt.shape(row.shape),
        "parameters": f"{row.parameters:,} parameters" if row.parameters else "",
        "offset": offset,
        "width": width,
        "height": height,
        "tile": list(tiles.tile),
        "rows": tiles.rows,
        "columns": tiles.columns,
        "count": tiles.shown,
        "what": tiles.what,
        "shown": many,
        "note": _note(row),
        "histogram": list(figures.counts),
        "figures": f"mean {figures.mean:.3g} · sd {figures.std:.3g}{unknown}",
    }


def _note(row: LayerRow) -> str:
    """What of the whole is in sight."""
    if row.shape != row.array.shape:
        return f"thinned to {fmt.shape(row.array.shape)}; Inspect shows all"
    shown, total = row.tiles.shown, row.tiles.total
    return f"{shown:,} of {total:,} shown" if shown < total else ""


def tile_text(row: LayerRow, number: int) -> str:
    """The numbers of one tile."""
    values = tile_values(row.array, row.tiles, number)
    if values.size == 1:
        return f"value {float(values.reshape(-1)[0]):.6g}"
    return (
        f"{fmt.shape(values.shape)} · least {values.min():.4g} · greatest {values.max():.4g} · "
        f"mean {values.mean():.4g} · sd {values.std():.4g}"
    )


def tile_values(array: np.ndarray, tiles: Tiles, number: int) -> np.ndarray:
    """What the ``number``-th tile of an array's picture shows."""
    if tiles.what == "channel":
        return array[..., number]
    if tiles.what == "filter":
        height, width, inputs, _ = array.shape
        out, into = divmod(number, inputs)
        return array[:, :, into, out].reshape(height, width)
    if tiles.what in ("matrix", "image"):
        return array
    return array.reshape(-1)[number : number + 1]
