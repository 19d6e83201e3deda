import keras
import numpy as np
import pytest

from workbench.training import optimizers
from workbench.training.config import SOLVERS, TrainConfig
from workbench.training.optimizers import build_optimizer, decays
from workbench.training.solvers import solvers

# What each word means to someone who writes Keras.
KERAS = {
    "sgd": lambda rate: keras.optimizers.SGD(rate, momentum=0.8),
    "momentum": lambda rate: keras.optimizers.SGD(rate, momentum=0.8),
    "nesterov": lambda rate: keras.optimizers.SGD(rate, momentum=0.8, nesterov=True),
    "adagrad": lambda rate: keras.optimizers.Adagrad(rate),
    "adadelta": lambda rate: keras.optimizers.Adadelta(rate),
    "adam": lambda rate: keras.optimizers.Adam(rate),
    "adamw": lambda rate: keras.optimizers.AdamW(rate, weight_decay=0.0),
    "rmsprop": lambda rate: keras.optimizers.RMSprop(rate, momentum=0.8),
    "ftrl": lambda rate: keras.optimizers.Ftrl(rate),
    "lion": lambda rate: keras.optimizers.Lion(rate),
}


def small_model():
    """A kernel of each kind, biases, and a normalization."""
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            keras.layers.Conv2D(3, 3, activation="relu"),
            keras.layers.DepthwiseConv2D(2),
            keras.layers.BatchNormalization(),
            keras.layers.Flatten(),
            keras.layers.Dense(4),
        ]
    )


def train(model, optimizer, rates):
    """A step at each rate on batches that are always the same."""
    import tensorflow as tf

    random = np.random.default_rng(2)
    for rate in rates:
        images = tf.constant(random.normal(size=(8, 6, 6, 2)), tf.float32)
        targets = tf.constant(random.normal(size=(8, 4)), tf.float32)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(images, training=True) - targets) ** 2)
        weights = model.trainable_variables
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        optimizer.learning_rate.assign(rate)
        optimizer.apply(gradients, weights)


def values(model):
    return [np.asarray(weight) for weight in model.trainable_variables]


def config(solver, **fields):
    return TrainConfig(dataset="x", solver=solver, **fields)


@pytest.mark.parametrize("solver", SOLVERS)
def test_ten_steps_equal_those_of_keras(solver):
    rates = [0.02] * 5 + [0.005] * 5
    mine, theirs = small_model(), small_model()
    before = values(mine)
    built = build_optimizer(config(solver, momentum=0.8), mine.trainable_variables)
    train(mine, built, rates)
    train(theirs, KERAS[solver](0.02), rates)
    for ours, expected, start in zip(values(mine), values(theirs), before, strict=True):
        assert np.array_equal(ours, expected)
        assert not np.array_equal(ours, start)


def apply_nothing(optimizer, model, rate):
    """A step whose gradients are all zero."""
    optimizer.learning_rate.assign(rate)
    weights = model.trainable_variables
    optimizer.apply([np.zeros(weight.shape, np.float32) for weight in weights], weights)


@pytest.mark.parametrize("solver", [name for name in SOLVERS if name != "ftrl"])
def test_weight_decay_takes_rate_times_decay_off_kernels_only(solver):
    model = small_model()
    for weight in model.trainable_variables:
        weight.assign(np.random.default_rng(3).normal(size=weight.shape))
    before = values(model)
    optimizer = build_optimizer(config(solver, weight_decay=0.5), model.trainable_variables)
    for rate in (0.1, 0.2):
        apply_nothing(optimizer, model, rate)
    for weight, start in zip(model.trainable_variables, before, strict=True):
        kernel = "kernel" in weight.path
        share = (1 - 0.1 * 0.5) * (1 - 0.2 * 0.5) if kernel else 1
        assert np.allclose(weight, share * start, rtol=1e-6), weight.path


def test_weight_decay_lasts_with_ftrl():
    """Its weights follow from sums: those of the first step are at hand, then decay sets in."""
    model = small_model()
    optimizer = build_optimizer(config("ftrl", weight_decay=0.5), model.trainable_variables)
    train(model, optimizer, [0.1])
    before = values(model)
    for _ in range(2):
        apply_nothing(optimizer, model, 0.1)
    for weight, start in zip(model.trainable_variables, before, strict=True):
        share = 0.95**2 if "kernel" in weight.path else 1
        assert np.allclose(weight, share * start, rtol=1e-5), weight.path


@pytest.mark.parametrize("solver", SOLVERS)
def test_weight_decay_makes_trained_kernels_shorter(solver):
    lengths = []
    for decay in (0.0, 5.0):
        model = small_model()
        fields = {"weight_decay": decay, "momentum": 0.8}
        optimizer = build_optimizer(config(solver, **fields), model.trainable_variables)
        train(model, optimizer, [0.02] * 5)
        kernels = [np.asarray(w) for w in model.trainable_variables if "kernel" in w.path]
        lengths.append(sum(float((kernel**2).sum()) for kernel in kernels))
    assert lengths[1] < 0.8 * lengths[0]


def test_what_decays():
    model = small_model()
    names = {weight.path for weight in model.trainable_variables if decays(weight)}
    assert names == {w.path for w in model.trainable_variables if "kernel" in w.path}
    scale = keras.layers.LayerNormalization(axis=(1, 2))
    scale.build((None, 3, 4))
    words = keras.layers.Embedding(5, 6)
    words.build()
    heads = keras.layers.MultiHeadAttention(2, 3)
    heads.build((None, 4, 5), (None, 4, 5))
    assert not any(decays(weight) for weight in [*scale.weights, *words.weights])
    assert all(decays(w) == (w.name == "kernel") for w in heads.weights)


def test_the_moving_average_is_that_of_keras():
    model, theirs = small_model(), small_model()
    optimizer = build_optimizer(config("sgd", ema=0.9, momentum=0.0), model.trainable_variables)
    averages = None
    for _ in range(4):
        train(model, optimizer, [0.05])
        now = values(model)
        pairs = zip(averages or now, now, strict=True)
        averages = [0.9 * average + 0.1 * value for average, value in pairs]
    kept = optimizer._model_variables_moving_average
    for average, variable in zip(averages, kept, strict=True):
        assert np.allclose(average, variable, atol=1e-6)
    train(theirs, keras.optimizers.SGD(0.05), [0.05])  # the weights themselves are not averaged
    assert not np.array_equal(values(model)[0], kept[0])


def test_float16_scales_the_loss(monkeypatch):
    monkeypatch.setattr(optimizers, "policy_of", lambda precision: "mixed_float16")
    model, theirs = small_model(), small_model()
    optimizer = build_optimizer(config("adam", precision="mixed"), model.trainable_variables)
    assert optimizer.scale_loss(1.0) == 2**15
    gradients = [np.full(w.shape, 0.25, np.float32) for w in model.trainable_variables]
    optimizer.learning_rate.assign(0.1)
    optimizer.apply([2**15 * gradient for gradient in gradients], model.trainable_variables)
    keras.optimizers.Adam(0.1).apply(gradients, theirs.trainable_variables)
    for ours, expected in zip(values(model), values(theirs), strict=True):
        assert np.allclose(ours, expected)
    overflow = [np.full(w.shape, np.inf, np.float32) for w in model.trainable_variables]
    optimizer.apply(overflow, model.trainable_variables)
    for ours, expected in zip(values(model), values(theirs), strict=True):
        assert np.allclose(ours, expected)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("solver", SOLVERS)
def test_cards_say_how_many_numbers_are_kept_for_each_weight(solver, momentum):
    weights = small_model().trainable_variables
    optimizer = build_optimizer(config(solver, momentum=momentum), weights)
    shapes = [v.shape for v in optimizer.variables if v.shape != ()]
    kept = sum(np.prod(shape) for shape in shapes)
    count = sum(np.prod(weight.shape) for weight in weights)
    card = solvers()[solver]
    assert kept == card.slots_with(momentum) * count
    assert card.uses_momentum == (solver in ("sgd", "momentum", "nesterov", "rmsprop"))


def test_there_is_a_card_for_each_solver():
    assert tuple(solvers()) == SOLVERS
