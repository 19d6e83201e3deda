import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
