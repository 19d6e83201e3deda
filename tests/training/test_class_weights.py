import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workbench.training.class_weights import balanced_weights


def test_a_rare_class_weighs_more():
    weights = balanced_weights(np.array([30, 10]))
    assert weights.tolist() == [40 / (2 * 30), 40 / (2 * 10)]


def test_a_class_without_images_changes_nothing():
    weights = balanced_weights(np.array([30, 0, 10]))
    assert weights.tolist() == [40 / (2 * 30), 1.0, 40 / (2 * 10)]
    assert balanced_weights(np.zeros(3)).tolist() == [1.0, 1.0, 1.0]


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=50).filter(sum))
def test_all_classes_count_the_same_and_the_mean_over_images_is_one(counts):
    counts = np.array(counts)
    weights = balanced_weights(counts)
    assert np.isclose((weights * counts).sum() / counts.sum(), 1)
    shares = (weights * counts)[counts > 0]
    assert np.allclose(shares, shares[0])
