"""What watched layers have learnt and answered at a step: ``layers/step-N.npz`` in a run.

They are pictures to be looked at, not state: the run does not need them. Large arrays are cut
and thinned, and numbers keep three digits.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import DataError, storage_error
from workbench.networks.probe import LayerState
from workbench.storage import written_aside

_FOLDER = "layers"
_OUTPUT = "output"
_MOST_NUMBERS = 1 << 16
_MOST_CHANNELS = 256
_MOST_RECORDS = 100
_DAMAGES = (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile)


@dataclass(frozen=True)
class Look:
    """What was seen at a step.

    Attributes:
        epoch: passes over the training images.
        split, index: the image that went through.
        pixels: the image, as stored.
        names: of all layers of the network, in order, as they may be watched.
        layers: those that are watched.
    """

    step: int
    epoch: float
    split: str
    index: int
    pixels: np.ndarray
    names: tuple[str, ...]
    layers: tuple[LayerState, ...]


def save_look(run: Path, look: Look) -> Path:
    """Write it whole or not at all; of many, every second of the older ones gives way.

    Raises:
        StorageError: the disk is full, read-only or failing.
    """
    arrays: dict[str, np.ndarray] = {"pixels": look.pixels}
    described = [_describe(layer, place, arrays) for place, layer in enumerate(look.layers)]
    state = {
        "step": look.step,
        "epoch": look.epoch,
        "split": look.split,
        "index": look.index,
        "names": look.names,
        "layers": described,
    }
    arrays["state"] = np.frombuffer(json.dumps(state).encode(), np.uint8)
    path = run / _FOLDER / f"step-{look.step:08d}.npz"
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise storage_error("make", path.parent, error) from error
    with written_aside(path, durable=False) as aside, aside.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    _thin_out(run)
    return path


def _describe(layer: LayerState, place: int, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    whole = dict(layer.weights) | {_OUTPUT: layer.activation}
    scales = {}
    for name, array in whole.items():
        arrays[f"l{place}/{name}"], scales[name] = _packed(_cut(array))
    return {
        "name": layer.name,
        "kind": layer.kind,
        "parameters": layer.parameters,
        "weights": list(layer.weights),
        "scales": scales,
        "shapes": {name: array.shape for name, array in whole.items()},
    }


def looks(run: Path) -> list[Path]:
    """The files of a run, oldest first."""
    return sorted((run / _FOLDER).glob("step-*.npz"))


def step_of(path: Path) -> int:
    """The step at which a file was recorded, by its name."""
    return int(path.stem.removeprefix("step-"))


def load_look(path: Path) -> Look:
    """Read one.

    Raises:
        DataError: the file is damaged, or gone.
    """
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            state = json.loads(file["state"].tobytes())
            layers = tuple(_layer(file, place, d) for place, d in enumerate(state["layers"]))
            return Look(
                state["step"], state["epoch"], state["split"], state["index"],
                file["pixels"], tuple(state["names"]), layers,
            )  # fmt: skip
    except _DAMAGES as error:
        raise DataError(f"{path} is damaged ({error}); look at another epoch") from error


def _layer(file: Mapping[str, np.ndarray], place: int, described: dict[str, Any]) -> LayerState:
    def unpacked(name: str) -> np.ndarray:
        return file[f"l{place}/{name}"].astype(np.float32) * np.float32(described["scales"][name])

    weights = {name: unpacked(name) for name in described["weights"]}
    return LayerState(
        described["name"],
        described["kind"],
        described["parameters"],
        weights,
        unpacked(_OUTPUT),
        {name: tuple(shape) for name, shape in described["shapes"].items()},
    )


def _packed(array: np.ndarray) -> tuple[np.ndarray, float]:
    """As float16 with a scale of its own, so that nothing overflows."""
    finite = array[np.isfinite(array)]
    scale = float(np.abs(finite).max()) if finite.size else 0.0
    scale = scale or 1.0
    return (array / scale).astype(np.float16), scale


def _cut(array: np.ndarray) -> np.ndarray:
    """The first channels or filters, pixels thinned, until it is small enough."""
    array = np.asarray(array, np.float32)
    if array.ndim >= 3:
        array = array[..., :_MOST_CHANNELS]
    if array.ndim == 4:  # filters: (height, width, in, out)
        most = max(1, _MOST_NUMBERS // int(np.prod(array.shape[:3])))
        array = array[..., :most]
    while array.size > _MOST_NUMBERS:
        longest = int(np.argmax(array.shape[:2]))
        array = array[(slice(None),) * longest + (slice(None, None, 2),)]
    return array


def _thin_out(run: Path) -> None:
    found = looks(run)
    if len(found) > _MOST_RECORDS:
        for path in found[1:-1:2]:
            path.unlink(missing_ok=True)
