"""Which networks suit a dataset."""

from __future__ import annotations

from typing import NamedTuple

from workbench.networks.card import NetworkCard
from workbench.networks.catalogue import get

# Images below so many pixels a side leave nothing to a network that halves them five times.
_SMALL = 48
# So many images are few, and so many are many, for the weights of a network to be drawn from.
_FEW, _MANY = 10_000, 100_000
# So many images of a class are few to tell it by.
_FEW_OF_A_CLASS = 100


class Recommendation(NamedTuple):
    """A network and, in a few words, why."""

    card: NetworkCard
    reason: str


def recommend(
    images: int, height: int, width: int, channels: int, classes: int
) -> list[Recommendation]:
    """Networks that suit a dataset, the most fitting first.

    The rule: images below 48 pixels a side get LeNet, and ResNet-18 before it once they are
    coloured and 10,000 or more. Larger ones get networks whose weights grow with the number of
    images: EfficientNet-Lite0, MobileNetV3 and ResNet-18 below 10,000; ResNet-18,
    EfficientNet-B0 and ResNet-50 up to 100,000; ResNet-50, EfficientNetV2-S and ConvNeXt-Tiny
    above. What cannot be built for so small an image is left out. With fewer than 100 images a
    class, published weights are advised where there are any.

    Args:
        images: how many there are to train on.
        classes: how many they are to be told apart into.
    """
    small = min(height, width) < _SMALL
    names = _for_small(images, channels) if small else _for_large(images)
    few = images < _FEW_OF_A_CLASS * classes
    cards = [(get(name), reason) for name, reason in names.items()]
    return [
        Recommendation(card, reason + (_ADVICE if few and _has_weights(card) else ""))
        for card, reason in cards
        if height >= card.smallest[0] and width >= card.smallest[1]
    ]


_ADVICE = f"; fewer than {_FEW_OF_A_CLASS} images a class: start from published weights"


def _has_weights(card: NetworkCard) -> bool:
    return bool(card.application) or card.name == "efficientnet-lite0"


def _for_small(images: int, channels: int) -> dict[str, str]:
    lenet = {"lenet": "made for small images; quick on any processor"}
    resnet = {"resnet18": "deeper, for small images with more to tell apart"}
    return resnet | lenet if channels > 1 and images >= _FEW else lenet | resnet


def _for_large(images: int) -> dict[str, str]:
    if images < _FEW:
        return {
            "efficientnet-lite0": "few images suit a network of few weights",
            "mobilenet-v3-small": "the fastest for images of this size",
            "resnet18": "plain and steady, also from fresh weights",
        }
    if images <= _MANY:
        return {
            "resnet18": "plain and steady; so many images teach it from fresh weights",
            "efficientnet-b0": "half the weights of ResNet-18, a quarter of its multiply-adds",
            "resnet50": "more accurate with this many images, slower",
        }
    return {
        "resnet50": "many images bear a large network",
        "efficientnet-v2-s": "fast to train for its accuracy, with many images",
        "convnext-tiny": "the largest of these; wants many images and a GPU",
    }
