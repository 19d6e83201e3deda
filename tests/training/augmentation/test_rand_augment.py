"""RandAugment's operations against plain NumPy, Pillow and OpenCV."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from workbench.training.augmentation import rand_augment as ra

STRENGTHS = (-1.0, -0.4, 0.0, 0.7, 1.0)


@pytest.fixture
def levels():
    """An 8-bit colour image whose channels differ, not square."""
    y, x = np.mgrid[:20, :26]
    channels = [60 + 5 * x, 40 + 3 * y + x, 200 - 4 * x]
    return np.stack(channels, -1).clip(0, 255).astype(np.uint8)


def unit(levels):
    return levels.astype(np.float32) / 255


@pytest.mark.parametrize("channels", [1, 2, 3, 8])
@pytest.mark.parametrize("operation", ra.OPERATIONS, ids=lambda o: o.__name__)
def test_every_operation_keeps_shape_range_and_what_it_was_given(operation, channels):
    before = np.random.default_rng(0).random((12, 9, channels), np.float32)
    before.setflags(write=False)
    for strength in STRENGTHS:
        found = operation(before, strength)
        assert found.shape == before.shape and found.dtype == np.float32
        assert found.min() >= -1e-6 and found.max() <= 1 + 1e-6


@pytest.mark.parametrize("operation", ra.OPERATIONS, ids=lambda o: o.__name__)
def test_no_strength_is_no_change_but_for_what_has_none(operation, levels):
    if operation in (ra.auto_contrast, ra.equalize):
        return
    assert operation(unit(levels), 0.0) == pytest.approx(unit(levels), abs=1e-5)


def test_levels_are_those_of_pillow_and_opencv(levels):
    picture = Image.fromarray(levels)
    stretched = np.asarray(ImageOps.autocontrast(picture))
    assert 255 * ra.auto_contrast(unit(levels), 1) == pytest.approx(stretched, abs=1.01)
    equal = np.stack([cv2.equalizeHist(levels[..., c].copy()) for c in range(3)], -1)
    assert 255 * ra.equalize(unit(levels), 1) == pytest.approx(equal, abs=0.51)
    four_bits = np.asarray(ImageOps.posterize(picture, 4))
    assert 255 * ra.posterize(unit(levels), -1) == pytest.approx(four_bits, abs=1e-3)
    inverted = np.where(levels / 255 > 0.6, 255 - levels, levels)
    assert 255 * ra.solarize(unit(levels), 0.4) == pytest.approx(inverted, abs=1e-3)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_factors_are_those_of_pillow(levels, strength):
    picture, factor = Image.fromarray(levels), 1 + 0.9 * strength
    for operation, enhancer, near in (
        (ra.color, ImageEnhance.Color, 2.5),  # Pillow rounds the grey image first
        (ra.brightness, ImageEnhance.Brightness, 1.01),
    ):
        wanted = np.asarray(enhancer(picture).enhance(factor))
        assert 255 * operation(unit(levels), strength) == pytest.approx(wanted, abs=near)
    sharp = np.asarray(ImageEnhance.Sharpness(picture).enhance(factor))[1:-1, 1:-1]
    found = 255 * ra.sharpness(unit(levels), strength)[1:-1, 1:-1]
    assert found == pytest.approx(sharp, abs=2.01)
    mean = unit(levels).mean()
    wanted = np.clip(mean + factor * (unit(levels) - mean), 0, 1)
    assert ra.contrast(unit(levels), strength) == pytest.approx(wanted, abs=1e-5)


def test_movements_move_as_far_as_they_say():
    before = np.zeros((41, 41, 1), np.float32)
    before[20, 10:31] = 1
    middle = before[20, :, 0]
    slanted = ra.shear_x(np.ascontiguousarray(before.transpose(1, 0, 2)), 1.0)[..., 0]
    # A row 10 px above the middle moves by 3 px, one below it the other way.
    assert slanted[10].argmax() - 20 == 20 - slanted[30].argmax() == 3
    assert ra.translate_y(before, 1.0)[38, :, 0] == pytest.approx(0.55 * middle, abs=1e-4)
    shifted = ra.translate_x(before, -0.5)[20, :, 0]  # 9.225 px to the left
    assert shifted[1:22].sum() == pytest.approx(20.775, abs=0.3)
    turned = ra.rotate(before, 1.0)[..., 0]
    rows, columns = np.nonzero(turned > 0.5)
    slope = np.polyfit(columns, rows, 1)[0]
    assert np.rad2deg(np.arctan(-slope)) == pytest.approx(30, abs=1)


def test_an_image_of_one_level_stays_as_it_is():
    flat = np.full((4, 4, 2), 0.3, np.float32)
    for operation in (ra.auto_contrast, ra.equalize):
        assert np.array_equal(operation(flat, 1), flat)


def test_operations_follow_one_another_in_the_datas_units():
    before = np.random.default_rng(1).random((2, 6, 6, 1), np.float32) * 50 - 10
    invert, darker = ra.OPERATIONS.index(ra.solarize), ra.OPERATIONS.index(ra.brightness)
    chosen = np.array([[invert, darker], [0, 0]])
    found = ra.rand_augmented(before, chosen, np.array([[1.0, -1.0], [1.0, 1.0]]), (-10, 40))
    scaled = (before[0] + 10) / 50
    assert found[0] == pytest.approx(50 * 0.1 * (1 - scaled) - 10, abs=1e-3)
    assert found[1] == pytest.approx(before[1], abs=1e-3)
