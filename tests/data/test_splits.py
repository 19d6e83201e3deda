import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.splits import split_class


@given(st.integers(1, 500), st.floats(0, 99), st.floats(0, 99), st.integers(0, 9))
def test_every_image_is_in_one_split_and_one_at_least_trains(count, validation, test, seed):
    parts = split_class(count, validation, min(test, 99 - validation), seed, label=3)
    together = np.concatenate(list(parts.values()))
    assert sorted(together) == list(range(count))
    assert len(parts["train"]) >= 1


def test_shares_are_rounded():
    parts = split_class(30, 25, 10, seed=0, label=0)
    assert {name: len(part) for name, part in parts.items()} == {"val": 8, "test": 3, "train": 19}


def test_classes_are_drawn_independently():
    first, second = (split_class(50, 50, 0, 0, label)["val"] for label in (0, 1))
    assert not np.array_equal(first, second)
