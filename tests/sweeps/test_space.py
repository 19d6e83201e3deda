import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidValue
from workbench.sweeps import Range, space


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"low": 1, "high": 1}, "a range must rise, got 1 to 1"),
        ({"low": 0, "high": 1, "log": True}, "a log range must begin above 0, got 0"),
        ({"low": 0.5, "high": 2, "whole": True}, "the ends must be whole numbers, got 0.5 to 2"),
        ({"low": 0.1, "high": 0.1 + 1e-16}, "a range must be wider, got 0.1 to 0.1"),
        ({"low": math.nan, "high": 2}, "the range's low end must be"),
    ],
)
def test_a_range_that_is_none_is_refused(fields, sentence):
    with pytest.raises(InvalidValue, match=sentence):
        Range(**fields)


def test_a_log_range_gives_each_order_of_magnitude_its_share():
    chance, drawn = Random(1), []
    for _ in range(3000):
        drawn.append(Range(1e-4, 1e-1, log=True).draw(chance))
    for low in (1e-4, 1e-3, 1e-2):
        share = sum(low <= value < 10 * low for value in drawn) / len(drawn)
        assert abs(share - 1 / 3) < 0.03


def test_a_whole_range_reaches_both_its_ends():
    chance = Random(2)
    for log in (False, True):
        drawn = [Range(1, 4, log=log, whole=True).draw(chance) for _ in range(500)]
        assert set(drawn) == {1, 2, 3, 4}
        assert all(type(value) is int for value in drawn)


def test_a_grid_has_every_combination_the_last_field_changing_fastest():
    found = list(space.grid({"a": (1, 2), "b": ("x", "y")}))
    assert found == [
        {"a": 1, "b": "x"}, {"a": 1, "b": "y"}, {"a": 2, "b": "x"}, {"a": 2, "b": "y"},
    ]  # fmt: skip


def test_every_value_is_seen_once_beside_the_first_of_the_others():
    found = list(space.each_value({"a": (1, 2, 3), "b": Range(5, 9)}))
    assert [(values["a"], values["b"]) for values in found] == [
        (1, 5), (2, 5), (3, 5), (1, 5), (1, 9),
    ]  # fmt: skip


options = st.one_of(
    st.lists(st.integers(0, 99), min_size=1, max_size=4, unique=True).map(tuple),
    st.tuples(st.integers(1, 9), st.integers(1, 9), st.booleans()).map(
        lambda drawn: Range(drawn[0], drawn[0] + drawn[1], log=drawn[2], whole=True)
    ),
    st.tuples(st.floats(0.01, 1), st.floats(0.01, 1), st.booleans()).map(
        lambda drawn: Range(drawn[0], drawn[0] + drawn[1], log=drawn[2])
    ),
)


@given(st.dictionaries(st.sampled_from("abc"), options, min_size=1), st.integers(1, 40), st.data())
def test_what_is_drawn_lies_within_never_twice_and_follows_from_the_seed(varied, count, data):
    seed = data.draw(st.integers(0, 2**31))
    drawn = space.random(varied, count, seed)
    most = space.combinations(varied)
    assert len(drawn) == (count if most is None else min(count, most))
    assert len({space.key(values) for values in drawn}) == len(drawn)
    assert drawn == space.random(varied, count, seed)
    for values in drawn:
        assert list(values) == list(varied)
        for field, given_ in varied.items():
            if isinstance(given_, Range):
                assert given_.low <= values[field] <= given_.high
                assert isinstance(values[field], int) == given_.whole
            else:
                assert values[field] in given_
