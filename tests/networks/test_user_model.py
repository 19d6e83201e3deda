import keras
import numpy as np
import pytest
import tensorflow as tf

from workbench.errors import NetworkError
from workbench.networks import Tower, compile_network, model_property, user_model

CODE = """
class UserModel(Tower):

    @model_property
    def inference(self):
        assert self.is_training and not self.is_inference and self.y is None
        x = layers.Conv2D(4, 3, activation="relu", name="conv1")(self.x * 0.0125)
        x = layers.Dropout(0.5)(layers.Flatten()(x))
        return layers.Dense(self.nclasses, name="out")(x)
"""
LOSS = """
    @{kind}
    def loss(self):
        self.summaries.append(digits.classification_accuracy(self.inference, self.y))
        return digits.classification_loss(self.inference, self.y)
"""


def test_inference_makes_the_graph():
    model = compile_network(CODE).build((8, 8, 1), 5)
    assert model.output_shape == (None, 5)
    assert model.get_layer("conv1").kernel.shape == (3, 3, 1, 4)
    # Dropout is in the graph and knows itself when the network is used.
    pixels = np.full((1, 8, 8, 1), 255.0, np.float32)
    used = [np.asarray(model(pixels, training=False)) for _ in range(2)]
    assert np.array_equal(*used)


@pytest.mark.parametrize("kind", ["model_property", "property"])
def test_the_loss_sees_outputs_and_targets(kind):
    recipe = compile_network(CODE + LOSS.format(kind=kind))
    recipe.build((8, 8, 1), 5)
    outputs = np.random.default_rng(1).normal(size=(6, 5)).astype(np.float32)
    targets = np.array([0, 1, 2, 3, 4, 0])
    expected = keras.losses.sparse_categorical_crossentropy(targets, outputs, from_logits=True)
    assert np.allclose(recipe.loss(targets, outputs), expected, atol=1e-6)
    in_graph = tf.function(recipe.loss)(tf.constant(targets), tf.constant(outputs))
    assert np.allclose(in_graph, expected, atol=1e-6)


def test_the_loss_knows_the_shape_of_the_images():
    own = "    @property\n    def loss(self):\n        return self.inference * self.input_shape[1]"
    recipe = compile_network(f"{CODE}\n{own}")
    recipe.build((8, 9, 1), 5)
    assert np.allclose(recipe.loss(np.zeros(2, int), np.ones((2, 5), np.float32)), [9, 9])


def test_without_a_loss_there_is_none():
    assert compile_network(CODE).loss is None


def test_without_inference_it_is_named():
    recipe = compile_network("class UserModel(Tower):\n    pass")
    with pytest.raises(NetworkError, match="no property inference"):
        recipe.build((8, 8, 1), 5)


def test_outputs_that_do_not_fit_are_told_where_inference_stands():
    with pytest.raises(NetworkError, match="5 outputs are needed") as caught:
        compile_network(CODE.replace("self.nclasses", "7")).build((8, 8, 1), 5)
    assert caught.value.line == 4


def test_a_list_is_the_answer_and_auxiliary_heads():
    code = CODE.replace(
        "return layers", "aux = layers.Dense(5)(x)\n        return [layers"
    ).rstrip()
    model = compile_network(f"{code}, aux]").build((8, 8, 1), 5)
    assert [tensor.shape for tensor in model.outputs] == [(None, 5)] * 2
    assert model.outputs[0]._keras_history.operation.name == "out"


def test_a_property_is_computed_once():
    class Counting(Tower):
        @model_property
        def inference(self):
            self.summaries.append("computed")
            return 7

    tower = Counting(None, None, (1, 1, 1), 1, True, False)
    assert (tower.inference, tower.inference, tower.summaries) == (7, 7, ["computed"])


def test_mean_squares_and_accuracy():
    assert float(user_model.mse_loss(np.array([1.0, 2.0]), np.array([0.0, 4.0]))) == 2.5
    pred = np.array([[0.0, 1.0], [2.0, 1.0]])
    assert float(user_model.classification_accuracy(pred, np.array([1, 1]))) == 0.5
