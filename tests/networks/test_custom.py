import textwrap

import keras
import numpy as np
import pytest
import tensorflow as tf

from workbench.errors import InvalidValue, NetworkError
from workbench.networks import compile_network

SHAPE = (8, 8, 1)
GOOD = """
def build(input_shape, outputs):
    return keras.Sequential([
        keras.Input(input_shape),
        layers.Flatten(),
        layers.Dense(outputs),
    ])
"""


def build(code, shape=SHAPE, outputs=3):
    return compile_network(textwrap.dedent(code)).build(shape, outputs)


def test_the_text_becomes_a_model():
    recipe = compile_network(GOOD)
    model = recipe.build(SHAPE, 3)
    assert model.output_shape == (None, 3)
    assert model.count_params() == 8 * 8 * 3 + 3
    assert recipe.loss is None


def test_the_names_that_need_no_import():
    code = GOOD + "\nassert math.pi == np.pi and tf.constant(1).shape == ops.zeros(()).shape\n"
    assert compile_network(code).build(SHAPE, 2).output_shape == (None, 2)


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        ("x = 1\n\ndef build(:\n    pass", 3, "invalid syntax"),
        ("import keras\nimport no_such_module", 2, "No module named 'no_such_module'"),
        ("x = 1\nfrom model import Tower", 2, "Tower, model_property and digits are given"),
        ("def helper():\n    return 1 / 0\n\nhelper()", 2, "ZeroDivisionError: division by zero"),
        ("\nexit()", 2, "SystemExit"),
        ("def f():\n    return f()\n\nf()", 2, "maximum recursion depth"),
        ("x = '\0'", None, "null bytes"),
        ("x = 1", None, "defines no network; write def build"),
    ],
)
def test_what_is_wrong_with_the_text_is_said_with_its_line(code, line, words):
    with pytest.raises(NetworkError, match=words) as caught:
        compile_network(code)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"line {line}: ") == (line is not None)
    assert isinstance(caught.value, InvalidValue)


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("x = layers.Conv2D(4, 9)(i)", 3, "would be zero or negative"),
        ("x = tf.get_variable('w', [3])", 3, "has no attribute 'get_variable'"),
        ("x = layer.Dense(3)(i)", 3, "name 'layer' is not defined"),
        ("x = layers.Dense(7)(layers.Flatten()(i))", 1, r"\(None, 7\), 3 outputs are needed"),
        ("x = layers.Dense(3, 'softmax')(layers.Flatten()(i))", 1, "softmax, which is part of the"),
        ("x = layers.Softmax()(layers.Dense(3)(layers.Flatten()(i)))", 1, "ends in softmax"),
        ("x = ops.softmax(layers.Dense(3)(layers.Flatten()(i)))", 1, "leave it out"),
        ("class Mine(BaseException): ...\n    raise Mine('odd')", 4, "Mine: odd"),
        ("x = layers.Dense(3)(i)", 1, r"\(None, 8, 8, 3\), 3 outputs are needed"),
        ("return 5", 1, "must return a keras.Model, got 5"),
        ("return keras.Sequential([layers.Dense(3)])", 1, "begin it with keras.Input"),
        ("i = keras.Input((9, 9, 1)); x = layers.Flatten()(i)", 1, r"the images are \(None, 8, 8"),
        (
            "x = layers.GlobalMaxPooling2D()(layers.Concatenate()([i] * 3))",
            1,
            "no weights to train",
        ),
    ],
)
def test_what_does_not_fit_is_said_with_its_line(body, line, words):
    begin = "def build(shape, outputs):\n    i = keras.Input(shape)\n"
    code = f"{begin}    {body}\n    return keras.Model(i, x)"
    recipe = compile_network(code)
    with pytest.raises(NetworkError, match=words) as caught:
        recipe.build(SHAPE, 3)
    assert caught.value.line == line


def test_a_model_whose_layers_cannot_be_seen_is_refused():
    code = """
    class Hidden(keras.Model):
        def call(self, x):
            return x

    def build(shape, outputs):
        return Hidden()
    """
    with pytest.raises(NetworkError, match="cannot be seen") as caught:
        build(code)
    assert caught.value.line == 6


def test_the_innermost_line_of_the_text_is_named_not_that_of_a_library():
    part = "def part(x):\n    return layers.Conv2D(-1, 3)(x)\n"
    code = part + "def build(shape, n):\n    return part(keras.Input(shape))"
    with pytest.raises(NetworkError, match="filters") as caught:
        compile_network(code).build(SHAPE, 3)
    assert caught.value.line == 2


def test_an_own_loss_is_one_value_an_example():
    recipe = compile_network(GOOD + "\ndef loss(targets, outputs):\n    return outputs ** 2\n")
    recipe.build(SHAPE, 3)
    outputs = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 3.0]], np.float32)
    assert np.allclose(recipe.loss(np.array([0, 1]), outputs), [14 / 3, 3])


def test_a_single_loss_counts_for_each_example():
    code = "\ndef loss(targets, outputs):\n    return ops.mean(outputs)\n"
    recipe = compile_network(GOOD + code)
    assert np.allclose(recipe.loss(np.array([0, 1]), np.array([[1.0, 2.0, 3.0]] * 2)), [2, 2])


def test_conditions_in_a_loss_go_into_the_graph():
    code = """
    def loss(targets, outputs):
        if ops.max(outputs) > 1.0:
            return outputs[:, 0]
        else:
            return outputs[:, 1]
    """
    loss = tf.function(compile_network(GOOD + textwrap.dedent(code)).loss, reduce_retracing=True)
    small, large = tf.constant([[0.5, 0.25]]), tf.constant([[2.0, 3.0]])
    assert loss(tf.constant([0]), small).numpy() == [0.25]
    assert loss(tf.constant([0]), large).numpy() == [2.0]


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("return targets['x']", 9, "got 'x'"),
        ("return ops.mean(outputs, axis=0)[:1]", None, r"shape \(1,\), one value each"),
    ],
)
def test_a_wrong_loss_is_found_before_training(body, line, words):
    recipe = compile_network(GOOD + f"def loss(targets, outputs):\n    {body}\n")
    with pytest.raises(NetworkError, match=words) as caught:
        recipe.build(SHAPE, 3)
    assert caught.value.line == line


def test_a_loss_that_works_only_outside_the_graph_is_found_before_training():
    body = "return ops.convert_to_tensor(outputs.numpy()[:, 0])"
    recipe = compile_network(GOOD + f"def loss(targets, outputs):\n    {body}\n")
    with pytest.raises(NetworkError, match="has no attribute 'numpy'") as caught:
        recipe.build(SHAPE, 3)
    assert caught.value.line == 9


def test_a_network_with_its_own_loss_may_end_as_it_likes():
    code = GOOD.replace("Dense(outputs)", "Dense(outputs, 'softmax')")
    own = "\ndef loss(targets, outputs):\n    return -ops.log(outputs[:, 0])\n"
    assert compile_network(code + own).build(SHAPE, 3).output_shape == (None, 3)


def test_what_is_printed_does_not_get_among_the_results(capsys):
    build("print('made')" + GOOD.replace("return", "print(1, 2, sep='-')\n    return"))
    assert capsys.readouterr() == ("", "made\n1-2\n")


def test_being_interrupted_is_no_fault_of_the_code():
    with pytest.raises(KeyboardInterrupt):
        compile_network("raise KeyboardInterrupt")


def test_a_text_may_define_classes_that_keras_and_dataclasses_look_into():
    code = """
    from __future__ import annotations
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Stage:
        filters: int

    class Double(layers.Layer):
        def call(self, x):
            return 2 * x

    def build(shape, outputs):
        i = keras.Input(shape)
        x = layers.Conv2D(Stage(4).filters, 3)(Double()(i))
        return keras.Model(i, layers.Dense(outputs)(layers.Flatten()(x)))
    """
    model = build(code)
    assert isinstance(model, keras.Model)
    assert model.layers[2].filters == 4
