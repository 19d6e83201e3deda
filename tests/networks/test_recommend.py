"""Which networks are offered for which dataset, and what a search finds."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import networks


def names(*dataset):
    return [card.name for card, _ in networks.recommend(*dataset)]


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        ((45_000, 28, 28, 1, 10), ["lenet", "resnet18"]),
        ((50_000, 32, 32, 3, 10), ["resnet18", "lenet"]),
        ((500, 32, 32, 3, 10), ["lenet", "resnet18"]),
        ((2_800, 64, 64, 3, 9), ["efficientnet-lite0", "mobilenet-v3-small", "resnet18"]),
        ((50_000, 224, 224, 3, 100), ["resnet18", "efficientnet-b0", "resnet50"]),
        ((1_300_000, 256, 256, 3, 1000), ["resnet50", "efficientnet-v2-s", "convnext-tiny"]),
        ((100, 8, 8, 1, 2), []),
    ],
)
def test_the_rule(dataset, expected):
    assert names(*dataset) == expected


def test_few_images_a_class_are_advised_to_start_from_published_weights():
    few = {card.name: reason for card, reason in networks.recommend(850, 64, 64, 3, 9)}
    assert "start from published weights" in few["efficientnet-lite0"]
    # ResNet-18 is not in Keras Applications.
    assert "published" not in few["resnet18"]
    enough = networks.recommend(900, 64, 64, 3, 9)
    assert not any("published" in reason for _, reason in enough)


@given(
    images=st.integers(1, 10**8),
    height=st.integers(1, 4096),
    width=st.integers(1, 4096),
    channels=st.integers(1, 8),
    classes=st.integers(1, 10_000),
)
def test_what_is_recommended_can_be_built(images, height, width, channels, classes):
    found = networks.recommend(images, height, width, channels, classes)
    assert all(height >= card.smallest[0] and width >= card.smallest[1] for card, _ in found)
    assert all(reason for _, reason in found)
    assert found or min(height, width) < 16 or min(height, width) < 32


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("efficientnet", ["efficientnet-lite0", "efficientnet-b0", "efficientnet-v2-s"]),
        ("RESIDUAL he", ["resnet18", "resnet50"]),
        ("2014 deep", ["googlenet", "vgg16"]),
        ("inception", ["googlenet"]),
        ("  ", list(networks.catalogue())),
        ("transformer", []),
    ],
)
def test_a_search_finds_networks_by_all_its_words(words, expected):
    assert [card.name for card in networks.search(words)] == expected


def test_cards_are_had_without_tensorflow():
    code = (
        "import sys; from workbench import networks;"
        "networks.search('net'); networks.recommend(10, 64, 64, 3, 2);"
        "sum(card.memory for card in networks.catalogue().values());"
        "print(sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert shown.stdout.strip() == "[]"


def test_cards_are_plausible():
    for card in networks.catalogue().values():
        assert card.reference.endswith(str(card.year)) or str(card.year) in card.reference
        assert card.smallest[0] <= card.default_input[0]
        # Training at the card's own batch size fits on a 16 GB card.
        assert card.memory < 16 * 2**30
