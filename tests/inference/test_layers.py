import keras
import numpy as np
import pytest

from workbench.networks.probe import flat, probe


@pytest.fixture(scope="module")
def result(trained):
    return trained.classify(trained.dataset.paths("val", [12])[0])


def test_layers_come_in_the_order_of_computation(result):
    names = list(result.layers)
    assert names[0] == "input"
    assert names.index("conv1") < names.index("conv2")
    assert np.array_equal(result.layers["input"].activation, result.image.astype(np.float32))


def test_a_convolution_is_what_numpy_computes_after_its_activation(result):
    layers = result.layers
    before = list(layers).index("conv1") - 1
    given = layers[list(layers)[before]].activation[..., 0]
    conv = layers["conv1"]
    kernel, bias = conv.weights["kernel"], conv.weights["bias"]
    windows = np.lib.stride_tricks.sliding_window_view(given, (5, 5))
    expected = np.einsum("ijkl,klc->ijc", windows, kernel[:, :, 0, :]) + bias
    assert np.allclose(conv.activation, np.maximum(expected, 0), atol=1e-4)


def test_parameters_and_statistics(trained, result):
    conv = result.layers["conv1"]
    assert conv.parameters == 520
    assert np.isclose(conv.statistics.mean, conv.activation.mean(dtype=np.float64))
    assert np.isclose(conv.statistics.std, conv.activation.std(dtype=np.float64))
    assert sum(conv.statistics.counts) == conv.activation.size
    assert conv.activation.shape == (24, 24, 20)
    total = sum(layer.parameters for layer in result.layers.values())
    assert total >= sum(int(np.prod(w.shape)) for w in trained.model.trainable_variables)
    assert len(flat(trained.model)) == len(result.layers) - 1


def test_the_mean_is_a_weight_and_the_variance_that_does_nothing_is_not(trained, result):
    shown = result.layers["mean_subtraction"].weights
    assert list(shown) == ["mean"]
    assert np.array_equal(shown["mean"], trained.dataset.mean_image.astype(np.float32))


def test_the_last_layer_is_the_output(result):
    last = result.layers[list(result.layers)[-1]]
    assert np.allclose(last.activation.reshape(-1), result.output)


def test_bare_operations_between_layers_are_followed():
    pixels = keras.Input((4, 4, 1), name="pixels")
    first = keras.layers.Conv2D(2, 1, bias_initializer="ones", name="first")(pixels)
    second = keras.layers.ReLU(6.0, name="second")(first + 3.0) * (1 / 6)
    third = keras.layers.Add(name="third")([first, first - second])
    model = keras.Model(pixels, keras.layers.Flatten(name="last")(third))
    images = np.linspace(-2, 2, 16, dtype=np.float32).reshape(1, 4, 4, 1)
    outputs = probe(model)(images)
    assert [layer.name for layer in flat(model)] == ["first", "second", "third", "last"]
    given = [np.asarray(output) for output in outputs]
    assert np.allclose(given[1], np.clip(given[0] + 3, 0, 6))
    assert np.allclose(given[2], 2 * given[0] - given[1] / 6, atol=1e-6)
    assert np.allclose(given[3], np.asarray(model(images)))
