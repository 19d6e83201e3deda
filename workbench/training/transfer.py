"""What a run starts from, and how gently the parts of its network are then trained.

Weights are matched by layer (networks/pretrained/matching.py). So the head stays fresh where the
number of classes differs, and so does the first layer where the channels do; where the classes of
another run are others, though as many, its head is not taken.

The backbone is everything but the head. It may be frozen for some epochs, then thawed in stages
from its last layers to its first; the rate may be lower for it, and lower still further down
(Howard and Ruder, Universal language model fine-tuning for text classification, 2018).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.errors import InvalidValue, NotFound
from workbench.jobs import Home, Job
from workbench.networks.catalogue import CUSTOM, get
from workbench.networks.facts import title
from workbench.networks.pretrained import Stored, Weights, open_weights
from workbench.networks.pretrained.matching import Report, load, some
from workbench.networks.structure import leaves, named_variables
from workbench.training.checkpoints import Checkpoint, checkpoint_at, list_checkpoints
from workbench.training.config import TrainConfig
from workbench.training.model import Built
from workbench.training.start import Start
from workbench.training.thawing import at_first

if TYPE_CHECKING:
    import keras

IMAGENET = "imagenet"


def start_weights(config: TrainConfig, job: Job, built: Built) -> Report:
    """Give a network just built the weights that its run starts from.

    Raises:
        NotFound: there is no such run, checkpoint or file.
        DataError: it is damaged, cannot be fetched, or nothing in it fits.
        InvalidValue: what finds no weights would be frozen.
        NotTrusted: the network of that run is code that nobody trusts.
    """
    start = config.start
    with _opened(config, job) as source:
        fresh = built.heads if source.other_classes else ()
        report = load(built.network, source.weights, source.name, fresh)
    _check_frozen(report, start, built)
    return replace(report, advice=_pixels_advice(config) if start.weights else "")


def _pixels_advice(config: TrainConfig) -> str:
    """What is wrong with the pixels that published weights are given; empty if nothing is."""
    centres = config.network != CUSTOM and get(config.network).centres
    changed = config.mean_subtraction != "none" or config.augmentation.whitening
    if not (centres and changed):
        return ""
    return (
        f"published weights of {title(config.network)} know pixels as they are, for it subtracts "
        "a mean itself: set mean_subtraction to none and augmentation.whitening to false"
    )


def _check_frozen(report: Report, start: Start, built: Built) -> None:
    """Refuse to freeze, for ever or for some epochs, what is as it was drawn."""
    import keras

    factors, network = multipliers(start, built, at_first(start)), built.network
    if len(network.outputs) > 1:  # on auxiliary heads the answer does not depend
        network = keras.Model(network.inputs, network.outputs[0])
    frozen = [
        layer.name
        for layer in leaves(network)
        if layer.name in report.redrawn
        and any(factors.get(weight.path) == 0 for weight in layer.trainable_weights)
    ]
    if frozen:
        raise InvalidValue(
            f"{some(frozen)} found no weights in {report.source} and would be frozen as drawn; "
            "train all from the beginning: start.frozen 0, start.stages 1"
        )


@dataclass(frozen=True)
class _Source:
    """Weights, what they are called, and whether they tell other classes apart."""

    name: str
    weights: Weights
    other_classes: bool = False


@contextmanager
def _opened(config: TrainConfig, job: Job) -> Iterator[_Source]:
    start = config.start
    if start.run:
        before, checkpoint = _run(start.run, Home(job.path.parents[1]))
        differ = labels_of(before) != labels_of(job)
        name = f"{before.name} at epoch {checkpoint.epoch:g}"
        yield _Source(name, _weights_of(before, checkpoint), differ)
    elif start.weights == IMAGENET:
        from workbench.networks.pretrained.imagenet import opened_imagenet

        with opened_imagenet(config.network) as weights:
            yield _Source("ImageNet", weights)
    else:
        with open_weights(start.weights) as weights:
            yield _Source(start.weights, weights)


def labels_of(job: Job) -> list[str]:
    """The classes that a run tells apart, in order."""
    from workbench.training.restore import dataset_of

    return list(dataset_of(job).labels)


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


def multipliers(start: Start, built: Built, stages: int) -> dict[str, float]:
    """By how much each weight's rate differs while so many stages of the backbone are trained.

    A factor by the weight's path: 1 for the head, 0 for what is frozen; weights that are never
    trained are not named.
    """
    heads: list[keras.Layer] = []
    backbone: list[keras.Layer] = []
    for layer in leaves(built.network):
        if _trained(layer, built):
            (heads if layer.name in built.heads else backbone).append(layer)
    factors = {weight.path: 1.0 for layer in heads for weight in _trained(layer, built)}
    count = len(backbone)
    # 0 for the layer next to the head.
    for below, layer in enumerate(reversed(backbone)):
        factor = start.backbone_rate * start.depth_decay ** (10 * below // count)
        for weight in _trained(layer, built):
            factors[weight.path] = factor if below * start.stages < stages * count else 0.0
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


def _trained(layer: keras.Layer, built: Built) -> list[keras.Variable]:
    """The weights that a layer trains unless it is held."""
    if any(layer is normalization for normalization in built.normalizations):
        return [weight for weight in (layer.gamma, layer.beta) if weight is not None]
    return layer.trainable_weights
