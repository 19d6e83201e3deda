import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.training.augmentation import Augmentation
from workbench.training.augmentation.augmenter import Augmenter
from workbench.training.pipeline import Order, sequential_batches, training_batches


@given(count=st.integers(1, 200), size=st.integers(1, 64), seed=st.integers(0, 2**31 - 1))
def test_an_epoch_takes_every_image_once(count, size, seed):
    order = Order(count, size, seed)
    steps = range(order.steps_per_epoch)
    first = np.concatenate([order[step] for step in steps])
    second = np.concatenate([order[step + order.steps_per_epoch] for step in steps])
    assert np.array_equal(np.sort(first), np.arange(count))
    assert np.array_equal(np.sort(second), np.arange(count))


def test_the_order_follows_from_the_seed_alone():
    forward, backward = Order(100, 7, seed=3), Order(100, 7, seed=3)
    wanted = [forward[step].tolist() for step in range(60)]
    assert [backward[step].tolist() for step in reversed(range(60))] == wanted[::-1]
    assert Order(100, 7, seed=4)[0].tolist() != wanted[0]
    assert wanted[0] != wanted[forward.steps_per_epoch], "each epoch is shuffled anew"


@pytest.fixture
def records():
    images = np.arange(23 * 4, dtype=np.uint8).reshape(23, 2, 2, 1)
    return images, np.arange(23, dtype=np.int64)


def collected(dataset):
    return [(x.numpy(), y.numpy()) for x, y in dataset]


def test_starting_in_the_middle_gives_what_would_have_come(records):
    order = Order(23, 4, seed=1)
    whole = collected(training_batches(*records, order, 0, 15))
    rest = collected(training_batches(*records, order, 7, 15))
    for (x, y), (x_rest, y_rest) in zip(whole[7:], rest, strict=True):
        assert np.array_equal(x, x_rest) and np.array_equal(y, y_rest)
        assert np.array_equal(x, records[0][y]), "image and target stay together"


def test_validation_takes_the_stored_order(records):
    batches = collected(sequential_batches(*records, batch_size=10))
    assert [len(y) for _, y in batches] == [10, 10, 3]
    assert np.concatenate([y for _, y in batches]).tolist() == list(range(23))


def augmenter(crop=0, **wanted):
    return Augmenter(Augmentation(**wanted), crop, 5, (0, 91), (2, 2, 1))


def test_augmented_batches_are_those_of_their_steps_wherever_they_start(records):
    order, augment = Order(23, 4, seed=1), augmenter(flip="both", noise=0.1, cutmix=1)
    whole = list(training_batches(*records, order, 0, 12, augment).as_numpy_iterator())
    rest = list(training_batches(*records, order, 7, 12, augment).as_numpy_iterator())
    for step, (came, again) in enumerate(zip(whole[7:], rest, strict=True), start=7):
        chosen = order[step]
        wanted = augment(records[0][chosen], records[1][chosen], step)
        assert len(came) == 4
        for x, y, z in zip(came, again, wanted, strict=True):
            assert np.array_equal(x, y) and np.array_equal(x, z)


def test_shapes_are_known_but_for_the_batch(records):
    images, targets = records
    order = Order(23, 4, seed=1)

    def spec(augment):
        batches = training_batches(images, targets, order, 0, 3, augment)
        return [(tuple(part.shape), part.dtype.name) for part in batches.element_spec]

    plain = [((None, 2, 2, 1), "uint8"), ((None,), "int64")]
    assert spec(None) == plain == spec(augmenter(flip="both"))
    assert spec(augmenter(crop=1)) == [((None, 1, 1, 1), "uint8"), plain[1]]
    assert spec(augmenter(mixup=1)) == [*plain, plain[1], ((None,), "float32")]


def test_an_augmented_epoch_takes_every_image_once(records):
    order = Order(23, 4, seed=1)
    batches = training_batches(*records, order, 0, 6, augmenter(flip="horizontal"))
    seen = np.concatenate([y for _, y in batches.as_numpy_iterator()])
    assert np.array_equal(np.sort(seen), np.arange(23))
