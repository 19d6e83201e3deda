"""The curves of a run: one Plotly figure, moved rather than redrawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from workbench.training.history import History

MOST_POINTS = 2000
HEIGHT = 430

# Okabe and Ito's colours: told apart by everybody.
_LOSS, _VAL_LOSS, _VAL_ACCURACY, _RATE = "#0072B2", "#D55E00", "#009E73", "#888888"
_INK = {False: "#333333", True: "#dddddd"}
_GRID = {False: "rgba(0,0,0,0.12)", True: "rgba(255,255,255,0.16)"}


class Curves:
    """Loss on the left axis, accuracy on the right one, the learning rate in a strip below."""

    def __init__(self, dark: bool = False) -> None:
        self.figure = go.FigureWidget(_traces(), _layout())
        self.figure._config = {"displayModeBar": False, "responsive": True, "scrollZoom": False}
        self.figure.add_class("wb-curves")
        self._dark: bool | None = None
        self.paint(dark)

    def paint(self, dark: bool) -> None:
        """Take the colours of a light or a dark theme."""
        if dark == self._dark:
            return
        self._dark = dark
        axis = {"gridcolor": _GRID[dark], "linecolor": _GRID[dark], "zeroline": False}
        names = ("xaxis", "yaxis", "yaxis2", "yaxis3")
        with self.figure.batch_update():
            self.figure.update_layout(font={"color": _INK[dark]}, **dict.fromkeys(names, axis))

    def show(self, history: History, epochs: float, log: bool, smoothing: float) -> None:
        """Show a history; ``smoothing`` from 0 (none) to below 1."""
        loss = history.series("train_loss")
        lines = [
            (loss[0], smoothed(loss[1], smoothing)),
            history.series("val_loss"),
            _scaled(history.series("val_accuracy"), 100),
            history.series("learning_rate"),
            _best(history),
        ]
        with self.figure.batch_update():
            for trace, line in zip(self.figure.data, lines, strict=True):
                trace.x, trace.y = downsampled(*line)
            layout = self.figure.layout
            layout.xaxis.range = [0, max(epochs, 1e-9)]
            layout.yaxis.type = "log" if log else "linear"
            layout.yaxis.rangemode = "normal" if log else "tozero"
            layout.shapes, layout.annotations = _marks(history, self._dark or False)

    def close(self) -> None:
        """Close the figure."""
        self.figure.close()


def smoothed(values: np.ndarray, weight: float) -> np.ndarray:
    """Exponential moving average, corrected for its start as in Adam (Kingma and Ba, 2015)."""
    if weight <= 0 or not len(values):
        return values
    result, average, share = np.empty(len(values)), 0.0, 1.0
    for place, value in enumerate(values):
        average = weight * average + (1 - weight) * value
        share *= weight
        result[place] = average / (1 - share)
    return result


def downsampled(
    x: np.ndarray, y: np.ndarray, most: int = MOST_POINTS
) -> tuple[np.ndarray, np.ndarray]:
    """At most ``most`` points: the least and the greatest of each stretch, and both ends."""
    if len(y) <= most:
        return x, y
    edges = np.linspace(0, len(y), (most - 2) // 2 + 1).astype(int)
    kept = {0, len(y) - 1}
    for start, stop in zip(edges[:-1], edges[1:], strict=True):
        kept |= {start + int(np.argmin(y[start:stop])), start + int(np.argmax(y[start:stop]))}
    places = sorted(kept)
    return x[places], y[places]


def _scaled(line: tuple[np.ndarray, np.ndarray], factor: float) -> tuple[np.ndarray, np.ndarray]:
    return line[0], line[1] * factor


def _best(history: History) -> tuple[np.ndarray, np.ndarray]:
    best = history.best()
    if best is None:
        return np.empty(0), np.empty(0)
    return np.array([best[0]]), np.array([100 * best[1]])


def _traces() -> list[go.Scatter]:
    points = {"mode": "lines+markers", "marker": {"size": 5}}
    return [
        _line("train loss", _LOSS, "y", "%{y:.4f}"),
        _line("val loss", _VAL_LOSS, "y", "%{y:.4f}", **points),
        _line("val accuracy", _VAL_ACCURACY, "y2", "%{y:.2f} %", **points),
        _line("learning rate", _RATE, "y3", "%{y:.3g}", line={"shape": "hv"}, showlegend=False),
        _line(
            "best",
            _VAL_ACCURACY,
            "y2",
            "%{y:.2f} %",
            mode="markers",
            marker={"size": 12, "symbol": "circle-open", "line": {"width": 2}},
        ),
    ]


def _line(name: str, colour: str, axis: str, hover: str, **options: Any) -> go.Scatter:
    options = {"mode": "lines"} | options
    line = {"color": colour, "width": 1.5} | options.pop("line", {})
    marker = {"color": colour} | options.pop("marker", {})
    return go.Scatter(
        name=name, x=[], y=[], yaxis=axis, line=line, marker=marker, **options,
        hovertemplate=f"{hover}<extra>{name}</extra>",
    )  # fmt: skip


def _layout() -> dict[str, Any]:
    clear = "rgba(0,0,0,0)"
    return {
        "template": "none",
        "autosize": True,
        "height": HEIGHT,
        "margin": {"l": 44, "r": 48, "t": 8, "b": 36},
        "paper_bgcolor": clear,
        "plot_bgcolor": clear,
        "font": {"size": 11},
        "hovermode": "x unified",
        "uirevision": "kept",
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "xaxis": {"title": {"text": "epoch", "standoff": 4}, "anchor": "y3", "hoverformat": ".2f"},
        "yaxis": {"domain": [0.26, 1], "rangemode": "tozero", "nticks": 6},
        "yaxis2": {
            "overlaying": "y", "side": "right", "ticksuffix": " %", "showgrid": False, "nticks": 6,
        },
        "yaxis3": {
            "domain": [0, 0.16], "rangemode": "tozero", "nticks": 3, "exponentformat": "power",
            "title": {"text": "rate", "standoff": 2},
        },
    }  # fmt: skip


def _marks(history: History, dark: bool) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A dashed line and its name for everything that happened to the run."""
    line = {"dash": "dot", "width": 1, "color": _INK[dark]}
    shapes = [
        {
            "type": "line",
            "x0": m.epoch,
            "x1": m.epoch,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "line": line,
        }
        for m in history.marks
    ]
    notes = [
        {
            "x": m.epoch, "y": 1, "yref": "paper", "text": m.text, "showarrow": False,
            "xanchor": "left", "yanchor": "top", "font": {"size": 10},
        }
        for m in history.marks
    ]  # fmt: skip
    return shapes, notes
