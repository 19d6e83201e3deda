import keras
import numpy as np

from workbench.networks.probe import flat, learnt, probe, state_of


def two_paths():
    """A layer used twice, a model within, a sum that is no layer."""
    pixels = keras.Input((4,))
    shared = keras.layers.Dense(3, name="shared")
    narrow = keras.layers.Dense(4, name="narrow")
    inner = keras.Sequential([keras.Input((3,)), keras.layers.ReLU(name="relu")], name="inner")
    first = shared(pixels)
    second = shared(narrow(first))
    return keras.Model(pixels, inner(first + second))


def test_every_layer_gives_its_last_output():
    model = two_paths()
    found = probe(model)
    values = np.random.default_rng(1).random((5, 4), np.float32)
    outputs = dict(zip([layer.name for layer in flat(model)], found(values), strict=True))
    assert set(outputs) == {"shared", "narrow", "relu"}
    shared, narrow = model.get_layer("shared"), model.get_layer("narrow")
    first = shared(values)
    second = shared(narrow(first))
    np.testing.assert_allclose(outputs["narrow"], narrow(first), rtol=1e-6)
    np.testing.assert_allclose(outputs["shared"], second, rtol=1e-6)
    np.testing.assert_allclose(outputs["relu"], keras.ops.relu(first + second), rtol=1e-6)


def test_a_network_can_be_probed_again_and_its_probe_used_beside():
    model = two_paths()
    values = np.ones((1, 4), np.float32)
    first, second = probe(model), probe(model)
    for one, other in zip(first(values), second(values), strict=True):
        np.testing.assert_array_equal(one, other)


def test_counters_and_random_states_are_not_learnt():
    dropout = keras.layers.Dropout(0.5, seed=1)
    dropout.build((None, 3))
    assert learnt(dropout) == []
    dense = keras.layers.Dense(2)
    dense.build((None, 3))
    assert [weight.name for weight in learnt(dense)] == ["kernel", "bias"]


class Block(keras.Model):
    """A model with a call method of its own: what it does inside cannot be seen."""

    def __init__(self):
        super().__init__(name="block")
        self.inner = keras.layers.Dense(3, name="inner")

    def call(self, values):
        return keras.ops.relu(self.inner(values))


def test_a_model_that_cannot_be_seen_into_is_one_layer():
    pixels = keras.Input((4,))
    model = keras.Model(pixels, keras.layers.Dense(2, name="head")(Block()(pixels)))
    assert [layer.name for layer in flat(model)] == ["block", "head"]
    values = np.random.default_rng(1).random((5, 4), np.float32)
    block, head = probe(model)(values)
    np.testing.assert_allclose(block, model.get_layer("block")(values), rtol=1e-6)
    np.testing.assert_allclose(head, model(values), rtol=1e-6)
    state = state_of(model.get_layer("block"), np.asarray(block[0]))
    assert (state.kind, state.parameters) == ("Block", 15)
