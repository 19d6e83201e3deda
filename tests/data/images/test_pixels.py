import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from workbench.data.images.pixels import (
    MAX_PIXELS,
    Picture,
    check_size,
    from_array,
    to_channels,
    to_depth,
    to_image,
)
from workbench.errors import DataError

RANDOM = np.random.default_rng(0)


def colours(dtype="uint8", channels=3):
    return RANDOM.integers(0, np.iinfo(dtype).max + 1, (12, 9, channels), dtype)


def test_sixteen_bits_become_eight_by_the_rounded_257th():
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1)
    assert np.array_equal(to_depth(values, "uint8"), np.rint(values / 257))


@given(st.integers(0, 255))
def test_eight_bits_survive_sixteen(value):
    pixels = np.full((1, 1, 1), value, np.uint8)
    assert to_depth(to_depth(pixels, "uint16"), "uint8") == value


@pytest.mark.parametrize(
    ("floats", "dtype", "expected"),
    [
        ([0.0, 0.5, 1.0], "uint8", [0, 128, 255]),
        ([0.0, 0.5, 1.0], "uint16", [0, 32768, 65535]),
        ([0.0, 99.6, 255.0], "uint8", [0, 100, 255]),
        ([0.0, 99.6, 60000.0], "uint16", [0, 100, 60000]),
        ([-3.5, 0.25, 1e9], "float32", [-3.5, 0.25, 1e9]),
    ],
)
def test_floats_become_whole_numbers_by_their_range(floats, dtype, expected):
    pixels = np.array(floats, np.float32).reshape(1, 3, 1)
    assert to_depth(pixels, dtype).reshape(-1).tolist() == expected


@pytest.mark.parametrize(("value", "dtype"), [(-0.1, "uint8"), (256.0, "uint8"), (7e4, "uint16")])
def test_floats_in_no_range_are_refused(value, dtype):
    with pytest.raises(DataError, match="ask for float32"):
        to_depth(np.full((1, 1, 1), value, np.float32), dtype)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_whole_numbers_become_floats_of_the_same_value(dtype):
    pixels = colours(dtype)
    assert np.array_equal(to_depth(pixels, "float32"), pixels)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_grey_is_the_usual_luma(dtype):
    pixels = colours().astype(dtype)
    expected = pixels @ [0.299, 0.587, 0.114]
    found = to_channels(Picture(pixels, False, (9, 12)), 1)
    assert found.shape == (12, 9, 1)
    assert np.abs(found[..., 0] - expected).max() <= 1


def test_grey_becomes_colour_by_repeating_it():
    pixels = colours(channels=1)
    found = to_channels(Picture(pixels, False, (9, 12)), 3)
    assert np.array_equal(found, np.concatenate([pixels] * 3, 2))


@pytest.mark.parametrize("background", ["white", "black", "#204060"])
@pytest.mark.parametrize(("dtype", "factor"), [("uint8", 1), ("uint16", 257), ("float32", 1 / 255)])
def test_opacity_is_laid_on_the_background_as_pillow_does(background, dtype, factor):
    pixels = colours(channels=4)
    image = Image.fromarray(pixels)
    below = Image.new("RGBA", image.size, background)
    expected = np.asarray(Image.alpha_composite(below, image).convert("RGB"))
    scaled = (pixels * np.float64(factor)).astype(dtype)
    picture = Picture(scaled, True, (9, 12))
    assert np.abs(to_channels(picture, 3, background) / factor - expected).max() <= 1


def test_as_many_channels_as_asked_for_are_kept_opacity_too():
    for channels in (2, 4, 8):
        pixels = colours(channels=channels)
        assert to_channels(Picture(pixels, channels != 8, (9, 12)), channels) is pixels


def test_transparent_grey_on_a_colour_becomes_colour():
    picture = Picture(np.zeros((1, 1, 2), np.uint8), True, (1, 1))
    assert to_channels(picture, 3, "#204060").reshape(-1).tolist() == [0x20, 0x40, 0x60]
    assert to_channels(picture, 1, "#404040").reshape(-1).tolist() == [0x40]


@pytest.mark.parametrize(("found", "asked"), [(8, 3), (3, 8), (1, 2), (2, 3), (5, 1), (3, 4)])
def test_other_channels_are_refused(found, asked):
    with pytest.raises(DataError, match=f"{found} channels, which cannot become {asked}"):
        to_channels(Picture(colours(channels=found), False, (9, 12)), asked)


@pytest.mark.parametrize(
    ("dtype", "most", "expected"),
    [
        ("uint8", 9, "uint8"),
        ("uint16", 9, "uint16"),
        (">u2", 9, "uint16"),
        ("int16", 255, "uint8"),
        ("int64", 256, "uint16"),
        ("uint32", 65536, "float32"),
        ("float64", 1, "float32"),
        ("float16", 1, "float32"),
    ],
)
def test_arrays_of_any_numbers_are_pictures(dtype, most, expected):
    array = np.array([[0, most]], dtype)
    picture = from_array(array)
    assert picture.pixels.dtype == expected
    assert picture.pixels.reshape(-1).tolist() == [0, most]
    assert picture.size == (2, 1)


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros(3), "no .height, width"),
        (np.zeros((2, 2, 2, 2)), "no .height, width"),
        (np.zeros((0, 2)), "no .height, width"),
        (np.zeros((2, 2), complex), "which are no pixels"),
        (np.array([[np.inf]]), "not finite"),
        (np.array([[1e300]]), "not finite"),
        (np.array([["a"]]), "which are no pixels"),
    ],
)
def test_what_is_no_picture_is_refused(array, reason):
    with pytest.raises(DataError, match=reason):
        from_array(array)


def test_sizes_are_checked_before_anything_is_decoded():
    check_size(9459, 9459)
    with pytest.raises(DataError, match=f"{MAX_PIXELS:,} pixels"):
        check_size(9460, 9460)
    with pytest.raises(DataError, match="512 MiB when decoded"):
        check_size(9000, 9000, 8)
    with pytest.raises(DataError, match="impossible size"):
        check_size(-4, 5)


@pytest.mark.parametrize(
    ("channels", "alpha", "mode"), [(1, False, "L"), (2, True, "L"), (4, True, "RGB")]
)
def test_a_screen_gets_eight_bits_of_grey_or_colour(channels, alpha, mode):
    pixels = colours("uint16", channels)
    image = to_image(Picture(pixels, alpha, (9, 12)))
    assert (image.mode, image.size) == (mode, (9, 12))
