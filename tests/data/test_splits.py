import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.splits import CODES, divide, drawn

TRAIN, VAL, TEST = CODES["train"], CODES["val"], CODES["test"]


def alone(count):
    return np.arange(count)


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=300),
    st.floats(0, 99),
    st.floats(0, 99),
    st.integers(0, 9),
)
def test_every_class_keeps_an_image_to_train_on(labels, validation, test, seed):
    labels = np.array(labels)
    codes = divide(labels, alone(len(labels)), (validation, min(test, 99 - validation)), seed)
    assert set(codes) <= {TRAIN, VAL, TEST}
    assert {int(label) for label in labels[codes == TRAIN]} == set(labels.tolist())


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), min_size=1, max_size=200),
    st.floats(0, 60),
    st.integers(0, 9),
)
def test_a_unit_is_never_divided(rows, validation, seed):
    labels, units = np.array(rows).T
    codes = divide(labels, units, (validation, 20), seed)
    for unit in np.unique(units):
        assert len(set(codes[units == unit])) == 1


def test_shares_are_rounded():
    codes = divide(np.zeros(30, int), alone(30), (25, 10), seed=0)
    assert np.bincount(codes, minlength=4).tolist() == [0, 19, 8, 3]


def test_units_of_several_images_fill_the_shares_exactly_where_they_can():
    units = np.repeat(np.arange(60), [1] * 40 + [3] * 20)
    codes = divide(np.zeros(100, int), units, (25, 15), seed=3)
    assert np.bincount(codes, minlength=4).tolist() == [0, 60, 25, 15]


def test_how_units_are_numbered_does_not_matter():
    labels, units = np.repeat([0, 1], 50), np.repeat(np.arange(20), 5)
    renumbered = np.random.default_rng(0).permutation(20)[units]
    assert np.array_equal(divide(labels, units, (30, 0), 1), divide(labels, renumbered, (30, 0), 1))


def test_classes_and_seeds_are_drawn_independently():
    labels = np.repeat([0, 1], 50)
    codes = divide(labels, alone(100), (50, 0), seed=0)
    assert not np.array_equal(codes[:50], codes[50:])
    assert not np.array_equal(codes, divide(labels, alone(100), (50, 0), seed=1))


def test_a_limit_draws_that_many():
    assert drawn(5, None, 0, 0).tolist() == [0, 1, 2, 3, 4]
    some = drawn(100, 10, 0, 0)
    assert len(set(some.tolist())) == 10
    assert some.tolist() == sorted(some)
    assert not np.array_equal(some, drawn(100, 10, 0, 1))
