"""A step equals its formula, however its images are divided."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from workbench import tasks
from workbench.training.loop import Loop, Objective
from workbench.training.pipeline import in_parts

IMAGES = np.random.default_rng(1).uniform(0, 1, (24, 6, 6, 1)).astype(np.float32)
TARGETS = np.random.default_rng(2).integers(0, 3, 24)
TASK = tasks.get("classification")


def model(extra_outputs=0, penalty=None):
    keras.utils.set_random_seed(5)
    pixels = keras.Input((6, 6, 1))
    features = keras.layers.Dense(8, "tanh", kernel_regularizer=penalty, name="body")(
        keras.layers.Flatten()(pixels)
    )
    heads = [keras.layers.Dense(3, name=f"head{i}")(features) for i in range(1 + extra_outputs)]
    return keras.Model(pixels, heads if extra_outputs else heads[0])


def loop(made=None, optimizer=None, parts=1, **objective):
    made = made or model()
    optimizer = optimizer or keras.optimizers.SGD(0.1)
    optimizer.build(made.trainable_variables)
    objective = {"loss": TASK.loss()} | objective
    return Loop(made, made, optimizer, TASK, Objective(**objective), parts=parts)


def train(made, size=24, rates=(0.1,), elements=(IMAGES, TARGETS)):
    """Steps of ``size`` images each, over and over."""
    data = tf.data.Dataset.from_tensor_slices(elements).repeat().batch(size)
    if made._parts > 1:
        data = in_parts(data, made._parts, range(made._parts))
    return made.train(iter(data), list(rates), [size] * len(rates))


def weights(made):
    return [variable.value.numpy() for variable in made.core.trainable_variables]


def assert_close(first, second, within=1e-6):
    for one, other in zip(first, second, strict=True):
        np.testing.assert_allclose(one, other, atol=within)


def test_a_step_follows_the_gradient_of_the_mean_loss():
    made = loop()
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(TASK.loss()(TARGETS, made.core(IMAGES)))
    gradients = tape.gradient(loss, [v.value for v in made.core.trainable_variables])
    wanted = [w - 0.1 * g.numpy() for w, g in zip(weights(made), gradients, strict=True)]
    assert train(made) == pytest.approx([float(loss)])
    assert_close(weights(made), wanted)


@pytest.mark.parametrize("parts", [2, 4, 5, 24, 30])
def test_accumulated_over_parts_it_is_the_same_step(parts):
    whole, divided = loop(), loop(parts=parts)
    first, second = (train(made, rates=[0.5] * 5) for made in (whole, divided))
    assert first == pytest.approx(second, abs=1e-6)
    assert_close(weights(whole), weights(divided))


def test_a_gradient_that_is_too_long_is_shortened():
    made, limit = loop(clip_norm=0.01), 0.01
    before = weights(made)
    train(made, rates=[1.0])
    moved = np.concatenate([(a - b).ravel() for a, b in zip(before, weights(made), strict=True)])
    assert np.linalg.norm(moved) == pytest.approx(limit, rel=1e-3)


def test_an_element_that_is_too_large_is_cut_off():
    made = loop(clip_value=0.001)
    before = weights(made)
    train(made, rates=[1.0])
    moved = [np.abs(a - b).max() for a, b in zip(before, weights(made), strict=True)]
    assert max(moved) == pytest.approx(0.001, rel=1e-3)


def test_classes_count_by_their_weights():
    factors = np.array([0.5, 2.0, 1.0], np.float32)
    made = loop(class_weights=factors)
    losses = TASK.loss()(TARGETS, made.core(IMAGES)).numpy()
    assert train(made) == pytest.approx([(factors[TARGETS] * losses).mean()])


def test_auxiliary_heads_count_three_tenths():
    made = loop(model(extra_outputs=2))
    answers = [TASK.loss()(TARGETS, logits).numpy().mean() for logits in made.core(IMAGES)]
    assert train(made) == pytest.approx([answers[0] + 0.3 * (answers[1] + answers[2])])


def test_mixed_images_have_two_targets():
    made = loop()
    others, share = np.roll(TARGETS, 1), np.linspace(0, 1, 24).astype(np.float32)
    outputs = made.core(IMAGES)
    one, other = (TASK.loss()(targets, outputs).numpy() for targets in (TARGETS, others))
    loss = train(made, elements=(IMAGES, TARGETS, others, share))
    assert loss == pytest.approx([(share * one + (1 - share) * other).mean()])


def test_what_a_network_adds_to_its_loss_is_made_smaller_too():
    made = model(penalty=keras.regularizers.L2(0.1))
    penalty = 0.1 * float(np.square(made.get_layer("body").kernel.value.numpy()).sum())
    own = TASK.loss()(TARGETS, made(IMAGES)).numpy().mean()
    assert train(loop(made, parts=3)) == pytest.approx([own + penalty], rel=1e-5)


def test_a_frozen_weight_stays_and_a_gentle_one_moves_less():
    plain, gentle = loop(), loop()
    paths = [weight.path for weight in gentle.core.trainable_variables]
    gentle.choose({paths[0]: 0.25, paths[1]: 0.0})
    before = weights(plain)
    train(plain), train(gentle)
    moved, less = (
        [a - b for a, b in zip(weights(made), before, strict=True)] for made in (plain, gentle)
    )
    np.testing.assert_allclose(less[0], 0.25 * moved[0], atol=1e-7)
    assert not less[1].any() and moved[1].any()
    np.testing.assert_allclose(less[2], moved[2], atol=1e-7)


def test_thawed_it_moves_again():
    made = loop()
    path = made.core.trainable_variables[0].path
    made.choose({path: 0.0})
    train(made)
    before = weights(made)
    made.choose({})
    train(made)
    assert np.abs(weights(made)[0] - before[0]).max() > 0


def test_moving_averages_follow_their_formula_and_stand_in_for_the_weights():
    optimizer = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9)
    made = loop(optimizer=optimizer)
    average = None
    for _ in range(4):
        train(made)
        now = weights(made)
        average = (
            now
            if average is None
            else [0.9 * a + 0.1 * w for a, w in zip(average, now, strict=True)]
        )
    with made.averaged():
        assert_close(weights(made), average)
    assert_close(weights(made), now)
    values = [variable.value.numpy() for variable in made.variables]
    for (place, kept), (weight, mean) in zip(
        made.average_places(), zip(now, average, strict=True), strict=True
    ):
        assert_close([values[place], values[kept]], [weight, mean])


def averaged_by_hand(factors, momentum, steps, rate=0.1):
    """Weights and averages after gradient descent with a factor of the rate for each weight."""
    made = model()
    now, average = weights(loop(made)), None
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(TASK.loss()(TARGETS, made(IMAGES)))
        gradients = tape.gradient(loss, [v.value for v in made.trainable_variables])
        now = [w - f * rate * g.numpy() for w, f, g in zip(now, factors, gradients, strict=True)]
        for variable, value in zip(made.trainable_variables, now, strict=True):
            variable.assign(value)
        old = now if average is None else average
        average = [momentum * a + (1 - momentum) * w for a, w in zip(old, now, strict=True)]
    return now, average


def averaging(scaled=False, momentum=0.5):
    optimizer = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=momentum)
    return keras.optimizers.LossScaleOptimizer(optimizer) if scaled else optimizer


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("scaled", [False, True])
def test_moving_averages_are_those_of_weights_as_gentle_rates_leave_them(scaled, parts):
    factors = [0.1, 0.0, 1.0, 2.0]
    now, average = averaged_by_hand(factors, momentum=0.5, steps=4)
    made = loop(optimizer=averaging(scaled), parts=parts)
    paths = [weight.path for weight in made.core.trainable_variables]
    made.choose(dict(zip(paths, factors, strict=True)))
    train(made)
    train(made, rates=[0.1] * 3)
    assert_close(weights(made), now)
    with made.averaged():
        assert_close(weights(made), average)
    assert np.abs(now[0] - average[0]).max() > 1e-5


def test_moving_averages_are_those_of_weights_as_constraints_leave_them():
    pixels = keras.Input((6, 6, 1))
    least = keras.layers.Dense(3, kernel_constraint=keras.constraints.NonNeg())
    made = loop(keras.Model(pixels, least(keras.layers.Flatten()(pixels))), averaging())
    train(made, rates=[0.5])
    with made.averaged():
        assert least.kernel.value.numpy().min() == 0


def test_a_step_left_out_since_it_overflowed_leaves_the_averages_too():
    made = loop(optimizer=averaging(scaled=True))
    broken = (np.full_like(IMAGES, np.inf), TARGETS)
    train(made, elements=broken)
    train(made)
    first = weights(made)
    with made.averaged():
        assert_close(weights(made), first, within=0)
    train(made, rates=[0.1] * 2)
    with made.averaged():
        before = weights(made)
    train(made, elements=broken)
    with made.averaged():
        assert_close(weights(made), before, within=0)


def test_targets_are_smoothed_by_the_formula():
    logits = np.random.default_rng(3).normal(size=(5, 4)).astype(np.float32)
    targets = np.array([0, 3, 1, 1, 2])
    logarithms = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    soft = 0.8 * np.eye(4)[targets] + 0.2 / 4
    wanted = -(soft * logarithms).sum(axis=1)
    np.testing.assert_allclose(TASK.loss(0.2)(targets, logits), wanted, rtol=1e-5)
    np.testing.assert_allclose(
        TASK.loss(0)(targets, logits), -logarithms[range(5), targets], rtol=1e-5
    )
