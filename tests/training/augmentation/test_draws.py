import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.training.augmentation.draws import KINDS, TABLE, Draws, table


def drawn(draws, kind):
    return [draws.uniform(kind, 3), draws.normal(kind, 4), draws.beta(kind, 0.3)]


@given(
    seed=st.integers(0, 2**31 - 1),
    step=st.integers(0, 2**40),
    counts=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    kind=st.sampled_from(KINDS),
)
def test_a_place_draws_the_same_in_a_batch_of_any_size(seed, step, counts, kind):
    few, many = sorted(counts)
    for short, long in zip(
        drawn(Draws(seed, step, few), kind), drawn(Draws(seed, step, many), kind), strict=True
    ):
        assert np.array_equal(short, long[:few])


def test_every_seed_step_and_kind_draws_its_own():
    streams = [
        Draws(seed, step, 8).uniform(kind, 2).tobytes()
        for seed in (0, 1)
        for step in (0, 1)
        for kind in KINDS
    ]
    assert len(set(streams)) == len(streams)


def test_draws_are_not_those_of_the_order_of_images():
    order = np.random.Generator(np.random.Philox(key=[3, 0])).random((8, 2))
    assert not any(np.array_equal(order, Draws(3, 0, 8).uniform(kind, 2)) for kind in KINDS)


def test_what_a_seed_draws_stays_the_same_for_ever():
    """A run that is resumed by a later version sees the images it would have seen."""
    uniform, normal = Draws(7, 3, 2).uniform("flip", 2), Draws(7, 3, 2).normal("move", 2)
    assert uniform[1] == pytest.approx([0.3035594466511, 0.5062104783916], abs=1e-12)
    assert normal[0] == pytest.approx([0.5148284793356, 0.3453197608961], abs=1e-12)
    assert table("normal")[:2] == pytest.approx([-0.2027364, -0.3690422], abs=1e-6)


def test_the_tables_hold_what_they_say_and_cannot_be_changed():
    normal, uniform = table("normal"), table("uniform")
    assert normal.shape == uniform.shape == (TABLE,)
    assert normal.mean() == pytest.approx(0, abs=0.01) and normal.std() == pytest.approx(1, 0.01)
    assert 0 <= uniform.min() < 0.001 and 0.999 < uniform.max() < 1
    with pytest.raises(ValueError, match="read-only"):
        normal[0] = 1
