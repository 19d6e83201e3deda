import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench as wb
from workbench.training.plan import EPOCHS, RATE, Plan


def plan(epochs=10, per_epoch=10, **fields):
    return Plan(wb.TrainConfig(dataset="x", epochs=epochs, **fields), per_epoch)


def test_without_changes_the_policy_decides():
    made = plan(learning_rate=0.5, policy=wb.Polynomial(power=2))
    assert made.total == 100
    assert made.rates(0, 100) == pytest.approx([0.5 * (1 - s / 100) ** 2 for s in range(100)])


def test_warming_up_the_rate_rises_evenly_to_what_the_policy_says():
    made = plan(learning_rate=1.0, policy=wb.Fixed(), warm_up=2)
    assert made.rates(0, 22) == pytest.approx([min(1.0, (s + 1) / 20) for s in range(22)])


def test_a_changed_rate_holds_at_once_and_falls_on_as_the_policy_says():
    made = plan(learning_rate=0.1, policy=wb.Step(size=50, gamma=0.1))
    made.change(RATE, 0.02, 20)
    assert made.rates(18, 22) == pytest.approx([0.1, 0.1, 0.02, 0.02])
    assert made.rate(49) == pytest.approx(0.02) and made.rate(50) == pytest.approx(0.002)


def test_where_the_policy_has_come_to_nothing_a_changed_rate_stays():
    made = plan(policy=wb.Cosine())
    made.change(EPOCHS, 12, 100)
    made.change(RATE, 0.003, 100)
    assert made.rates(100, 120) == pytest.approx([0.003] * 20)


def test_more_epochs_stretch_what_is_left_without_a_jump():
    made = plan(learning_rate=1.0, policy=wb.Polynomial(power=1))
    made.change(EPOCHS, 15, 50)
    assert made.total == 150 and made.epochs == 15
    assert made.rate(49) == pytest.approx(0.51)
    # From 50 % at step 50 evenly to 100 % at step 150.
    assert made.rates(50, 150) == pytest.approx([0.5 - s / 200 for s in range(100)])


def test_epochs_added_to_a_finished_run_go_on_at_its_last_rate():
    made = plan(learning_rate=1.0, policy=wb.Step(size=33, gamma=0.1))
    made.change(EPOCHS, 12, 100)
    assert made.rates(99, 120) == pytest.approx([0.001] * 21)


changes = st.lists(
    st.tuples(
        st.integers(0, 99),
        st.one_of(
            st.tuples(st.just(RATE), st.floats(1e-4, 1)),
            st.tuples(st.just(EPOCHS), st.floats(10, 30)),
        ),
    ),
    max_size=4,
)


@given(changes, st.integers(0, 99))
def test_a_change_alters_nothing_before_it_and_order_of_telling_is_no_matter(found, until):
    events = [
        {"type": "change", "what": what, "value": value, "step": step}
        for step, (what, value) in found
    ]
    whole, early = plan(policy=wb.Exponential()), plan(policy=wb.Exponential())
    whole.fold(events)
    early.fold([event for event in events if event["step"] <= until])
    assert whole.rates(0, until + 1) == early.rates(0, until + 1)
    assert all(rate >= 0 for rate in whole.rates(0, whole.total))
