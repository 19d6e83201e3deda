"""Values of pixels against plain NumPy and the standard library's colours."""

import colorsys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.training.augmentation.draws import TABLE, table
from workbench.training.augmentation.tones import coloured, fitted, noisy, span_of, toned


def images(shape, low=0.0, high=255.0, seed=0):
    unit = np.random.default_rng(seed).random(shape, np.float32)
    made = (low + (high - low) * unit).astype(np.float32)
    made.setflags(write=False)
    return made


def test_contrast_is_about_each_images_own_mean():
    before = images((2, 5, 6, 3), -3, 40)
    found = toned(before, np.array([0.5, 1.7]), np.array([4.0, -2.0]))
    for i, (contrast, added) in enumerate([(0.5, 4), (1.7, -2)]):
        mean = before[i].mean(dtype=float)
        assert found[i] == pytest.approx(mean + contrast * (before[i] - mean) + added, abs=1e-3)
        assert found[i].mean() == pytest.approx(mean + added, abs=1e-3)


def test_noise_is_a_piece_of_the_table_in_the_datas_units():
    before = images((3, 30, 40, 2))
    starts = np.array([5, 70_000, TABLE - 100])  # the last one goes over the table's end
    found = noisy(before, starts, 12.5)
    for i, start in enumerate(starts):
        piece = table("normal")[(start + np.arange(2400)) % TABLE].reshape(30, 40, 2)
        assert found[i] == pytest.approx(before[i] + 12.5 * piece, abs=1e-3)
    assert (found - before).std() == pytest.approx(12.5, rel=0.05)


def test_noise_goes_round_the_table_for_images_larger_than_it():
    before = np.zeros((1, 1100, 1000, 1), np.float32)
    found = noisy(before, np.array([TABLE - 1]), 1.0).ravel()
    assert found[0] == table("normal")[-1] and found[1] == found[1 + TABLE] == table("normal")[0]


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 255), (-10, 30)])
def test_colours_are_those_of_the_standard_library(low, high):
    before = images((4, 3, 5, 3), low, high)
    hue, saturation = np.array([0.1, -0.3, 0, 1.25]), np.array([1.0, 0.5, 1.8, 1])
    value = np.array([1.0, 1.2, 0.6, 1])
    found = coloured(before, hue, saturation, value, (low, high))
    span = high - low
    for i in range(4):
        for pixel, now in zip(before[i].reshape(-1, 3), found[i].reshape(-1, 3), strict=True):
            h, s, v = colorsys.rgb_to_hsv(*((pixel - low) / span).astype(float))
            s, v = min(1, s * saturation[i]), min(1, v * value[i])
            wanted = np.array(colorsys.hsv_to_rgb((h + hue[i]) % 1, s, v))
            assert (now - low) / span == pytest.approx(wanted, abs=2e-4)


def test_a_grey_image_stays_grey():
    before = np.repeat(images((1, 4, 4, 1)), 3, axis=-1)
    found = coloured(before, np.array([0.4]), np.array([2.0]), np.ones(1), (0, 255))
    assert found == pytest.approx(before, abs=0.01)


@settings(deadline=None)
@given(
    numbers=st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=20),
    dtype=st.sampled_from(["uint8", "uint16", "float32"]),
    ends=st.tuples(st.integers(0, 255), st.integers(0, 255)),
)
def test_what_is_stored_stays_in_the_range(numbers, dtype, ends):
    low, high = sorted(ends)
    before = np.array(numbers, np.float32).reshape(1, -1, 1, 1)
    found = fitted(before.copy(), (low, high), np.dtype(dtype))
    wanted = np.clip(before, low, high)
    wanted = wanted if dtype == "float32" else np.rint(wanted)
    assert found.dtype == dtype and np.array_equal(found, wanted.astype(dtype))


def test_a_range_of_one_number_can_be_divided_by():
    assert span_of((3, 3)) == 1 and span_of((-1, 3)) == 4
