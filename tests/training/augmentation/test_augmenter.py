"""Everything together: what holds whatever is on."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from workbench.training.augmentation import Augmentation
from workbench.training.augmentation.augmenter import Augmenter, augmenter_for, check_fits

EVERYTHING = Augmentation(
    flip="both", quarter_turns="180", rotation=20, rescale=0.2, shift=0.1, noise=0.1, contrast=0.3,
    brightness=0.1, hue=0.1, saturation=0.2, value=0.2, rand_augment=2, magnitude=7, mixup=0.4,
    cutmix=1, erasing=0.5,
)  # fmt: skip
COLOURLESS = dataclasses.replace(EVERYTHING, hue=0, saturation=0, value=0)
SINGLE = {
    name: Augmentation(**{name: getattr(EVERYTHING, name)})
    for name in (
        "flip", "quarter_turns", "rotation", "rescale", "shift", "noise", "contrast",
        "brightness", "hue", "saturation", "value", "rand_augment", "mixup", "cutmix", "erasing",
    )
}  # fmt: skip


def batch(count, shape, dtype="uint8", low=0, high=255, seed=0):
    random = np.random.default_rng(seed)
    images = (low + (high - low) * random.random((count, *shape))).astype(dtype)
    images.setflags(write=False)
    return images, np.arange(count)


def augmenter(augmentation, shape, crop=0, seed=1, range_=(0, 255)):
    return Augmenter(augmentation, crop, seed, range_, shape)


@pytest.mark.parametrize("name", SINGLE)
def test_each_change_changes_images_by_itself(name):
    images, targets = batch(8, (9, 9, 3))
    found = augmenter(SINGLE[name], (9, 9, 3))(images, targets, 0)
    assert found[0].shape == images.shape and found[0].dtype == np.uint8
    assert not np.array_equal(found[0], images)
    assert len(found) == (4 if name in ("mixup", "cutmix") else 2)
    assert np.array_equal(found[1], targets)


@settings(deadline=None, max_examples=40)
@given(
    counts=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    size=st.tuples(st.integers(2, 60), st.integers(2, 60)),
    channels=st.sampled_from([1, 2, 3, 6]),
    step=st.integers(0, 10_000),
)
def test_what_becomes_of_an_image_follows_from_its_step_and_place(counts, size, channels, step):
    shape = (*size, channels)
    wanted = EVERYTHING if channels == 3 else COLOURLESS
    few, many = sorted(counts)
    images, _ = batch(many, shape)
    change = augmenter(wanted, shape).change
    assert np.array_equal(change(images[:few], step), change(images, step)[:few])


def test_a_large_batch_is_worked_on_in_pieces_that_cannot_be_seen(monkeypatch):
    from workbench.training.augmentation import augmenter as module

    images, targets = batch(20, (12, 12, 3))
    whole = augmenter(EVERYTHING, (12, 12, 3), crop=9)(images, targets, 5)
    monkeypatch.setattr(module, "_PIECE", 1)
    single = augmenter(EVERYTHING, (12, 12, 3), crop=9)(images, targets, 5)
    assert all(np.array_equal(a, b) for a, b in zip(whole, single, strict=True))


def test_steps_and_seeds_differ_and_can_be_repeated_in_any_order():
    images, targets = batch(6, (16, 16, 3))
    first, again = augmenter(EVERYTHING, (16, 16, 3)), augmenter(EVERYTHING, (16, 16, 3))
    forwards = [first(images, targets, step) for step in range(4)]
    backwards = [again(images, targets, step) for step in (3, 2, 1, 0)][::-1]
    for a, b in zip(forwards, backwards, strict=True):
        assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
    pictures = [made[0].tobytes() for made in forwards]
    pictures.append(augmenter(EVERYTHING, (16, 16, 3), seed=2)(images, targets, 0)[0].tobytes())
    assert len(set(pictures)) == 5


def test_a_change_draws_the_same_whatever_else_is_on():
    images, _ = batch(6, (16, 16, 1))
    turned = Augmentation(rotation=20)
    both = Augmentation(rotation=20, brightness=0.2)
    before = augmenter(turned, (16, 16, 1)).change(images, 3)
    added = augmenter(Augmentation(brightness=0.2), (16, 16, 1)).change(np.full_like(images, 99), 3)
    found = augmenter(both, (16, 16, 1)).change(images, 3)
    steps = added.astype(int) - 99
    assert np.array_equal(found, np.clip(before + steps, 0, 255))


@pytest.mark.parametrize("channels", [1, 3, 8])
@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [("uint8", 10, 90), ("uint16", 0, 65535), ("uint16", 100, 4095), ("float32", -3, 5)],
)
def test_depth_and_range_of_the_data_are_kept(channels, dtype, low, high):
    images, targets = batch(16, (14, 14, channels), dtype, low, high)
    wanted = EVERYTHING if channels == 3 else COLOURLESS
    augment = augmenter(wanted, (14, 14, channels), crop=11, range_=(low, high))
    found, same, other, share = augment(images, targets, 0)
    assert found.dtype == dtype and found.shape == (16, 11, 11, channels) == (16, *augment.shape)
    assert found.min() >= low and found.max() <= high
    assert found.min() < low + 0.1 * (high - low) and found.max() > high - 0.1 * (high - low)
    assert np.array_equal(same, targets) and np.array_equal(other, np.roll(targets, 1))
    assert share.dtype == np.float32 and (share >= 0).all() and (share <= 1).all()


def test_noise_is_in_the_units_of_the_data():
    for dtype, low, high in (("uint8", 0, 255), ("uint16", 0, 4000), ("float32", -1, 1)):
        images = np.full((4, 50, 50, 1), (low + high) / 2, dtype)
        augment = augmenter(Augmentation(noise=0.1), (50, 50, 1), range_=(low, high))
        found = augment.change(images, 0).astype(float)
        assert found.std() == pytest.approx(0.1 * (high - low), rel=0.05)


def test_a_crop_is_cut_at_random_from_anywhere():
    images = np.arange(6 * 9, dtype=np.uint8).reshape(1, 6, 9, 1).repeat(200, axis=0)
    augment = augmenter(Augmentation(), (6, 9, 1), crop=4)
    found = augment.change(images, 0)
    corners = {(int(value) // 9, int(value) % 9) for value in found[:, 0, 0, 0]}
    assert corners == {(row, column) for row in range(3) for column in range(6)}
    for image in found:
        row, column = divmod(int(image[0, 0, 0]), 9)
        assert np.array_equal(image, images[0, row : row + 4, column : column + 4])


@pytest.mark.parametrize(
    ("turns", "kinds"), [("90", {0, 1, 3}), ("180", {0, 2}), ("all", {0, 1, 2, 3})]
)
def test_quarter_turns_are_those_that_were_asked_for(turns, kinds):
    image = np.arange(25, dtype=np.uint8).reshape(5, 5, 1)
    found = augmenter(Augmentation(quarter_turns=turns), (5, 5, 1)).change(
        np.stack([image] * 60), 0
    )
    corners = {int(np.rot90(image, turn)[0, 0, 0]): turn for turn in range(4)}
    assert {corners[int(made[0, 0, 0])] for made in found} == kinds


def test_a_batch_of_one_is_mixed_with_itself():
    images, targets = batch(1, (5, 5, 3))
    found, target, other, share = augmenter(Augmentation(mixup=1), (5, 5, 3))(images, targets, 0)
    assert np.array_equal(found, images) and target == other == [0] and 0 <= share[0] <= 1


@pytest.mark.parametrize(
    ("change", "crop", "shape", "message"),
    [
        ({"hue": 0.1}, 0, (8, 8, 1), "hue is for images of 3 channels, these have 1; set it to 0"),
        ({"value": 0.1}, 0, (8, 8, 4), "augmentation.value is for images of 3 channels"),
        ({"quarter_turns": "90"}, 0, (8, 9, 1), "needs square images, the images are 9×8; take"),
        ({"quarter_turns": "all"}, 0, (9, 8, 3), "take 180 or none, or set crop"),
        ({}, 9, (8, 12, 1), "crop must be at most 8 px: the images are 12×8"),
    ],
)
def test_what_does_not_fit_the_images_is_said(change, crop, shape, message):
    with pytest.raises(wb.InvalidValue, match=message):
        check_fits(Augmentation(**change), crop, shape)
    with pytest.raises(wb.InvalidValue, match=message):
        augmenter(Augmentation(**change), shape, crop)
    check_fits(Augmentation(quarter_turns="180"), 0, (8, 9, 1))
    check_fits(Augmentation(quarter_turns="all"), 8, (8, 9, 1))


def test_a_run_without_any_has_no_augmenter(digits):
    config = wb.TrainConfig(dataset=digits.id, seed=4)
    assert augmenter_for(config, digits) is None
    whitened = dataclasses.replace(config, augmentation=Augmentation(whitening=True))
    assert augmenter_for(whitened, digits) is None, "whitening is the model's"
    assert augmenter_for(dataclasses.replace(config, crop=24), digits).shape == (24, 24, 1)
    flipped = augmenter_for(dataclasses.replace(config, augmentation=SINGLE["flip"]), digits)
    images, targets = digits.splits["train"].images[:5], np.arange(5)
    direct = augmenter(SINGLE["flip"], digits.image.shape, seed=4, range_=digits.range)
    assert np.array_equal(flipped(images, targets, 7)[0], direct(images, targets, 7)[0])
