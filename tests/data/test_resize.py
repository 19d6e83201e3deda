import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from workbench.data.resize import FILLS, MODES, resize, scaled_size

sides = st.integers(1, 60)


@settings(max_examples=150, deadline=None)
@given(sides, sides, sides, sides, st.sampled_from(MODES), st.sampled_from(FILLS), st.booleans())
def test_every_image_gets_the_size_asked_for(w, h, width, height, mode, fill, colour):
    image = Image.new("RGB" if colour else "L", (w, h), 7)
    pixels = resize(image, width, height, mode, fill)
    assert pixels.shape == (height, width, 3 if colour else 1)
    assert pixels.dtype == np.uint8


def ramp(width, height):
    return Image.fromarray(np.tile(np.arange(width, dtype=np.uint8), (height, 1)))


def test_squash_is_pillows_bilinear_filter():
    image = ramp(40, 20)
    expected = np.asarray(image.resize((10, 10), Image.Resampling.BILINEAR))
    assert np.array_equal(resize(image, 10, 10, "squash")[..., 0], expected)


def test_crop_keeps_the_middle_of_the_longer_side():
    assert resize(ramp(40, 20), 20, 20, "crop")[0, :, 0].tolist() == list(range(10, 30))


def test_fill_pads_the_shorter_side_alike_on_both_ends():
    pixels = resize(Image.new("L", (40, 20), 200), 20, 20, "fill", "constant")[..., 0]
    rows = pixels.max(axis=1)
    assert rows.tolist() == [0] * 5 + [200] * 10 + [0] * 5


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("squash", (10, 10)), ("crop", (20, 10)), ("fill", (10, 6)), ("half-crop", (14, 8))],
)
def test_sizes_before_cutting_and_padding_are_those_of_digits(mode, expected):
    # 40×20 to 10×10: half-crop divides by the mean of both ratios, 3; odd gaps are made even.
    found = scaled_size((40, 20), (10, 10), mode)
    assert found == (expected if mode != "half-crop" else (13, 8))


def test_noise_follows_from_the_seed():
    image = Image.new("L", (40, 20), 200)
    first, again, other = (resize(image, 20, 20, "fill", "noise", seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(("fill", "expected"), [("edge", 200), ("mean", 200), ("constant", 0)])
def test_what_padding_consists_of(fill, expected):
    pixels = resize(Image.new("L", (40, 20), 200), 20, 20, "fill", fill)
    assert set(pixels[0].reshape(-1)) == {expected}
