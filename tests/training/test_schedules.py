import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.training.schedules import Fixed, Step


def test_step_equals_the_formula_of_digits_at_101_points():
    policy = Step(size=33, gamma=0.1)
    for percent in range(101):
        assert policy.factor(percent) == pytest.approx(np.power(0.1, np.floor(percent / 33.0)))


def test_fixed_never_changes():
    assert {Fixed().factor(percent) for percent in range(101)} == {1.0}


def test_parameters_are_checked():
    with pytest.raises(InvalidValue, match=r"policy.size must be 0.1–100 %, got 0"):
        Step(size=0)
    with pytest.raises(InvalidValue, match="policy.gamma"):
        Step(gamma=-1)
