"""The model that is trained: raw pixels in, mean subtracted, the network, raw outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench import networks, tasks
from workbench.data import Dataset
from workbench.errors import InvalidValue
from workbench.jobs import Home
from workbench.networks.building import FULL, apart
from workbench.networks.custom import Recipe, compile_network
from workbench.networks.structure import head_layers, leaves
from workbench.training.config import TrainConfig
from workbench.training.trust import check_trusted

if TYPE_CHECKING:
    import keras

# The usual deviation of 8-bit images, to whose scale networks are made.
_DEVIATION = 64.0


@dataclass(frozen=True)
class Built:
    """A network ready to be trained.

    Attributes:
        model: from full raw pixels, float32 ``(batch, height, width, channels)``, to raw outputs;
            what is validated, predicted with and exported. An image larger than the crop is cut
            in the middle.
        core: what is trained, with the same weights: from raw pixels as large as the crop to the
            raw outputs, followed by those of auxiliary heads. It is ``model`` itself where there
            is neither a crop nor an auxiliary head. Its variables, in order, are what a
            checkpoint holds.
        network: the network alone, as its recipe built it.
        loss: the network's own, of targets and raw outputs, one value an example; or None.
        heads: names of the layers that make the outputs; they depend on the classes.
        normalizations: the batch normalizations that are trained, for their moving averages need
            care where they are frozen.
    """

    model: keras.Model
    core: keras.Model
    network: keras.Model
    loss: Callable[[Any, Any], Any] | None
    heads: tuple[str, ...]
    normalizations: tuple[keras.Layer, ...]


def build_model(config: TrainConfig, dataset: Dataset) -> keras.Model:
    """The model of a run with fresh weights; see :func:`build`."""
    return build(config, dataset).model


def build(config: TrainConfig, dataset: Dataset, precision: str | None = None) -> Built:
    """Build the network of a run with fresh weights that follow from ``config.seed``.

    It takes pixels as they are stored; the mean is part of it, so whoever has the model need not
    know the dataset. Its weights and outputs are float32 whatever it computes in.

    Args:
        precision: instead of the configuration's.

    Raises:
        InvalidValue: the images are too small for the network or the crop.
        NotTrusted: the network is code that nobody trusts.
        NetworkError: the network is code that does not build what is needed.
    """
    recipe = recipe_of(config, dataset)
    shape = _input_shape(config, dataset)
    outputs = tasks.get(config.task).outputs(dataset.labels)
    with apart(config.seed or 0, policy_of(precision or config.precision)):
        network = recipe.build(shape, outputs)
    with apart(config.seed or 0):
        before = _preparation(config, dataset, shape)
        mixed = (precision or config.precision) != FULL
        core = _chain("model", shape, before, network, mixed)
        model = core
        cut = _cut(dataset.image.shape, shape)
        if cut or len(network.outputs) > 1:
            model = _chain("model", dataset.image.shape, [*cut, *before], _answer(network), mixed)
    return Built(model, core, network, recipe.loss, head_layers(network), _normalizations(network))


def recipe_of(config: TrainConfig, dataset: Dataset) -> Recipe:
    """The recipe of a configuration's network; code is executed only where it is trusted.

    Raises:
        NotTrusted: nobody trusts the code.
        NetworkError: the code is wrong.
    """
    if config.network != networks.CUSTOM:
        return Recipe(networks.get(config.network).build)
    check_trusted(Home(dataset.job.path.parents[1]), config.code)
    return compile_network(config.code)


def _normalizations(network: keras.Model) -> tuple[keras.Layer, ...]:
    import keras

    kind = keras.layers.BatchNormalization
    return tuple(layer for layer in leaves(network) if isinstance(layer, kind) and layer.trainable)


def policy_of(precision: str) -> str:
    """Keras' name of a precision: 16 bits are bfloat16 on processors, float16 on GPUs."""
    if precision == FULL:
        return FULL
    import tensorflow as tf

    return "mixed_float16" if tf.config.list_physical_devices("GPU") else "mixed_bfloat16"


def _input_shape(config: TrainConfig, dataset: Dataset) -> tuple[int, int, int]:
    """What goes into the network: the images, or what is cut out of them."""
    height, width, channels = dataset.image.shape
    if config.crop > min(height, width):
        raise InvalidValue(
            f"crop is {config.crop} px, but the images of {dataset.name} have {width}×{height}; "
            "choose a smaller crop or make a larger dataset"
        )
    if config.crop:
        height = width = config.crop
    smallest, title = networks.smallest(config.network), networks.title(config.network)
    if height < smallest[0] or width < smallest[1]:
        whose = "the crop has" if config.crop else f"those of {dataset.name} have"
        raise InvalidValue(
            f"{title} needs images of {smallest[1]}×{smallest[0]} pixels or more, "
            f"{whose} {width}×{height}; make a larger dataset"
        )
    return height, width, channels


def _chain(
    name: str,
    shape: tuple[int, int, int],
    before: list[keras.Layer],
    network: keras.Model,
    mixed: bool,
) -> keras.Model:
    import keras

    pixels = keras.Input(shape, name="pixels")
    tensor = pixels
    for layer in before:
        tensor = layer(tensor)
    outputs = network(tensor)
    if mixed:
        outputs = _full_precision(outputs)
    return keras.Model(pixels, outputs, name=name)


def _full_precision(outputs: Any) -> Any:
    import keras

    if not isinstance(outputs, list | tuple):
        return keras.layers.Activation("linear", dtype=FULL, name="logits")(outputs)
    names = ["logits", *(f"logits_{i}" for i in range(1, len(outputs)))]
    return [
        keras.layers.Activation("linear", dtype=FULL, name=name)(output)
        for name, output in zip(names, outputs, strict=True)
    ]


def _answer(network: keras.Model) -> keras.Model:
    """The network without its auxiliary heads and what only they need."""
    import keras

    if len(network.outputs) == 1:
        return network
    return keras.Model(network.inputs[0], network.outputs[0], name=network.name)


def _cut(whole: tuple[int, int, int], shape: tuple[int, int, int]) -> list[keras.Layer]:
    """Leave the middle of an image, unless it is the whole."""
    import keras

    if whole == shape:
        return []
    top, left = _offset(whole, shape)
    rows = (top, whole[0] - shape[0] - top)
    columns = (left, whole[1] - shape[1] - left)
    return [keras.layers.Cropping2D((rows, columns), name="crop")]


def _preparation(
    config: TrainConfig, dataset: Dataset, shape: tuple[int, int, int]
) -> list[keras.Layer]:
    """The layers before the network."""
    return [
        *_mean_subtraction(config.mean_subtraction, dataset, shape),
        *_to_bytes(dataset, config.mean_subtraction != "none"),
        *(_whitening() if config.augmentation.whitening else []),
    ]


def _mean_subtraction(
    kind: str, dataset: Dataset, shape: tuple[int, int, int]
) -> list[keras.Layer]:
    import keras

    if kind == "none":
        return []
    mean = dataset.mean_pixel if kind == "pixel" else _middle(dataset.mean_image, shape)
    axes = -1 if kind == "pixel" else (1, 2, 3)
    layer = keras.layers.Normalization(axis=axes, name="mean_subtraction")
    layer.build((None, *shape))
    # As weights rather than as constants: a mean image would bloat the model's configuration.
    layer.adapt_mean.assign(np.asarray(mean, np.float32))
    layer.adapt_variance.assign(np.ones_like(mean, np.float32))
    layer.finalize_state()
    layer.trainable = False
    return [layer]


def _middle(image: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    top, left = _offset(image.shape, shape)
    return image[top : top + shape[0], left : left + shape[1]]


def _offset(whole: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, int]:
    """Where the middle of an image begins: row and column."""
    return (whole[0] - shape[0]) // 2, (whole[1] - shape[1]) // 2


def _to_bytes(dataset: Dataset, centred: bool) -> list[keras.Layer]:
    """Bring 16 bits and floats to the scale of 8 bits, for which networks are made.

    Floats have units of their own: their range in the training images becomes 0–255, or that much
    about 0 where their mean was subtracted.
    """
    import keras

    if dataset.image.dtype == "uint8":
        return []
    least, greatest = dataset.range
    span = 65_535.0 if dataset.image.dtype == "uint16" else max(greatest - least, 1e-12)
    lowest = 0.0 if centred or dataset.image.dtype == "uint16" else least
    return [keras.layers.Rescaling(255.0 / span, -255.0 * lowest / span, name="to_bytes")]


def _whitening() -> list[keras.Layer]:
    """Make each image's mean 0 and its deviation 1, then bring that to the scale of 8 bits.

    A deviation below one grey level is noise and is not blown up.
    """
    import keras

    return [
        keras.layers.LayerNormalization(
            axis=(1, 2, 3), center=False, scale=False, epsilon=1.0, name="whitening"
        ),
        keras.layers.Rescaling(_DEVIATION, name="whitened"),
    ]
