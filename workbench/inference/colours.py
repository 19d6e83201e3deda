"""Colours for numbers that everybody can tell apart."""

from __future__ import annotations

import numpy as np

# Seventeen samples of each map, interpolated between; both are safe for the colour-blind.
# Sequential: viridis (S. van der Walt, N. Smith, 2015). Diverging: from blue over near-white to
# vermilion, the blue and the vermilion of Okabe and Ito.
_VIRIDIS = (
    "440154 481567 482677 453781 404788 39568c 33638d 2d708e 287d8e 238a8d 1f968b 20a387 "
    "29af7f 3cbb75 55c667 95d840 fde725"
)
_DIVERGING = (
    "0072b2 1f83bc 3f95c6 5fa6d0 7fb8d8 9fcae0 bfdce8 dfebf0 f7f7f7 f5e3d5 f2cdb2 eeb78f "
    "e9a06c e4894a df722c da670f d55e00"
)


def _table(samples: str) -> np.ndarray:
    colours = np.array([[int(c[i : i + 2], 16) for i in (0, 2, 4)] for c in samples.split()])
    places = np.linspace(0, len(colours) - 1, 256)
    channels = [np.interp(places, range(len(colours)), colours[:, i]) for i in range(3)]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)


_SEQUENTIAL_TABLE, _DIVERGING_TABLE = _table(_VIRIDIS), _table(_DIVERGING)


def sequential(values: np.ndarray) -> np.ndarray:
    """Colour values from their least (dark) to their greatest (bright); uint8 ``(…, 3)``."""
    finite = np.nan_to_num(np.asarray(values, np.float64), posinf=0, neginf=0)
    low, high = float(finite.min(initial=0)), float(finite.max(initial=0))
    span = high - low
    share = (finite - low) / span if span > 0 else np.zeros_like(finite)
    return _SEQUENTIAL_TABLE[np.rint(share * 255).astype(np.uint8)]


def diverging(values: np.ndarray) -> np.ndarray:
    """Colour values about zero: blue below, near-white at it, vermilion above; uint8 ``(…, 3)``."""
    finite = np.nan_to_num(np.asarray(values, np.float64), posinf=0, neginf=0)
    reach = float(np.abs(finite).max(initial=0))
    share = finite / reach if reach > 0 else np.zeros_like(finite)
    return _DIVERGING_TABLE[np.rint((share + 1) * 127.5).astype(np.uint8)]
