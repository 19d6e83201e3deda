from fractions import Fraction

import pytest

from workbench.training.start import Start
from workbench.training.thawing import at_first, begun, thaws


def start(frozen=0.0, stages=1):
    return Start(weights="a.npz", frozen=frozen, stages=stages)


def test_by_default_all_is_trained_from_the_first_step():
    assert thaws(Start(), 15) == (0,)
    assert at_first(Start()) == 1


def test_a_backbone_frozen_for_ever_never_thaws():
    assert thaws(start(frozen=-1, stages=3), 15) == ()
    assert begun(start(frozen=-1, stages=3), 15, 10**9) == 0


def test_each_stage_takes_an_epoch():
    assert thaws(start(stages=3), 15) == (0, 15, 30)
    assert thaws(start(frozen=2, stages=3), 15) == (30, 45, 60)
    assert at_first(start(stages=3)) == 1 and at_first(start(frozen=0.01)) == 0


def test_a_step_that_begins_before_the_epoch_belongs_to_the_stage_before():
    assert thaws(start(frozen=0.4, stages=3), 5) == (2, 7, 12)
    assert thaws(start(frozen=0.5), 15) == (8,)
    assert thaws(start(frozen=1 / 3, stages=2), 3) == (1, 4)


@pytest.mark.parametrize("per_epoch", [1, 3, 7, 15, 60, 97, 1250])
@pytest.mark.parametrize("tenths", range(31))
def test_by_whole_steps_and_exactly(tenths, per_epoch):
    made = start(frozen=tenths / 10, stages=4)
    for stage, thaw in enumerate(thaws(made, per_epoch)):
        epoch = Fraction(tenths, 10) + stage
        assert Fraction(thaw, per_epoch) >= epoch > Fraction(thaw - 1, per_epoch)
        assert begun(made, per_epoch, thaw) == stage + 1
        assert begun(made, per_epoch, thaw - 1) == stage
