from hypothesis import given
from hypothesis import strategies as st

from workbench.training.intervals import Interval


def due_steps(interval, total):
    return [step for step in range(total + 1) if interval.due(step, total)]


def test_fractions_of_epochs_fall_on_the_nearest_step():
    assert due_steps(Interval(0.5, 15), 30) == [8, 15, 22, 30]
    assert due_steps(Interval(2, 4), 20) == [8, 16, 20], "the end is always due"


@given(st.floats(0.001, 7), st.integers(1, 40), st.integers(1, 200))
def test_what_is_next_is_the_first_that_is_due(epochs, per_epoch, total):
    interval = Interval(epochs, per_epoch)
    due = due_steps(interval, total)
    for step in range(total):
        assert interval.next(step, total) == next(other for other in due if other > step)
