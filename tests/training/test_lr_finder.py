import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench as wb
from workbench.api.lr import find_learning_rate as find
from workbench.errors import InvalidValue
from workbench.training.lr_finder import LrCurve, find_learning_rate, smooth, suggest

RATES = np.geomspace(1e-6, 10, 100).tolist()


def a_fall(middle):
    """A loss that falls along an S about a rate and explodes at 3."""
    place = np.log(np.array(RATES) / middle)
    return (2.0 - 1.5 / (1 + np.exp(-2 * place)) + (np.array(RATES) / 3) ** 4).tolist()


def test_the_average_is_corrected_for_its_beginning():
    losses = [2.0, 1.0, 4.0]
    expected = [
        2.0,
        (0.9 * 2.0 + 1.0) / (0.9 + 1),
        (0.81 * 2.0 + 0.9 * 1.0 + 4.0) / (0.81 + 0.9 + 1),
    ]
    assert smooth(losses) == pytest.approx(expected)
    assert smooth([]) == []


@given(st.floats(0.001, 100), st.integers(1, 50))
def test_the_average_of_what_is_always_the_same_is_that(loss, count):
    assert smooth([loss] * count) == pytest.approx([loss] * count)


@pytest.mark.parametrize("middle", [1e-3, 1e-2, 1e-1])
def test_the_rate_of_the_steepest_fall_is_suggested(middle):
    assert suggest(RATES, smooth(a_fall(middle))) == pytest.approx(middle, rel=0.4)


@given(st.floats(0.1, 100), st.sampled_from([1e-3, 1e-2, 1e-1]))
def test_the_scale_of_the_loss_does_not_matter(factor, middle):
    smoothed = smooth(a_fall(middle))
    scaled = [factor * loss for loss in smoothed]
    assert suggest(RATES, scaled) == pytest.approx(suggest(RATES, smoothed), rel=0.2)


@pytest.mark.parametrize(
    "losses", [[2.0] * 100, np.linspace(2, 4, 100).tolist(), [2.0, 1.9], [2.0], []]
)
def test_nothing_is_suggested_where_the_loss_does_not_fall(losses):
    curve = LrCurve.of(RATES[: len(losses)], losses, diverged=False)
    assert (curve.suggestion, curve.tenth) == (None, None)


def test_a_careful_choice_is_a_tenth_of_the_least():
    curve = LrCurve.of(RATES, a_fall(1e-2), diverged=True)
    least = RATES[int(np.argmin(curve.losses))]
    assert curve.tenth == pytest.approx(least / 10, rel=0.5)


@pytest.fixture(scope="module")
def found(digits_home):
    """A search on the digits, with what was told of its progress."""
    told = []
    dataset = wb.dataset("digits", home=digits_home)
    before = sorted(digits_home.path.rglob("*"))
    config = wb.TrainConfig(dataset=dataset.id, batch_size=32, seed=3)
    curve = find_learning_rate(config, dataset, 60, lambda *numbers: told.append(numbers))
    assert sorted(digits_home.path.rglob("*")) == before
    return curve, told


def test_a_rate_that_trains_is_found(found):
    curve, told = found
    assert 0.001 < curve.suggestion < 0.5
    assert len(curve.rates) == len(curve.losses) == len(curve.smoothed) == told[-1][0]
    assert told == [(number, 60) for number in range(1, len(told) + 1)]
    assert np.isfinite(curve.losses).all()


def test_rates_rise_evenly_on_a_logarithmic_scale(found):
    rates = np.array(found[0].rates)
    assert rates[0] == pytest.approx(1e-6)
    assert np.allclose(rates[1:] / rates[:-1], (1e7) ** (1 / 59))


def test_a_curve_is_json(found):
    curve = found[0]
    document = json.loads(json.dumps(curve.to_dict(), allow_nan=False))
    assert document["suggestion"] == curve.suggestion
    assert document["rates"] == list(curve.rates)


def test_the_loss_is_that_of_training_at_those_rates(found, digits):
    """The first steps, done by hand: a rate so low that the weights hardly change."""
    from workbench.training.model import build_model
    from workbench.training.pipeline import Order

    config = wb.TrainConfig(dataset=digits.id, batch_size=32, seed=3)
    model, split = build_model(config, digits), digits.splits["train"]
    chosen = Order(len(split), 32, 3)[0]
    logits = model(split.images[chosen].astype(np.float32)).numpy()
    shifted = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    loss = -shifted[np.arange(32), split.targets[chosen]].mean()
    assert found[0].losses[0] == pytest.approx(loss, rel=0.3)  # dropout


@pytest.mark.usefixtures("without_activations")
def test_it_ends_where_the_loss_explodes(digits):
    curve = find(digits, batch_size=16, steps=30, seed=1)
    assert curve.diverged
    assert len(curve.rates) < 30
    assert np.isfinite(curve.losses).all()


def test_progress_can_end_it(digits):
    class Enough(Exception):
        pass

    def stop(done, steps):
        if done == 3:
            raise Enough

    config = wb.TrainConfig(dataset=digits.id, batch_size=16, accumulation=2, solver="adam")
    with pytest.raises(Enough):
        find_learning_rate(config, digits, 20, stop)


def test_arguments_are_checked(digits):
    config = wb.TrainConfig(dataset=digits.id)
    with pytest.raises(InvalidValue, match="steps must be 10–10000, got 3"):
        find_learning_rate(config, digits, 3)
    with pytest.raises(InvalidValue, match="has no field 'solvr'"):
        find(digits, solvr="adam")
    with pytest.raises(InvalidValue, match="either config or single fields"):
        find(digits, config=config, solver="adam")
