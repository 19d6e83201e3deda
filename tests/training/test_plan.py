import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench as wb
from workbench.training.plan import EPOCHS, RATE, Plan
from workbench.training.schedules import POLICIES


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


@pytest.mark.parametrize(
    "policy",
    [*(kind() for kind in POLICIES.values()), wb.OneCycle(end=0), wb.Step(size=50)],
    ids=str,
)
def test_epochs_added_to_a_finished_run_go_on_at_its_last_rate(policy):
    made = plan(learning_rate=0.5, policy=policy)
    last = made.rate(99)
    assert last == pytest.approx(0.5 * policy.factor(99)) and last > 0
    made.change(EPOCHS, 12, 100)
    assert made.rates(99, 120) == [last] * 21
    # And once more, and with another rate.
    made.change(EPOCHS, 14, 120)
    made.change(RATE, 0.25, 130)
    assert made.rates(99, 140) == [last] * 31 + [0.25] * 10


@pytest.mark.parametrize("whats", [(RATE, EPOCHS), (EPOCHS, RATE)])
def test_a_rate_and_more_epochs_wished_at_one_step_both_hold(whats):
    values = {RATE: 0.02, EPOCHS: 15}
    made = plan(learning_rate=1.0, policy=wb.Polynomial(power=1))
    for what in whats:
        made.change(what, values[what], 50)
    assert made.total == 150
    assert made.rate(49) == pytest.approx(0.51)
    assert made.rates(50, 150) == pytest.approx([0.02 * (1 - s / 100) for s in range(100)])


def test_epochs_added_before_the_first_step_are_as_if_configured():
    fields = {"policy": wb.OneCycle(), "warm_up": 2, "learning_rate": 0.5}
    made = plan(epochs=10, **fields)
    made.change(EPOCHS, 12, 0)
    assert made.rates(0, 120) == plan(epochs=12, **fields).rates(0, 120)


def change(what, value, step):
    return {"type": "change", "what": what, "value": value, "step": step}


def test_a_later_wish_for_an_earlier_step_outweighs_the_one_that_lies_ahead_again():
    """Killed after step 20 a run starts again at step 16, where something else was wished."""
    made = plan(epochs=2, policy=wb.Fixed())
    made.fold([change(EPOCHS, 3, 20), change(EPOCHS, 5, 16)])
    assert made.epochs == 5 and made.total == 50
    made = plan(policy=wb.Fixed(), learning_rate=1.0)
    made.fold([change(RATE, 0.5, 4), change(RATE, 0.1, 20), change(RATE, 0.2, 16)])
    assert made.rates(3, 30) == [1.0] + [0.5] * 12 + [0.2] * 14


def test_a_wish_of_another_kind_that_lies_ahead_again_still_holds():
    made = plan(epochs=2, policy=wb.Fixed(), learning_rate=1.0)
    made.fold([change(EPOCHS, 3, 20), change(RATE, 0.5, 16)])
    assert made.epochs == 3
    assert made.rates(15, 30) == [1.0] + [0.5] * 14


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
def test_a_change_alters_nothing_before_it(found, until):
    events = [change(what, value, step) for step, (what, value) in found]
    whole, early = plan(policy=wb.Exponential()), plan(policy=wb.Exponential())
    whole.fold(events)
    early.fold([event for event in events if event["step"] <= until])
    assert whole.rates(0, until + 1) == early.rates(0, until + 1)
    assert all(rate >= 0 for rate in whole.rates(0, whole.total))


@given(changes)
def test_what_is_wished_while_it_runs_is_what_is_known_when_it_starts_again(found):
    """And it is what a run does in which the wishes that hold were put in the order of steps."""
    running, again, ordered = (plan(policy=wb.Cosine(), warm_up=1) for _ in range(3))
    for step, (what, value) in found:
        running.change(what, value, step)
    events = [change(what, value, step) for step, (what, value) in found]
    again.fold(events)
    hold = [
        event
        for place, event in enumerate(events)
        if not any(
            later["what"] == event["what"] and later["step"] <= event["step"]
            for later in events[place + 1 :]
        )
    ]
    ordered.fold(sorted(hold, key=lambda event: event["step"]))
    assert running.total == again.total == ordered.total
    last = [event["value"] for event in events if event["what"] == EPOCHS]
    assert again.epochs == (last[-1] if last else 10)
    steps = again.total + 10
    assert running.rates(0, steps) == again.rates(0, steps) == ordered.rates(0, steps)
