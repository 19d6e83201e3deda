"""The preview of augmentation: what it shows as settings change, and how fast."""

import threading
import time

import ipywidgets
import numpy as np
import pytest

from workbench.panels.augmentation_preview import AugmentationPreview, preview_images
from workbench.panels.view import close_tree, note
from workbench.training.augmentation import Augmentation
from workbench.training.augmentation.preview import variants

TYPICAL = Augmentation(
    flip="horizontal", rotation=10, rescale=0.1, shift=0.05, contrast=0.2, noise=0.05
)


class Page:
    """What the preview needs of a page."""

    def __init__(self):
        self.lock, self.error = threading.RLock(), note(tone="error")


@pytest.fixture
def preview():
    before = set(ipywidgets.widgets.widget._instances)
    page = Page()
    made = AugmentationPreview(page)
    yield made
    assert page.error.data["text"] == ""
    close_tree(made)
    close_tree(page.error)
    assert not set(ipywidgets.widgets.widget._instances) - before


@pytest.fixture
def images():
    return (np.random.default_rng(0).random((5, 10, 12, 3)) * 255).astype(np.uint8)


def pictures(preview):
    shape = (preview.data["count"], *preview.data["shape"])
    return np.frombuffer(preview.blob, np.uint8).reshape(shape)


def press_next(preview):
    preview._receive(preview, {"event": "next"}, [])


def test_it_begins_without_pictures(preview):
    assert preview.data["text"].startswith("Choose a dataset") and preview.data["count"] == 0
    press_next(preview)
    assert preview.data["count"] == 0 and not preview.blob


def test_it_shows_nine_variants_that_follow_the_settings(preview, images):
    preview.show(images, Augmentation())
    assert preview.data["text"] == "Image 1 of 5, as it is: no change is on"
    assert np.array_equal(pictures(preview), np.stack([images[0]] * 9))
    shown = [preview.blob]
    for noise in (0.1, 0.2, 0.1):
        wanted = Augmentation(noise=noise)
        preview.show(images, wanted, range_=(0, 255))
        assert np.array_equal(pictures(preview), variants(images[0], wanted, range_=(0, 255)))
        shown.append(preview.blob)
    assert preview.data["text"] == "Image 1 of 5, as training may see it"
    assert len(set(shown)) == 3 and shown[1] == shown[3]
    preview.show(images, Augmentation(whitening=True))
    assert preview.data["text"] == "Image 1 of 5, whitened; nothing is left to chance"


def test_the_button_goes_through_the_images(preview, images):
    preview.show(images, Augmentation())
    for number in (1, 2, 3, 4, 0):
        assert preview.data["more"]
        press_next(preview)
        assert preview.data["text"].startswith(f"Image {number + 1} of 5")
        assert np.array_equal(pictures(preview)[8], images[number])
    press_next(preview)
    preview.show(images, Augmentation(flip="both"))
    assert preview.data["text"].startswith("Image 2 of 5"), "a slider does not change the image"
    preview.show(images[:1], Augmentation())
    assert preview.data["text"].startswith("Image 1 of 1") and not preview.data["more"]


def test_images_are_mixed_with_each_other(preview):
    images = np.zeros((3, 8, 8, 1), np.uint8)
    images[1:] = 255
    preview.show(images, Augmentation(cutmix=1))
    assert set(np.unique(pictures(preview))) == {0, 255}


def test_a_crop_is_shown(preview, images):
    preview.show(images, Augmentation(), crop=7)
    assert pictures(preview).shape == (9, 7, 7, 3)
    assert preview.data["text"] == "Image 1 of 5, as training may see it"


def test_what_cannot_be_done_is_said_below_the_last_pictures(preview, images):
    grey = images[..., :1].copy()
    preview.show(grey, Augmentation())
    before = preview.blob
    preview.show(grey, Augmentation(hue=0.1))
    assert preview.data["error"] and "hue is for images of 3 channels" in preview.data["text"]
    assert preview.blob == before and preview.data["count"] == 9
    preview.show(images, Augmentation(hue=0.1))
    assert not preview.data["error"]
    preview.show(grey, Augmentation(hue=0.1))
    assert preview.data["error"] and not preview.blob, "not those of other images"
    preview.show(images[:0], Augmentation())
    assert preview.data["text"] == "There is no image to show it on." and not preview.blob


@pytest.mark.parametrize(("side", "channels", "most"), [(28, 1, 0.1), (224, 3, 0.25)])
def test_it_answers_while_a_slider_is_dragged(preview, side, channels, most):
    images = np.random.default_rng(0).integers(0, 256, (32, side, side, channels), np.uint8)
    preview.show(images, TYPICAL)  # loads what is needed
    taken = []
    for noise in (0.01, 0.02, 0.03):
        start = time.perf_counter()
        preview.show(images, Augmentation(rotation=10, noise=noise, contrast=0.2, mixup=0.2))
        taken.append(time.perf_counter() - start)
    assert min(taken) < most


def test_images_of_a_dataset_are_spread_over_it(digits):
    images, range_ = preview_images(digits)
    assert images.shape == (32, 28, 28, 1) and range_ == digits.range
    split = digits.splits["train"].images
    assert np.array_equal(images[0], split[0]) and np.array_equal(images[-1], split[len(split) - 1])
    assert len({image.tobytes() for image in images}) > 25
