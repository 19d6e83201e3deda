import numpy as np
import pytest
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


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 30)), min_size=1, max_size=200),
    st.floats(0, 99),
    st.floats(0, 99),
    st.integers(0, 9),
)
def test_units_of_several_classes_leave_every_class_an_image_to_train_on(
    rows, validation, test, seed
):
    labels, units = np.array(rows).T
    codes = divide(labels, units, (validation, min(test, 99 - validation)), seed)
    assert {int(label) for label in labels[codes == TRAIN]} == set(labels.tolist())
    assert all(len(set(codes[units == unit])) == 1 for unit in np.unique(units))


@pytest.mark.parametrize("seed", range(5))
def test_every_class_has_its_share_where_units_have_several(seed):
    random = np.random.default_rng(seed)
    # Forty patients with 5 to 15 images each, each patient mostly of one of three classes.
    units = np.repeat(np.arange(40), random.integers(5, 16, 40))
    odds = random.dirichlet([0.5, 0.5, 0.5], 40)
    labels = np.array([random.choice(3, p=odds[unit]) for unit in units])
    codes = divide(labels, units, (25, 15), seed)
    for label in range(3):
        counts = np.bincount(codes[labels == label], minlength=4)[1:]
        assert np.allclose(counts / counts.sum(), (0.6, 0.25, 0.15), atol=0.05)


def test_how_units_of_several_classes_are_numbered_does_not_matter():
    random = np.random.default_rng(0)
    labels, units = random.integers(0, 3, 200), random.integers(0, 40, 200)
    renumbered = random.permutation(40)[units]
    codes = divide(labels, units, (25, 15), 1)
    assert np.array_equal(codes, divide(labels, renumbered, (25, 15), 1))
    assert not np.array_equal(codes, divide(labels, units, (25, 15), 2))


def test_what_units_of_several_classes_leave_comes_of_the_others():
    labels, units = np.zeros(100, int), np.arange(100)
    labels[90:], units[80:] = 1, 80
    codes = divide(labels, units, (25, 0), 0)
    assert len(set(codes[80:])) == 1
    assert np.bincount(codes[:90], minlength=4)[VAL] == 22


def test_units_of_one_class_are_divided_as_ever():
    labels = np.repeat([0, 1], 30)
    units = np.repeat(np.arange(30), 2)
    alone_codes = divide(labels, alone(60), (25, 10), 3)
    assert np.flatnonzero(alone_codes == VAL).tolist() == [
        4, 8, 10, 14, 20, 21, 23, 26, 30, 32, 34, 37, 43, 45, 55, 59,
    ]  # fmt: skip
    assert np.flatnonzero(divide(labels, units, (25, 10), 3) == TEST).tolist() == [
        16, 17, 24, 25, 40, 41, 48, 49,
    ]  # fmt: skip
