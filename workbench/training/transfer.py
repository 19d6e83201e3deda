"""What a run starts from, and how gently the parts of its network are then trained.

Weights are matched by layer: a layer takes what the source has under its name if every array of it
is there in the right shape, else it keeps what was drawn for it. So the head stays fresh where the
classes differ, and so does the first layer where the channels do.

The backbone is everything but the head. It may be frozen for some epochs, then thawed in stages
from its last layers to its first; the rate may be lower for it, and lower still further down
(Howard and Ruder, Universal language model fine-tuning for text classification, 2018).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import DataError, InvalidValue, NotFound
from workbench.jobs import Home, Job
from workbench.networks.pretrained import Stored, Weights, open_weights
from workbench.networks.structure import leaves, named_variables
from workbench.training.checkpoints import Checkpoint, checkpoint_at, list_checkpoints
from workbench.training.config import TrainConfig
from workbench.training.model import Built
from workbench.training.start import Start

if TYPE_CHECKING:
    import keras

IMAGENET = "imagenet"
_NAMED = 3


@dataclass(frozen=True)
class Report:
    """What became of the weights of a source.

    Attributes:
        source: in words.
        loaded: the layers that took theirs.
        redrawn: the layers that found none that fit, and keep what was drawn.
        unused: the arrays that no layer took.
    """

    source: str
    loaded: tuple[str, ...]
    redrawn: tuple[str, ...]
    unused: tuple[str, ...]

    def __str__(self) -> str:
        parts = [f"{_layers(len(self.loaded))} took the weights of {self.source}"]
        if self.redrawn:
            parts.append(f"drawn anew: {_some(self.redrawn)}")
        if self.unused:
            parts.append(f"not used: {_some(self.unused)}")
        return "; ".join(parts)


def start_weights(config: TrainConfig, job: Job, built: Built) -> Report:
    """Give a network just built the weights that its run starts from.

    Raises:
        NotFound: there is no such run, checkpoint or file.
        DataError: it is damaged, cannot be fetched, or nothing in it fits.
        NotTrusted: the network of that run is code that nobody trusts.
    """
    with _opened(config, Home(job.path.parents[1])) as (source, weights):
        report = _load(built.network, weights, source)
        if not report.loaded:
            raise DataError(_nothing_fits(built.network, weights, source))
    return report


@contextmanager
def _opened(config: TrainConfig, home: Home) -> Iterator[tuple[str, Weights]]:
    """The source in words, and its weights."""
    start = config.start
    if start.run:
        job, checkpoint = _run(start.run, home)
        yield f"{job.name} at epoch {checkpoint.epoch:g}", _weights_of(job, checkpoint)
    elif start.weights == IMAGENET:
        from workbench.networks.pretrained.imagenet import opened_imagenet

        with opened_imagenet(config.network) as weights:
            yield "ImageNet", weights
    else:
        with open_weights(start.weights) as weights:
            yield start.weights, weights


def _run(ref: str, home: Home) -> tuple[Job, Checkpoint]:
    """The run and the checkpoint that ``ID`` or ``ID@STEP`` names."""
    name, at, step = ref.rpartition("@") if "@" in ref else (ref, "", "")
    job = home.job(name, "run")
    if not at:
        return job, checkpoint_at(job)
    if not step.isdecimal():
        raise InvalidValue(f"start.run must be ID or ID@STEP, a whole number; got {ref!r}")
    found = list_checkpoints(job)
    for checkpoint in found:
        if checkpoint.step == int(step):
            return job, checkpoint
    steps = ", ".join(str(checkpoint.step) for checkpoint in found) or "none yet"
    raise NotFound(f"{job.name} has no checkpoint at step {step}; it has {steps}")


def _weights_of(job: Job, checkpoint: Checkpoint) -> Weights:
    from workbench.training.restore import load_built

    return {
        f"{part}/{variable.name}": Stored(tuple(variable.shape), variable.numpy)
        for layer in leaves(load_built(job, checkpoint).network)
        for part, _, variable in named_variables(layer)
    }


def _load(network: keras.Model, weights: Weights, source: str) -> Report:
    by_tail = _by_tail(weights)
    loaded, redrawn, used = [], [], set()
    for layer in leaves(network):
        wanted = list(named_variables(layer))
        if not wanted:
            continue
        found = [_find(part, place, variable, by_tail) for part, place, variable in wanted]
        if any(name is None for name in found):
            redrawn.append(layer.name)
            continue
        for (_, _, variable), name in zip(wanted, found, strict=True):
            variable.assign(weights[str(name)].read())
            used.add(name)
        loaded.append(layer.name)
    unused = [name for name in weights if name not in used]
    return Report(source, tuple(loaded), tuple(redrawn), tuple(unused))


def _by_tail(weights: Weights) -> dict[str, list[tuple[str, Stored]]]:
    """The arrays by the last two parts of their names, the shortest names first."""
    found: dict[str, list[tuple[str, Stored]]] = {}
    for name in sorted(weights, key=len):
        found.setdefault(_tail(name), []).append((name, weights[name]))
    return found


def _tail(name: str) -> str:
    return "/".join(name.split("/")[-2:])


def _find(
    part: str,
    place: int,
    variable: keras.Variable,
    by_tail: Mapping[str, list[tuple[str, Stored]]],
) -> str | None:
    """The name of the array meant for a variable, whatever models it is nested in there."""
    for wanted in (f"{part}/{variable.name}", f"{part}/{place}"):
        for name, stored in by_tail.get(_tail(wanted), ()):
            nested = name == wanted or name.endswith(f"/{wanted}")
            if nested and stored.shape == tuple(variable.shape):
                return name
    return None


def _nothing_fits(network: keras.Model, weights: Weights, source: str) -> str:
    has = _some([f"{name} {stored.shape}" for name, stored in weights.items()])
    wants = _some(
        [
            f"{part}/{variable.name} {tuple(variable.shape)}"
            for layer in leaves(network)
            for part, _, variable in named_variables(layer)
        ]
    )
    return f"none of the weights of {source} fits: it has {has}, {network.name} wants {wants}"


def _layers(count: int) -> str:
    return "1 layer" if count == 1 else f"{count} layers"


def _some(names: list[str] | tuple[str, ...]) -> str:
    """The first few of many names."""
    if not names:
        return "nothing"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def turns(start: Start) -> tuple[float, ...]:
    """The epochs at which other parts begin to be trained than before."""
    if start.frozen == -1:
        return ()
    thaws = tuple(start.frozen + stage for stage in range(start.stages))
    return thaws if start.frozen > 0 else thaws[1:]


def multipliers(start: Start, built: Built, epoch: float) -> dict[str, float]:
    """By how much each weight's rate differs at an epoch: a factor by its path.

    1 for the head, 0 for what is frozen; weights that are never trained are not named.
    """
    heads: list[keras.Layer] = []
    backbone: list[keras.Layer] = []
    for layer in leaves(built.network):
        if _trained(layer, built):
            (heads if layer.name in built.heads else backbone).append(layer)
    factors = {weight.path: 1.0 for layer in heads for weight in _trained(layer, built)}
    thawed, count = _thawed(start, epoch), len(backbone)
    # 0 for the layer next to the head.
    for below, layer in enumerate(reversed(backbone)):
        factor = start.backbone_rate * start.depth_decay ** (10 * below // count)
        for weight in _trained(layer, built):
            factors[weight.path] = factor if below / count < thawed else 0.0
    return factors


def hold_normalization(built: Built, factors: Mapping[str, float]) -> bool:
    """Let batch normalization that is frozen use the figures it has instead of the batch's.

    Else its moving averages would drift, and with them what the frozen layers compute. Keras does
    so where ``trainable`` is false.

    Returns:
        Whether anything changed, so that graphs must be made anew.
    """
    changed = False
    for layer in built.normalizations:
        weights = _trained(layer, built)
        trained = not weights or any(factors.get(weight.path, 1.0) > 0 for weight in weights)
        changed |= layer.trainable != trained
        layer.trainable = trained
    return changed


def _thawed(start: Start, epoch: float) -> float:
    """The share of the backbone, from its top, that is trained."""
    if start.frozen == -1 or epoch < start.frozen:
        return 0.0
    return min(1.0, (math.floor(epoch - start.frozen) + 1) / start.stages)


def _trained(layer: keras.Layer, built: Built) -> list[keras.Variable]:
    """The weights that a layer trains unless it is held."""
    if any(layer is normalization for normalization in built.normalizations):
        return [weight for weight in (layer.gamma, layer.beta) if weight is not None]
    return layer.trainable_weights
