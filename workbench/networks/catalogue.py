"""The networks one can choose from, each a card and a recipe."""

from __future__ import annotations

from workbench.errors import NotFound
from workbench.networks.card import NetworkCard

# The word for a network whose code comes with the run.
CUSTOM = "custom"

# The figures are counted from the built networks; a test compares them.
_CARDS = (
    NetworkCard(
        name="lenet",
        title="LeNet",
        family="LeNet",
        year=1998,
        recipe="workbench.networks.lenet:build",
        default_input=(28, 28, 1),
        default_batch_size=64,
        smallest=(16, 16),
        reference="LeCun et al., Gradient-based learning applied to document recognition, 1998",
        parameters=431_080,
        multiply_adds=2_293_000,
        activations=20_994,
        classes=10,
    ),
    NetworkCard(
        name="alexnet",
        title="AlexNet",
        family="AlexNet",
        year=2012,
        recipe="workbench.networks.alexnet:build",
        default_input=(224, 224, 3),
        default_batch_size=128,
        smallest=(32, 32),
        reference=(
            "Krizhevsky et al., ImageNet classification with deep convolutional neural "
            "networks, 2012"
        ),
        parameters=62_378_344,
        multiply_adds=1_139_124_224,
        activations=809_800,
        default_learning_rate=0.001,
    ),
    NetworkCard(
        name="googlenet",
        title="GoogLeNet",
        family="Inception",
        year=2014,
        recipe="workbench.networks.googlenet:build",
        default_input=(224, 224, 3),
        default_batch_size=32,
        smallest=(32, 32),
        reference="Szegedy et al., Going deeper with convolutions, 2014",
        parameters=13_378_280,
        multiply_adds=1_591_044_096,
        activations=5_915_240,
    ),
    NetworkCard(
        name="vgg16",
        title="VGG-16",
        family="VGG",
        year=2014,
        recipe="workbench.networks.vgg16:build",
        default_input=(224, 224, 3),
        default_batch_size=32,
        smallest=(32, 32),
        reference=(
            "Simonyan and Zisserman, Very deep convolutional networks for large-scale "
            "image recognition, 2014"
        ),
        parameters=138_357_544,
        multiply_adds=15_470_264_320,
        activations=15_120_360,
    ),
    NetworkCard(
        name="resnet18",
        title="ResNet-18",
        family="ResNet",
        year=2015,
        recipe="workbench.networks.resnet18:build",
        default_input=(224, 224, 3),
        default_batch_size=64,
        smallest=(16, 16),
        reference="He et al., Deep residual learning for image recognition, 2015",
        parameters=11_689_512,
        multiply_adds=1_814_073_344,
        activations=8_380_904,
        centres=True,
    ),
    NetworkCard(
        name="resnet50",
        title="ResNet-50",
        family="ResNet",
        year=2015,
        recipe="workbench.networks.resnet50:build",
        default_input=(224, 224, 3),
        default_batch_size=32,
        smallest=(32, 32),
        reference="He et al., Deep residual learning for image recognition, 2015",
        parameters=25_583_592,
        multiply_adds=3_857_973_248,
        activations=37_120_212,
        application="ResNet50",
        centres=True,
    ),
    NetworkCard(
        name="mobilenet-v3-small",
        title="MobileNetV3-Small",
        family="MobileNet",
        year=2019,
        recipe="workbench.networks.mobilenet_v3_small:build",
        default_input=(224, 224, 3),
        default_batch_size=64,
        smallest=(32, 32),
        reference="Howard et al., Searching for MobileNetV3, 2019",
        parameters=2_542_856,
        multiply_adds=56_510_400,
        activations=5_215_320,
        application="MobileNetV3Small",
        centres=True,
    ),
    NetworkCard(
        name="efficientnet-lite0",
        title="EfficientNet-Lite0",
        family="EfficientNet",
        year=2020,
        recipe="workbench.networks.efficientnet_lite0:build",
        default_input=(224, 224, 3),
        default_batch_size=64,
        smallest=(16, 16),
        reference=(
            "Tan and Le, EfficientNet: Rethinking model scaling for convolutional neural "
            "networks, 2019; its lite variants, 2020"
        ),
        parameters=4_652_008,
        multiply_adds=385_187_552,
        activations=19_997_128,
        centres=True,
    ),
    NetworkCard(
        name="efficientnet-b0",
        title="EfficientNet-B0",
        family="EfficientNet",
        year=2019,
        recipe="workbench.networks.efficientnet_b0:build",
        default_input=(224, 224, 3),
        default_batch_size=32,
        smallest=(32, 32),
        reference=(
            "Tan and Le, EfficientNet: Rethinking model scaling for convolutional neural "
            "networks, 2019"
        ),
        parameters=5_288_548,
        multiply_adds=385_814_752,
        activations=24_966_567,
        application="EfficientNetB0",
        centres=True,
    ),
    NetworkCard(
        name="efficientnet-v2-s",
        title="EfficientNetV2-S",
        family="EfficientNet",
        year=2021,
        recipe="workbench.networks.efficientnet_v2_s:build",
        default_input=(384, 384, 3),
        default_batch_size=16,
        smallest=(32, 32),
        reference="Tan and Le, EfficientNetV2: Smaller models and faster training, 2021",
        parameters=21_458_488,
        multiply_adds=8_365_617_152,
        activations=122_715_872,
        application="EfficientNetV2S",
        centres=True,
    ),
    NetworkCard(
        name="convnext-tiny",
        title="ConvNeXt-Tiny",
        family="ConvNeXt",
        year=2022,
        recipe="workbench.networks.convnext_tiny:build",
        default_input=(224, 224, 3),
        default_batch_size=32,
        smallest=(32, 32),
        reference="Liu et al., A ConvNet for the 2020s, 2022",
        parameters=28_589_128,
        multiply_adds=4_455_531_264,
        activations=31_575_784,
        application="ConvNeXtTiny",
        centres=True,
    ),
)


def catalogue() -> dict[str, NetworkCard]:
    """All networks by name, in the order they are offered."""
    return {card.name: card for card in _CARDS}


def get(name: str) -> NetworkCard:
    """Find a network.

    Raises:
        NotFound: the catalogue has none of that name.
    """
    cards = catalogue()
    if name not in cards:
        raise NotFound(f"there is no network {name!r}; choose one of {', '.join(cards)}")
    return cards[name]


def search(words: str) -> list[NetworkCard]:
    """The networks with all the words in their name, title, family, year or reference."""
    return [card for card in _CARDS if card.matches(words)]
