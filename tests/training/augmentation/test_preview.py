import numpy as np
import pytest

import workbench as wb
from workbench.training.augmentation import Augmentation
from workbench.training.augmentation.preview import variants


def image(shape=(12, 12, 1), dtype="uint8", top=255):
    return (np.random.default_rng(0).random(shape) * top).astype(dtype)


def test_nothing_on_shows_the_image_as_it_is():
    shown = variants(image(), Augmentation())
    assert shown.shape == (9, 12, 12, 1) and shown.dtype == np.uint8
    assert all(np.array_equal(picture, image()) for picture in shown)


def test_variants_differ_and_are_the_same_each_time():
    wanted = Augmentation(rotation=15, noise=0.1)
    shown = variants(image(), wanted, count=6, seed=3)
    assert len({picture.tobytes() for picture in shown}) == 6
    assert np.array_equal(shown, variants(image(), wanted, count=6, seed=3))
    assert not np.array_equal(shown, variants(image(), wanted, count=6, seed=4))


def test_they_are_what_training_would_see():
    from workbench.training.augmentation.augmenter import Augmenter

    wanted = Augmentation(rotation=15, noise=0.1, erasing=1)
    augment = Augmenter(wanted, 9, 3, (0, 255), (12, 12, 3))
    trained = augment.change(np.stack([image((12, 12, 3))] * 9), 0)
    assert np.array_equal(variants(image((12, 12, 3)), wanted, seed=3, crop=9), trained)


def test_mixing_shows_the_other_images():
    black, white = np.zeros((8, 8, 1), np.uint8), np.full((2, 8, 8, 1), 255, np.uint8)
    shown = variants(black, Augmentation(cutmix=1), others=white)
    assert set(np.unique(shown)) == {0, 255}
    assert (variants(black, Augmentation(cutmix=1)) == 0).all(), "alone with itself"


@pytest.mark.parametrize(("dtype", "top"), [("uint8", 255), ("uint16", 65535), ("float32", 1)])
def test_whitened_images_can_be_seen(dtype, top):
    dull = (image((20, 20, 3), "float32", 0.2) + 0.3) * top
    shown = variants(dull.astype(dtype), Augmentation(whitening=True), count=1).astype(float)
    assert shown.mean() == pytest.approx(127.5, abs=1)
    assert shown.std() == pytest.approx(255 / 6, abs=1)


def test_floats_are_shown_within_their_range():
    before = image((6, 6, 1), "float32", 1) - np.float32(0.5)
    shown = variants(before, Augmentation(), range_=(-0.5, 0.5))
    assert shown[0] == pytest.approx(255 * (before + 0.5), abs=0.51)
    flat = np.full((6, 6, 1), 7, np.float32)
    assert variants(flat, Augmentation(noise=0.1)).shape == (9, 6, 6, 1)


def test_large_images_are_made_smaller_first():
    shown = variants(image((300, 1200, 3)), Augmentation(flip="both"), crop=150)
    assert shown.shape == (9, 64, 64, 3)


def test_what_cannot_be_done_is_said():
    with pytest.raises(wb.InvalidValue, match="hue is for images of 3 channels"):
        variants(image(), Augmentation(hue=0.1))
