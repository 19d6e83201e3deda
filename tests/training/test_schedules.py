import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workbench.errors import InvalidValue
from workbench.training import schedules
from workbench.training.schedules import (
    Cosine,
    Exponential,
    Fixed,
    Inverse,
    MultiStep,
    OneCycle,
    Polynomial,
    Sigmoid,
    Step,
)

POINTS = range(101)
percents = st.floats(0, 100)


def digits_rates(formula):
    """What DIGITS computes at the iterations 0 … 100 of 100, where one is a percent."""
    return [formula(iteration) for iteration in POINTS]


def ours(policy):
    return [policy.factor(percent) for percent in POINTS]


@pytest.mark.parametrize(
    ("policy", "formula"),
    [
        (Fixed(), lambda i: 1.0),
        (Step(33, 0.1), lambda i: math.pow(0.1, i // 33)),
        (Step(10, 0.5), lambda i: math.pow(0.5, i // 10)),
        (Exponential(0.95), lambda i: math.pow(0.95, i)),
        (Inverse(0.1, 0.5), lambda i: math.pow(1 + 0.1 * i, -0.5)),
        (Polynomial(3), lambda i: math.pow(1 - i / 100, 3)),
        (Sigmoid(50, 0.1), lambda i: 1 / (1 + math.exp(0.1 * (i - 50)))),
        (Sigmoid(30, -0.2), lambda i: 1 / (1 + math.exp(-0.2 * (i - 30)))),
    ],
)
def test_policies_equal_the_formulas_of_digits_at_101_points(policy, formula):
    assert ours(policy) == pytest.approx(digits_rates(formula), rel=1e-12)


def test_multistep_equals_that_of_digits_a_step_later():
    """DIGITS counts the percents passed, one a call; ours counts those reached."""
    at, gamma, passed, rates = (50, 85), 0.5, 0, []
    for iteration in range(102):
        if passed < len(at) and iteration > at[passed]:
            passed += 1
        rates.append(math.pow(gamma, passed))
    assert ours(MultiStep((50, 85), 0.5)) == rates[1:]


@pytest.mark.parametrize("least", [0.0, 0.1])
def test_cosine_equals_the_formula_of_its_paper(least):
    """Equation 5 of Loshchilov and Hutter, 2017, for one period."""
    times = np.linspace(0, 1, 101)
    expected = least + 0.5 * (1 - least) * (1 + np.cos(times * np.pi))
    assert ours(Cosine(least)) == pytest.approx(expected, abs=1e-12)


def test_one_cycle_rises_and_falls_along_cosines():
    """As PyTorch's OneCycleLR with ``anneal_strategy="cos"``."""

    def annealed(start, end, share):
        return end + (start - end) / 2 * (np.cos(np.pi * share) + 1)

    rise = annealed(0.04, 1.0, np.arange(30) / 30)
    fall = annealed(1.0, 0.0001, np.arange(71) / 70)
    assert ours(OneCycle(30, 0.04, 0.0001)) == pytest.approx([*rise, *fall], abs=1e-12)


gammas = st.floats(1e-6, 10)
continuous = st.one_of(
    st.builds(Fixed),
    st.builds(Exponential, st.floats(0.5, 1.1)),
    st.builds(Inverse, st.floats(0, 10), st.floats(0, 10)),
    st.builds(Polynomial, st.floats(1, 10)),
    st.builds(Sigmoid, st.floats(0, 100), st.floats(-10, 10)),
    st.builds(Cosine, st.floats(0, 1)),
    st.builds(OneCycle, st.floats(1, 99), st.floats(0, 1), st.floats(0, 1)),
)
extreme = st.one_of(
    continuous,
    st.builds(Inverse, st.floats(0, 1000), st.floats(0, 100)),
    st.builds(Polynomial, st.floats(0, 100)),
)


def steps(size, gamma):
    try:
        return Step(size, gamma)
    except InvalidValue:
        return None


def multisteps(at, gamma):
    try:
        return MultiStep(tuple(sorted(at)), gamma)
    except InvalidValue:
        return None


@given(extreme, percents)
def test_factors_are_finite_and_never_negative(policy, percent):
    assert 0 <= policy.factor(percent) < math.inf


@given(st.floats(0.1, 100), gammas, percents)
def test_steps_are_finite_or_refused(size, gamma, percent):
    policy = steps(size, gamma)
    assume(policy is not None)
    assert 0 <= policy.factor(percent) <= 1.1e9


@given(st.sets(st.floats(0.01, 100), min_size=1, max_size=20), gammas, percents)
def test_multisteps_are_finite_or_refused(at, gamma, percent):
    policy = multisteps(at, gamma)
    assume(policy is not None)
    assert 0 <= policy.factor(percent) <= 1.1e9


@given(continuous, st.floats(0, 99))
def test_all_but_the_steps_are_continuous(policy, percent):
    before, after = policy.factor(percent), policy.factor(percent + 1e-8)
    assert after == pytest.approx(before, rel=1e-5, abs=1e-5)


def test_a_rate_changes_where_its_percent_is_reached():
    assert MultiStep((50,), 0.5).factor(49.999) == 1
    assert MultiStep((50,), 0.5).factor(50) == 0.5
    assert Step(33, 0.1).factor(32.999) == 1
    assert Step(33, 0.1).factor(33) == 0.1


def test_past_the_end_nothing_explodes():
    assert Polynomial().factor(100.1) == 0
    assert Cosine(0.2).factor(150) == pytest.approx(0.2)
    assert OneCycle(end=0.01).factor(150) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: Step(size=0), r"policy.size must be 0.1–100 %, got 0"),
        (lambda: Step(gamma=-1), "policy.gamma"),
        (lambda: Step(size=1, gamma=10), "policy.gamma must be smaller, 10 to the power of 100"),
        (lambda: MultiStep(()), "policy.at must be percents"),
        (lambda: MultiStep((85, 50)), "policy.at must be in ascending order"),
        (lambda: MultiStep((0, 50)), "policy.at must be"),
        (lambda: Exponential(2), "policy.gamma"),
        (lambda: Inverse(power=-1), "policy.power"),
        (lambda: Polynomial(-1), "policy.power"),
        (lambda: Sigmoid(middle=101), "policy.middle"),
        (lambda: Cosine(2), "policy.least"),
        (lambda: OneCycle(peak=0), "policy.peak"),
    ],
)
def test_parameters_are_checked(build, sentence):
    with pytest.raises(InvalidValue, match=sentence):
        build()


@pytest.mark.parametrize("name", schedules.POLICIES)
def test_each_has_a_word_and_a_description(name):
    policy = schedules.POLICIES[name]()
    assert schedules.policy_name(policy) == name
    assert schedules.describe(policy).startswith(name)


def test_a_description_names_the_parameters():
    assert schedules.describe(MultiStep()) == "multistep, at 50 85, gamma 0.5"
