import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.training.augmentation.boxes import (
    cutmix_boxes,
    erased,
    erasing_boxes,
    kept,
    pasted,
)
from workbench.training.augmentation.draws import TABLE, table

sizes = st.tuples(st.integers(1, 40), st.integers(1, 40))


def numbers(count, width, seed):
    return np.random.default_rng(seed).random((count, width))


@given(size=sizes, seed=st.integers(0, 1000))
def test_what_is_erased_lies_within_the_image(size, seed):
    boxes = erasing_boxes(numbers(20, 5, seed), 1.0, size)
    top, left, height, width = boxes.T
    assert (height >= 1).all() and (width >= 1).all() and (top >= 0).all() and (left >= 0).all()
    assert (top + height <= size[0]).all() and (left + width <= size[1]).all()


def test_erasing_is_as_large_and_as_frequent_as_the_paper_says():
    boxes = erasing_boxes(numbers(4000, 5, 0), 0.25, (200, 200))
    erased_ones = boxes[boxes[:, 2] > 0]
    assert len(erased_ones) / 4000 == pytest.approx(0.25, abs=0.02)
    area = erased_ones[:, 2] * erased_ones[:, 3] / 200**2
    ratio = erased_ones[:, 3] / erased_ones[:, 2]
    assert area.min() > 0.019 and area.max() < 0.41 and area.mean() == pytest.approx(0.2, abs=0.02)
    assert ratio.min() > 1 / 3.4 and ratio.max() < 3.4
    assert np.median(ratio) == pytest.approx(1, abs=0.1), "as often upright as lying"


@given(size=sizes, seed=st.integers(0, 1000), share=st.floats(0, 1))
def test_the_share_kept_is_what_lies_outside_exactly(size, seed, share):
    boxes = cutmix_boxes(numbers(9, 2, seed), np.full(9, share), size)
    shares = kept(boxes, size)
    assert shares.dtype == np.float32
    for (top, left, height, width), found in zip(boxes, shares, strict=True):
        inside = np.zeros(size, bool)
        inside[top : top + height, left : left + width] = True
        assert inside.sum() == height * width, "it lies within the image"
        assert found == np.float32((~inside).sum() / inside.size)


def test_cutmix_takes_what_the_share_leaves_where_nothing_juts_out():
    middle = np.full((1, 2), 0.5)
    assert cutmix_boxes(middle, np.array([0.75]), (8, 12)).tolist() == [[2, 3, 4, 6]]
    assert kept(np.array([[2, 3, 4, 6]]), (8, 12)) == [0.75]
    assert kept(cutmix_boxes(middle, np.array([1.0]), (8, 12)), (8, 12)) == [1]
    assert kept(cutmix_boxes(middle, np.array([0.0]), (8, 12)), (8, 12)) == [0]
    corner = cutmix_boxes(np.zeros((1, 2)), np.array([0.75]), (8, 12))
    assert corner.tolist() == [[0, 0, 2, 3]], "half of each side is cut off"


@settings(deadline=None)
@given(channels=st.integers(1, 5), seed=st.integers(0, 100))
def test_only_the_rectangle_changes(channels, seed):
    before = np.full((6, 8, 9, channels), 50, np.float32)
    before.setflags(write=False)
    boxes = erasing_boxes(numbers(6, 5, seed), 0.7, (8, 9))
    starts = np.array([0, 1, 2, TABLE - 3, TABLE - 1, 7])
    found = erased(before, boxes, starts, (-4, 6))
    for image, (top, left, height, width), start in zip(found, boxes, starts, strict=True):
        place = image[top : top + height, left : left + width]
        wanted = table("uniform")[(start + np.arange(place.size)) % TABLE] * 10 - 4
        assert place.ravel() == pytest.approx(wanted, abs=1e-5)
        outside = np.ones((8, 9), bool)
        outside[top : top + height, left : left + width] = False
        assert (image[outside] == 50).all()


def test_pasting_takes_the_others_rectangle():
    images, others = np.zeros((2, 6, 7, 3), np.uint16), np.full((2, 6, 7, 3), 9, np.uint16)
    found = pasted(images, others, np.array([[1, 2, 3, 4], [0, 0, 0, 0]]))
    assert (found[0, 1:4, 2:6] == 9).all() and (found[0] == 9).sum() == 3 * 4 * 3
    assert (found[1] == 0).all() and (images == 0).all()
