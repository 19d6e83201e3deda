import math

import pytest

from workbench.training.health import DEAD, EXPLODING, Health, findings, sentence


def health(**changes):
    return Health(**({"name": "conv1", "mean": 0.0, "deviation": 1.0, "greatest": 3.0,
                      "channels": 20, "dead": 0} | changes))  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, ""),
        ({"dead": 9}, ""),
        ({"dead": 10}, DEAD),
        ({"greatest": 255_000.0}, ""),
        ({"greatest": 255_001.0}, EXPLODING),
        ({"greatest": math.inf}, EXPLODING),
    ],
)
def test_a_layer_is_judged_by_its_channels_and_by_the_pixels(changes, verdict):
    assert health(**changes).verdict(255.0) == verdict


def test_pixels_between_0_and_1_count_as_1():
    assert not health(greatest=999.0).verdict(0.01)


def test_findings_say_what_is_wrong_and_what_to_do():
    layers = [health(), health(name="relu2", dead=20), health(name="fc", greatest=math.inf)]
    dead, exploding = findings(layers, 255.0)
    assert sentence(dead).startswith("relu2 is dying: 20 of its 20 channels answer 0")
    assert exploding["greatest"] is None  # JSON knows no infinite numbers
    assert "fc explodes: its outputs are no finite numbers; lower" in sentence(exploding)
    reached = findings([health(greatest=1e9)], 255.0)
    assert "its outputs reach 1e+09" in sentence(reached[0])
