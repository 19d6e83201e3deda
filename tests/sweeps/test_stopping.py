"""Both rules against plain counting of what their papers say."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidValue
from workbench.sweeps import Stopping


def curve(*values):
    return [(float(epoch), value) for epoch, value in enumerate(values, 1)]


FINISHED = [curve(0.1, 0.5, 0.9), curve(0.3, 0.7, 0.8), curve(0.2, 0.2, 0.2)]


def test_a_run_below_the_median_of_the_averages_is_hopeless():
    rule = Stopping("median", grace=2)
    # Averages up to epoch 2 are 0.3, 0.5 and 0.2: their median is 0.3.
    assert rule.hopeless(curve(0.1, 0.29), FINISHED, [], higher=True)
    assert not rule.hopeless(curve(0.1, 0.3), FINISHED, [], higher=True)
    # Its best so far counts, not its latest.
    assert not rule.hopeless(curve(0.4, 0.1), FINISHED, [], higher=True)
    assert rule.hopeless(curve(0.4, 0.31), FINISHED, [], higher=False)


def test_nobody_is_judged_within_the_grace_or_by_too_few():
    rule = Stopping("median", grace=2)
    assert not rule.hopeless(curve(0.0), FINISHED, [], higher=True)
    assert not rule.hopeless(curve(0.0, 0.0), FINISHED[:2], [], higher=True)
    assert not rule.hopeless([], FINISHED, FINISHED, higher=True)
    assert not Stopping().hopeless(curve(0.0, 0.0, 0.0), FINISHED, FINISHED, higher=True)


@given(
    st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=6), min_size=3, max_size=8),
    st.lists(st.floats(0, 1), min_size=1, max_size=6),
)
def test_the_median_rule_is_viziers(others, own):
    finished = [curve(*values) for values in others]
    averages = [sum(values[: len(own)]) / len(values[: len(own)]) for values in others]
    expected = max(own) < median(averages) - 1e-12
    judged = Stopping("median", grace=1).hopeless(curve(*own), finished, [], higher=True)
    if abs(max(own) - median(averages)) > 1e-9:
        assert judged == expected


def test_halving_keeps_the_best_third_at_each_rung():
    rule = Stopping("halving", grace=1, factor=3)
    rivals = [curve(value, 0.5) for value in (0.1, 0.2, 0.3, 0.4, 0.5)]
    # Of six that reached the first rung, two go on.
    assert not rule.hopeless(curve(0.45), [], rivals, higher=True)
    assert rule.hopeless(curve(0.35), [], rivals, higher=True)
    assert not rule.hopeless(curve(0.15), [], rivals, higher=False)
    # The second epoch is no rung; at the third only two rivals are there, and one goes on.
    assert not rule.hopeless(curve(0.0, 0.0), [], rivals, higher=True)
    late = [curve(0.1, 0.2, 0.9), curve(0.1, 0.2, 0.3)]
    assert rule.hopeless(curve(0.4, 0.4, 0.4), [], [*rivals, *late], higher=True)
    assert not rule.hopeless(curve(0.4, 0.4, 0.95), [], [*rivals, *late], higher=True)


def test_the_first_of_all_goes_on():
    assert not Stopping("halving").hopeless(curve(0.0), [], [], higher=True)


def test_a_rung_between_two_validations_counts_at_the_next():
    rule = Stopping("halving", grace=1, factor=2)
    rivals = [[(0.6, 0.1), (1.2, 0.6)], [(0.6, 0.9), (1.2, 0.9)]]
    assert not rule.hopeless([(0.7, 0.0)], [], rivals, higher=True)
    assert rule.hopeless([(0.7, 0.0), (1.4, 0.5)], [], rivals, higher=True)
    assert not rule.hopeless([(0.7, 0.0), (1.4, 0.0), (1.7, 0.0)], [], rivals, higher=True)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"rule": "guess"}, "stopping must be one of none, median, halving; got 'guess'"),
        ({"grace": 0}, "stopping.grace must be"),
        ({"least": 0}, "stopping.least must be"),
        ({"factor": 1}, "stopping.factor must be"),
    ],
)
def test_a_rule_that_is_none_is_refused(fields, sentence):
    with pytest.raises(InvalidValue, match=sentence):
        Stopping(**fields)
