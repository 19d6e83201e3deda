"""An answer as a piece of HTML, for cells and reports; complete in itself, without scripts."""

from __future__ import annotations

import base64
import html
import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from workbench.data.images.visible import visible

if TYPE_CHECKING:
    from workbench.inference.layers import LayerView
    from workbench.inference.result import Result
    from workbench.inference.tiles import Tiles

_CELL = "padding:4px 12px 4px 0;text-align:left;vertical-align:middle"
_MUTED = "color:var(--jp-ui-font-color2,#616161)"
_MOST_WIDTH = 420


def render(result: Result) -> str:
    """The image, the five surest classes with bars, and every layer that was looked at."""
    shown = visible(result.image)
    picture = _image(shown, result.name or "the image", scale=_scale(shown, 168))
    bars = "".join(_bar(p.label, p.probability) for p in result.top(5))
    caption = f"<div style='{_MUTED}'>{result.milliseconds:.1f} ms</div>"
    answer = f"<div style='display:flex;gap:16px;align-items:center'>{picture}"
    answer += f"<div><table>{bars}</table>{caption}</div></div>"
    if result.layers is None:
        return answer
    rows = "".join(row for view in result.layers.values() for row in _layer(view))
    return f"{answer}<details><summary>Layers</summary><table>{rows}</table></details>"


def _bar(label: str, probability: float) -> str:
    filled = f"width:{160 * probability:.1f}px;height:12px;background:#0072b2"
    return (
        f"<tr><td style='{_CELL}'><b>{html.escape(label)}</b></td>"
        f"<td style='{_CELL};width:160px'><div style='{filled}'></div></td>"
        f"<td style='{_CELL}'>{100 * probability:.2f} %</td></tr>"
    )


def _layer(view: LayerView) -> list[str]:
    rows = []
    for name, statistics in view.weight_statistics.items():
        what = "weights" if name == "kernel" else name
        count = f"{view.weights[name].size:,} parameters"
        about = f"{count}<br>mean {statistics.mean:.3g}, sd {statistics.std:.3g}"
        title = f"{view.name} · {what}"
        rows.append(_row(title, view.weights[name], view.weight_tiles(name), about))
    about = f"mean {view.statistics.mean:.3g}, sd {view.statistics.std:.3g}"
    name = view.name if view.kind == "Input" else f"{view.name} · output"
    return [*rows, _row(name, view.activation, view.tiles(), about)]


def _row(title: str, array: np.ndarray, tiles: Tiles, about: str) -> str:
    shape = " × ".join(map(str, array.shape))
    picture = _image(tiles.picture, title, _scale(tiles.picture, 112))
    return (
        f"<tr><td style='{_CELL}'><b>{html.escape(title)}</b>"
        f"<div style='{_MUTED}'>{shape}</div></td>"
        f"<td style='{_CELL}'>{picture}</td><td style='{_CELL};{_MUTED}'>{about}</td></tr>"
    )


def _scale(picture: np.ndarray, most_height: int) -> int:
    height, width = picture.shape[:2]
    return max(1, min(8, _MOST_WIDTH // width, most_height // height))


def _image(pixels: np.ndarray, title: str, scale: int) -> str:
    height, width = pixels.shape[:2]
    plain = pixels[..., 0] if pixels.shape[2] == 1 else pixels
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(plain)).save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode()
    size = f"width:{min(width * scale, _MOST_WIDTH)}px;image-rendering:pixelated"
    alt = html.escape(title, quote=True)
    return f"<img alt='{alt}' style='{size}' src='data:image/png;base64,{data}'>"
