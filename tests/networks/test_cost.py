"""Costs counted from graphs, against sums by hand."""

import keras
import pytest
from keras import layers

from workbench import networks


def only(model):
    (found,) = networks.cost(model).layers
    return found


def one(layer, shape=(8, 6, 4)):
    return only(keras.Sequential([keras.Input(shape), layer]))


@pytest.mark.parametrize(
    ("layer", "parameters", "multiply_adds", "activations"),
    [
        (layers.Conv2D(5, 3), 3 * 3 * 4 * 5 + 5, 6 * 4 * 5 * 3 * 3 * 4, 6 * 4 * 5),
        (layers.Conv2D(5, 3, strides=2, padding="same"), 185, 4 * 3 * 5 * 36, 4 * 3 * 5),
        (layers.Conv2D(8, 3, groups=2), 3 * 3 * 2 * 8 + 8, 6 * 4 * 8 * 3 * 3 * 2, 6 * 4 * 8),
        (layers.DepthwiseConv2D(3, depth_multiplier=2), 9 * 8 + 8, 24 * 8 * 9, 24 * 8),
        (
            layers.SeparableConv2D(5, 3, depth_multiplier=2),
            9 * 8 + 8 * 5 + 5,
            24 * (8 * 9 + 8 * 5),
            24 * 5,
        ),
        (layers.Conv2DTranspose(5, 2, strides=2), 4 * 4 * 5 + 5, 48 * 4 * 4 * 5, 16 * 12 * 5),
        (layers.Dense(7), 4 * 7 + 7, 48 * 4 * 7, 48 * 7),
        (layers.MaxPooling2D(2), 0, 0, 4 * 3 * 4),
        (layers.BatchNormalization(), 16, 0, 8 * 6 * 4),
    ],
)
def test_a_layer(layer, parameters, multiply_adds, activations):
    found = one(layer)
    assert (found.kind, found.name) == (type(layer).__name__, layer.name)
    assert (found.parameters, found.multiply_adds) == (parameters, multiply_adds)
    assert found.activations == activations


def test_moving_averages_are_held_but_not_trained():
    assert one(layers.BatchNormalization()).trainable == 8
    assert one(layers.Dense(7, trainable=False)).trainable == 0


def test_models_within_models_and_bare_operations():
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.ReLU()], name="inner")
    pixels = keras.Input((4,))
    given = inner(pixels)
    model = keras.Model(pixels, layers.Dense(2)(given + given))
    found = networks.cost(model)
    assert [layer.kind for layer in found.layers] == ["Dense", "ReLU", "Add", "Dense"]
    assert found.parameters == model.count_params() == 15 + 8
    assert found.multiply_adds == 12 + 6
    assert found.activations == 3 + 3 + 3 + 2


def test_a_layer_used_twice_works_twice_and_is_held_once():
    shared = layers.Dense(4)
    pixels = keras.Input((4,))
    model = keras.Model(pixels, shared(shared(pixels)))
    shared(keras.Input((4,)))  # a use outside the model does not count
    found = networks.cost(model)
    assert found.parameters == model.count_params() == 20
    assert (found.multiply_adds, found.activations) == (32, 8)


def test_all_outputs_of_a_layer_are_kept():
    pixels = keras.Input((5, 4))
    model = keras.Model(pixels, layers.LSTM(3, return_state=True)(pixels))
    assert networks.cost(model).activations == 9


def test_of_a_subclassed_model_only_the_weights_are_known():
    class Own(keras.Model):
        def __init__(self):
            super().__init__(name="own")
            self.dense = layers.Dense(3)

        def call(self, given):
            return self.dense(given)

    model = Own()
    model(keras.Input((4,)))
    found = only(model)
    assert (found.name, found.parameters, found.trainable) == ("own", 15, 15)
    assert (found.multiply_adds, found.activations) == (0, 0)
    pixels = keras.Input((4,))
    within = networks.cost(keras.Model(pixels, model(pixels)))
    assert (within.parameters, within.activations) == (15, 3)


def test_a_card_estimates_other_sizes_by_area():
    card = networks.get("lenet")
    assert card.multiply_adds_at(28, 28) == card.multiply_adds
    assert card.multiply_adds_at(56, 28) == 2 * card.multiply_adds
    assert card.memory == 4 * (3 * 431_080 + 64 * 20_994)


def test_lenet_at_another_size_by_hand():
    found = networks.cost(networks.get("lenet").build((32, 48, 3), 2))
    by_hand = 28 * 44 * 20 * 75 + 10 * 18 * 50 * 500 + 5 * 9 * 50 * 500 + 500 * 2
    assert found.multiply_adds == by_hand
