import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data.images.resize import FILLS, MODES, resize, scaled_size

sides = st.integers(1, 70)
TYPES = ("uint8", "uint16", "float32")


def noise(width, height, channels=3, dtype="uint8", seed=0):
    random = np.random.default_rng(seed)
    if dtype == "float32":
        return random.normal(0, 50, (height, width, channels)).astype(np.float32)
    return random.integers(0, np.iinfo(dtype).max + 1, (height, width, channels), dtype)


def halve(values, axis):
    """The means of neighbours, as float64."""
    even = np.take(values, range(0, values.shape[axis], 2), axis)
    odd = np.take(values, range(1, values.shape[axis], 2), axis)
    return (even + odd) / 2


def interpolate(values, axis, length):
    """Bilinear interpolation between pixels' centres along one axis; the ends are repeated."""
    found = values.shape[axis]
    places = np.clip((np.arange(length) + 0.5) * found / length - 0.5, 0, found - 1)
    first = np.floor(places).astype(int)
    after = np.minimum(first + 1, found - 1)
    share = (places - first).reshape([-1 if i == axis else 1 for i in range(3)])
    return np.take(values, first, axis) * (1 - share) + np.take(values, after, axis) * share


def scale_by_definition(pixels, width, height):
    """What ``bilinear`` is defined to be, in float64 and without rounding between."""
    values = pixels.astype(np.float64)
    across, down, columns, rows = values.shape[1] / width, values.shape[0] / height, 0, 0
    while True:
        if across >= 2 and down >= 2:
            across, down, columns, rows = across / 2, down / 2, columns + 1, rows + 1
        elif across >= 3:
            across, columns = across / 2, columns + 1
        elif down >= 3:
            down, rows = down / 2, rows + 1
        else:
            break
    for axis, times in ((0, rows), (1, columns)):
        kept = values.shape[axis] >> times << times
        start = (values.shape[axis] - kept) // 2
        values = np.take(values, range(start, start + kept), axis)
        for _ in range(times):
            values = halve(values, axis)
    return interpolate(interpolate(values, 0, height), 1, width)


def resize_by_definition(pixels, width, height, mode):
    """The four ways with black padding, in float64."""
    inner = scaled_size((pixels.shape[1], pixels.shape[0]), (width, height), mode)
    values = scale_by_definition(pixels, *inner)
    for axis, length in ((0, height), (1, width)):
        surplus = values.shape[axis] - length
        if surplus > 0:
            start = round(surplus / 2)
            values = np.take(values, range(start, start + length), axis)
    missing = [
        (length - found) for length, found in zip((height, width), values.shape, strict=False)
    ]
    margins = [(gap // 2, gap - gap // 2) for gap in missing]
    return np.pad(values, [*margins, (0, 0)])


@settings(max_examples=150, deadline=None)
@given(sides, sides, sides, sides, st.sampled_from(MODES), st.sampled_from(FILLS), st.data())
def test_every_image_gets_the_size_asked_for(w, h, width, height, mode, fill, data):
    dtype, channels = data.draw(st.sampled_from(TYPES)), data.draw(st.sampled_from((1, 3, 4, 7)))
    resample = data.draw(st.sampled_from(("nearest", "bilinear", "area", "bicubic", "lanczos")))
    image = np.full((h, w, channels), 7, dtype)
    pixels = resize(image, width, height, mode, fill, 0, resample)
    assert pixels.shape == (height, width, channels)
    assert pixels.dtype == dtype
    if fill in ("edge", "mean") or mode in ("squash", "crop"):
        assert np.allclose(pixels, 7)


@settings(max_examples=200, deadline=None)
@given(sides, sides, sides, sides, st.sampled_from(MODES), st.sampled_from((1, 3, 5)), sides)
def test_modes_agree_with_the_definition_within_one_level(
    w, h, width, height, mode, channels, seed
):
    image = noise(w, h, channels, seed=seed)
    expected = np.rint(resize_by_definition(image, width, height, mode))
    found = resize(image, width, height, mode, "constant")
    assert np.abs(found - expected).max() <= 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(333, 251), (500, 375), (700, 1), (1, 700), (31, 17), (64, 900)])
def test_photographs_slivers_and_stamps_agree_with_the_definition(size, mode):
    image = noise(*size)
    expected = np.rint(resize_by_definition(image, 64, 48, mode))
    found = resize(image, 64, 48, mode, "constant")
    assert np.abs(found - expected).max() <= 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("dtype", "tolerance"), [("uint16", 2), ("float32", 1e-3)])
@pytest.mark.parametrize("channels", [1, 3, 4, 8, 64])
def test_deep_pixels_and_many_channels_agree_with_the_definition(mode, dtype, tolerance, channels):
    for size in ((75, 50), (20, 31)):
        image = noise(*size, channels, dtype)
        expected = resize_by_definition(image, 32, 24, mode)
        found = resize(image, 32, 24, mode, "constant")
        assert found.dtype == dtype
        assert np.abs(found.astype(np.float64) - expected).max() <= tolerance


@pytest.mark.parametrize("channels", [1, 4, 6])
@pytest.mark.parametrize("dtype", TYPES)
def test_area_is_the_mean_of_what_a_pixel_covers(channels, dtype):
    image = noise(30, 20, channels, dtype)
    expected = image.astype(np.float64).reshape(10, 2, 10, 3, channels).mean((1, 3))
    found = resize(image, 10, 10, "squash", resample="area")
    assert np.abs(found - expected).max() <= 0.51


def test_nearest_takes_the_pixel_under_the_centre():
    row = np.arange(6, dtype=np.uint16)[None, :, None]
    assert resize(row, 2, 1, "squash", resample="nearest")[0, :, 0].tolist() == [1, 4]
    assert resize(row, 12, 1, "squash", resample="nearest")[0, ::2, 0].tolist() == [
        0,
        1,
        2,
        3,
        4,
        5,
    ]


@pytest.mark.parametrize("resample", ["bicubic", "lanczos"])
def test_filters_of_pillow_are_the_same_whatever_the_depth(resample):
    image = noise(40, 30, 3)
    expected = resize(image, 16, 12, "squash", resample=resample)
    deep = resize(image * np.uint16(257), 16, 12, "squash", resample=resample)
    floats = resize(image.astype(np.float32), 16, 12, "squash", resample=resample)
    many = resize(np.concatenate([image, image], 2), 16, 12, "squash", resample=resample)
    # With 8 bits Pillow rounds after each of its two passes.
    assert np.abs(deep / 257 - expected).max() <= 1.5
    assert np.abs(np.clip(floats, 0, 255) - expected).max() <= 1.5
    assert np.array_equal(many, np.concatenate([expected, expected], 2))


def ramp(width, height):
    return np.tile(np.arange(width, dtype=np.uint8), (height, 1))[..., None]


def test_crop_keeps_the_middle_of_the_longer_side():
    assert resize(ramp(40, 20), 20, 20, "crop")[0, :, 0].tolist() == list(range(10, 30))


def test_fill_pads_the_shorter_side_alike_on_both_ends():
    pixels = resize(np.full((20, 40, 1), 200, np.uint8), 20, 20, "fill", "constant")[..., 0]
    rows = pixels.max(axis=1)
    assert rows.tolist() == [0] * 5 + [200] * 10 + [0] * 5


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("squash", (10, 10)), ("crop", (20, 10)), ("fill", (10, 6)), ("half-crop", (13, 8))],
)
def test_sizes_before_cutting_and_padding_are_those_of_digits(mode, expected):
    # 40×20 to 10×10: half-crop divides by the mean of both ratios, 3; odd gaps are made even.
    assert scaled_size((40, 20), (10, 10), mode) == expected


def test_a_sliver_is_cut_before_it_is_enlarged():
    # Enlarged whole, this would have 250,000 × 1024 pixels.
    sliver = ramp(250, 1).repeat(4, axis=1)
    pixels = resize(sliver, 1024, 1024, "crop")
    assert pixels.shape == (1024, 1024, 1)
    assert set(np.unique(pixels)) <= {124, 125}


@pytest.mark.parametrize("dtype", TYPES)
def test_noise_follows_from_the_seed_and_stays_in_range(dtype):
    image = noise(40, 20, 3, dtype)
    first, again, other = (resize(image, 20, 20, "fill", "noise", seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    if dtype == "float32":
        assert image.min() <= first.min()
        assert first.max() <= image.max()
    assert first[:5].std() > image.std() / 3


@pytest.mark.parametrize(("fill", "expected"), [("edge", 200), ("mean", 200), ("constant", 0)])
def test_what_padding_consists_of(fill, expected):
    pixels = resize(np.full((20, 40, 1), 200, np.uint8), 20, 20, "fill", fill)
    assert set(pixels[0].reshape(-1)) == {expected}
