"""ImageNet's weights as Keras Applications offers them, fetched when first asked for."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import DataError, InvalidValue
from workbench.networks.building import apart
from workbench.networks.catalogue import CUSTOM, catalogue, get
from workbench.networks.pretrained.stored import Stored, Weights
from workbench.networks.structure import leaves, named_variables

if TYPE_CHECKING:
    import keras

SERVER = "https://storage.googleapis.com/tensorflow/keras-applications/"
_PATIENCE_S = 4


# How the file begins that Keras keeps of each application, and how it goes on.
_FILES = {
    "ResNet50": "resnet50_weights*_notop.h5",
    "MobileNetV3Small": "weights_mobilenet_v3_small_224_1.0_float.h5",
    "EfficientNetB0": "efficientnetb0_notop.h5",
    "EfficientNetV2S": "efficientnetv2-s_notop.h5",
    "ConvNeXtTiny": "convnext_tiny_notop.h5",
}
# Made for pixels with blue first: its first layer is turned round.
_BLUE_FIRST = {"ResNet50": "conv1_conv/kernel"}
# Between its pool and its last layer is another one, whose weights come with the top only.
_WITH_TOP = ("MobileNetV3Small",)
# Weights are the same at every size; without one MobileNetV3 warns.
_SHAPE = (224, 224, 3)


@contextmanager
def opened_imagenet(network: str) -> Iterator[Weights]:
    """The weights of a network of the catalogue but for its head.

    Raises:
        InvalidValue: there are none for that network.
        DataError: they are not at hand and the network cannot be reached.
    """
    application = "" if network == CUSTOM else get(network).application
    if not application:
        names = ", ".join(name for name, card in catalogue().items() if card.application)
        raise InvalidValue(
            f"there are no ImageNet weights for the network {network}; there are for {names}"
        )
    if not _at_hand(application):
        _check_reachable()
        # Beside this thread, for it may take minutes and others want to build networks.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(_fetched, application).result()
    with apart():
        model = _fetched(application)
    yield _weights_of(model, application)


def _fetched(application: str) -> keras.Model:
    """The application with its weights, which Keras fetches if they are not at hand."""
    import keras

    build = getattr(keras.applications, application)
    try:
        top = application in _WITH_TOP
        return build(include_top=top, weights="imagenet", input_shape=_SHAPE)
    except Exception as error:  # Keras raises bare ones for what the network does
        text = (str(error).strip().splitlines() or [""])[0]
        raise DataError(
            f"the ImageNet weights of {application} could not be fetched: {text:.200}"
        ) from error


def _weights_of(model: keras.Model, application: str) -> Weights:
    weights = {
        f"{part}/{variable.name}": Stored(tuple(variable.shape), variable.numpy)
        for layer in leaves(model)
        for part, _, variable in named_variables(layer)
    }
    first = _BLUE_FIRST.get(application)
    if first:
        kernel = weights[first].read()[:, :, ::-1]
        weights[first] = Stored(kernel.shape, lambda: kernel)
    return weights


def _at_hand(application: str) -> bool:
    """Whether Keras fetched them before."""
    home = os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras")
    return any((Path(home) / "models").glob(_FILES[application]))


def _check_reachable() -> None:
    """Find out within seconds: Keras itself would wait for minutes."""
    request = urllib.request.Request(SERVER, method="HEAD")  # noqa: S310 - https, see SERVER
    try:
        urllib.request.urlopen(request, timeout=_PATIENCE_S).close()  # noqa: S310
    except urllib.error.HTTPError:
        return  # there is somebody
    except OSError as error:
        raise DataError(
            "ImageNet weights are fetched from the network, which cannot be reached "
            f"({getattr(error, 'reason', error)}); connect, or give a file of weights"
        ) from error
