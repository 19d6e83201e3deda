"""Movements against plain NumPy: what a pixel is follows from where it comes from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.training.augmentation.geometry import cut, mirrored, moved, moves, turned

KINDS = [("uint8", 1), ("uint8", 3), ("uint16", 2), ("float32", 1), ("float32", 5), ("uint16", 64)]


def images(dtype, channels, size=(9, 12), count=3):
    """Smooth, so that a thirty-second of a pixel is little."""
    y, x = np.mgrid[: size[0], : size[1]]
    waves = [np.sin(x / 3 + k) + np.cos(y / 4 - k) for k in range(channels * count)]
    unit = (np.stack(waves, -1) + 2) / 4
    top = 1 if dtype == "float32" else np.iinfo(dtype).max
    made = (unit * top).reshape(*size, count, channels).transpose(2, 0, 1, 3).astype(dtype)
    made.setflags(write=False)  # as those of a memory-mapped store are
    return made


def bilinear(image, angle, scale, shift):
    """Where each pixel of the result comes from, and what lies there between four pixels."""
    height, width, _ = image.shape
    y, x = np.mgrid[:height, :width].astype(float)
    x -= (width - 1) / 2 + shift[0] * width
    y -= (height - 1) / 2 + shift[1] * height
    turn = np.deg2rad(angle)
    from_x = (np.cos(turn) * x - np.sin(turn) * y) / scale + (width - 1) / 2
    from_y = (np.sin(turn) * x + np.cos(turn) * y) / scale + (height - 1) / 2
    left, top = np.floor(from_x), np.floor(from_y)
    right, below = from_x - left, from_y - top

    def at(rows, columns):
        rows = np.clip(rows, 0, height - 1).astype(int)
        columns = np.clip(columns, 0, width - 1).astype(int)
        return image[rows, columns].astype(float)

    return (
        at(top, left) * ((1 - below) * (1 - right))[..., None]
        + at(top, left + 1) * ((1 - below) * right)[..., None]
        + at(top + 1, left) * (below * (1 - right))[..., None]
        + at(top + 1, left + 1) * (below * right)[..., None]
    )


@pytest.mark.parametrize(("dtype", "channels"), KINDS)
def test_one_interpolation_rotates_scales_and_shifts(dtype, channels):
    before = images(dtype, channels)
    angles, scales = np.array([0.0, 17, -120]), np.array([1.3, 0.8, 1])
    shifts = np.array([[0.1, -0.2], [0.0, 0.05], [-0.3, 0]])
    found = moved(before, moves(angles, scales, shifts, before.shape[1:3]))
    assert found.dtype == before.dtype and found.shape == before.shape
    top = 1 if dtype == "float32" else np.iinfo(dtype).max
    # Images of 1, 3 and 4 channels are interpolated exactly, others to 1/32 px.
    near = (0.001 if channels in (1, 3) else 0.02) * top + (0.5 if dtype != "float32" else 0)
    for i in range(len(before)):
        wanted = bilinear(before[i], angles[i], scales[i], shifts[i])
        assert np.abs(found[i] - wanted).max() <= near
        assert np.abs(before[i] - wanted).max() > 10 * near / 2, "it moves at all"


def test_angles_are_counterclockwise_and_shifts_to_the_right_and_down():
    before = images("float32", 1, (8, 8), count=1)
    none = np.zeros((1, 2))
    quarter = moved(before, moves(np.array([90.0]), np.ones(1), none, (8, 8)))
    assert quarter[0] == pytest.approx(np.rot90(before[0]), abs=1e-5)
    shift = np.array([[2 / 8, 1 / 8]])
    shifted = moved(before, moves(np.zeros(1), np.ones(1), shift, (8, 8)))
    assert shifted[0, 1:, 2:] == pytest.approx(before[0, :-1, :-2], abs=1e-5)
    assert (shifted[0, :, :2] == shifted[0, :, 2:3]).all(), "the border repeats itself"


def test_no_movement_leaves_the_pixels():
    for dtype, channels in KINDS:
        before = images(dtype, channels)
        still = moves(np.zeros(3), np.ones(3), np.zeros((3, 2)), before.shape[1:3])
        assert np.array_equal(moved(before, still), before)


@settings(deadline=None, max_examples=40)
@given(
    kind=st.sampled_from(KINDS),
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    chance=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=5),
)
def test_mirroring_is_numpys_and_undoes_itself(kind, size, chance):
    before = images(*kind, size=size, count=len(chance))
    horizontal, vertical = np.array(chance).T
    found = mirrored(before, horizontal, vertical)
    for i, (across, down) in enumerate(chance):
        wanted = before[i][:, ::-1] if across else before[i]
        assert np.array_equal(found[i], wanted[::-1] if down else wanted)
    assert np.array_equal(mirrored(found, horizontal, vertical), before)


@pytest.mark.parametrize(("dtype", "channels"), KINDS)
def test_turning_is_numpys(dtype, channels):
    before = images(dtype, channels, (7, 7), count=4)
    turns = np.arange(4)
    found = turned(before, turns)
    assert all(np.array_equal(found[i], np.rot90(before[i], i)) for i in range(4))
    assert np.array_equal(turned(found, -turns), before)
    oblong = images(dtype, channels, (4, 6), count=1)
    assert np.array_equal(turned(oblong, np.array([2])), oblong[:, ::-1, ::-1])


def test_cutting_takes_the_square_that_begins_there():
    before = images("uint8", 3)
    corners = np.array([[0, 0], [4, 7], [2, 3]])
    found = cut(before, corners, 5)
    assert found.shape == (3, 5, 5, 3)
    for i, (top, left) in enumerate(corners):
        assert np.array_equal(found[i], before[i, top : top + 5, left : left + 5])
