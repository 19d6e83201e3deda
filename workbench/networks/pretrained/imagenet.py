"""ImageNet's weights as Keras Applications offers them, fetched when first asked for."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import DataError, InvalidValue
from workbench.networks.building import apart
from workbench.networks.catalogue import CUSTOM, catalogue, get
from workbench.networks.pretrained.stored import Stored, Weights
from workbench.networks.structure import leaves, named_variables

SERVER = "https://storage.googleapis.com/tensorflow/keras-applications/"
_PATIENCE_S = 4


# How Keras names the file of each application's weights without a head. Those of the first two
# were made for pixels with blue first, so their first layer is turned round.
_FILES = {
    "ResNet50": "resnet50_weights",
    "VGG16": "vgg16_weights",
    "MobileNetV3Small": "weights_mobilenet_v3_small",
    "EfficientNetB0": "efficientnetb0",
    "EfficientNetV2S": "efficientnetv2-s",
    "ConvNeXtTiny": "convnext_tiny",
}
_BLUE_FIRST = {"ResNet50": "conv1_conv/kernel", "VGG16": "block1_conv1/kernel"}


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
    yield _load(application)


def _load(application: str) -> Weights:
    import keras

    try:
        with apart():
            model = getattr(keras.applications, application)(include_top=False, weights="imagenet")
    except Exception as error:  # Keras raises bare ones for what the network does
        text = (str(error).strip().splitlines() or [""])[0]
        raise DataError(
            f"the ImageNet weights of {application} could not be fetched: {text:.200}"
        ) from error
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
    return any((Path(home) / "models").glob(f"{_FILES.get(application, application)}*no*top*.h5"))


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
