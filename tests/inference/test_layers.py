import numpy as np
import pytest

from workbench.inference.layers import flat


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
