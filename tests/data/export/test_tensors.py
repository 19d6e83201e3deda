import numpy as np
import pytest

from workbench.data.export import to_tf_data
from workbench.errors import InvalidValue, NotFound


def gathered(data):
    images, targets = zip(*data.as_numpy_iterator(), strict=True)
    return images, targets


def test_one_by_one_in_order(dataset):
    data = to_tf_data(dataset, "train")
    assert data.element_spec[0].shape == (5, 6, 3)
    images, targets = gathered(data)
    assert np.array_equal(np.stack(images), dataset.splits["train"].images)
    assert images[0].dtype == np.uint8
    assert [int(target) for target in targets] == dataset.splits["train"].targets.tolist()


def test_batches_with_the_rest(dataset):
    data = to_tf_data(dataset, "train", batch_size=3)
    assert data.element_spec[0].shape.as_list() == [None, 5, 6, 3]
    images, targets = gathered(data)
    assert [len(batch) for batch in images] == [3, 3, 1]
    assert np.array_equal(np.concatenate(images), dataset.splits["train"].images)
    assert np.concatenate(targets).dtype == np.int64


def test_shuffling_keeps_pairs_and_repeats_by_its_seed(make):
    dataset = make(counts=(50, 0, 0))
    train = dataset.splits["train"]
    train.images[:, 0, 0, 0] = np.arange(50)

    def order(seed):
        images, targets = gathered(to_tf_data(dataset, "train", 8, shuffle=True, seed=seed))
        places = np.concatenate(images)[:, 0, 0, 0]
        assert np.array_equal(np.concatenate(targets), train.targets[places])
        return places.tolist()

    assert sorted(order(1)) == list(range(50))
    assert order(1) == order(1) != order(2)


def test_wrong_arguments(dataset):
    with pytest.raises(NotFound, match="has no split 'dev'; it has train, val, test"):
        to_tf_data(dataset, "dev")
    with pytest.raises(InvalidValue, match="batch_size must be at least 1"):
        to_tf_data(dataset, "train", 0)
