"""The image that a record was made of, through versions of datasets; and numbers as pictures."""

import shutil

import numpy as np
import pytest
from PIL import Image

import workbench as wb
from workbench.data.images.visible import visible
from workbench.data.original import original
from workbench.errors import DataError


@pytest.fixture
def photos(tmp_path):
    random = np.random.default_rng(0)
    for label in "ab":
        (tmp_path / "in" / label).mkdir(parents=True)
        for number in range(5):
            pixels = random.integers(0, 256, (60, 90, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "in" / label / f"{number}.png")
    return tmp_path / "in"


def make(name, source, side=16):
    image = wb.ImageFormat(width=side, height=side)
    return wb.create_dataset(name, source, image=image, runner="synchronous")


def pixels_of(path):
    return np.asarray(Image.open(path))


def test_the_original_of_a_record_of_a_folder(photos):
    ds = make("photos", wb.ImageFolder(photos, validation_percent=20))
    for row in (0, 7):
        assert np.array_equal(original(ds, row), pixels_of(ds.table.names[row]))
    small = original(ds, 3, most_side=45)
    assert small.shape == (30, 45, 3)


@pytest.mark.parametrize("side", [16, 8])
def test_the_original_of_a_version_is_that_of_its_parent(photos, side):
    ds = make("photos", wb.ImageFolder(photos, validation_percent=20))
    second = make("second", wb.FromDatasets((ds.id,), exclude=((0, 0), (0, 6))), side)
    third = make("third", wb.FromDatasets((second.id,), exclude=((0, 2),)), side)
    kept = [row for row in range(10) if row not in (0, 6)]
    del kept[2]
    for row, parent in enumerate(kept):
        assert np.array_equal(original(third, row), original(ds, parent))


def test_an_original_that_is_gone_says_so(photos):
    ds = make("photos", wb.ImageFolder(photos, validation_percent=20))
    shutil.rmtree(photos)
    with pytest.raises(DataError, match="the file is gone"):
        original(ds, 0)


def test_opacity_is_laid_on_the_background(tmp_path):
    for label in "ab":
        (tmp_path / label).mkdir()
        for number in range(2):
            Image.new("RGBA", (9 + number, 9), (255, 0, 0, 0)).save(
                tmp_path / label / f"{number}.png"
            )
    ds = make("clear", wb.ImageFolder(tmp_path, validation_percent=0))
    assert (original(ds, 0) == 255).all()
    assert original(ds, 0).shape == (9, 9, 3)


def test_sixteen_bits_are_shown_by_their_upper_eight():
    assert visible(np.array([[[0], [257], [65535]]], np.uint16)).ravel().tolist() == [0, 1, 255]


def test_floats_are_shown_by_their_range():
    pixels = np.array([[[-1.0], [0.0], [1.0]]], np.float32)
    assert visible(pixels).ravel().tolist() == [0, 128, 255]
    assert visible(pixels, (0.0, 2.0)).ravel().tolist() == [0, 0, 128]
    assert visible(np.array([[[0.5]]])).ravel().tolist() == [128]
    assert visible(np.array([[[200.0]]])).ravel().tolist() == [200]


@pytest.mark.parametrize(
    ("channels", "shown"),
    [(1, [0]), (2, [0, 1, 0]), (3, [0, 1, 2]), (4, [0, 1, 2]), (64, [0, 1, 2])],
)
def test_channels_become_grey_or_colour(channels, shown):
    pixels = np.arange(channels, dtype=np.uint8).reshape(1, 1, channels)
    found = visible(pixels).ravel().tolist()
    assert found == shown if channels != 2 else found == [0, 1, 0]
