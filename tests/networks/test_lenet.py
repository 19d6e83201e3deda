import numpy as np
import pytest

from workbench import networks
from workbench.errors import NotFound


def test_lenet_has_the_layers_and_parameters_of_digits():
    model = networks.get("lenet").build((28, 28, 1), 10)
    # 5·5·1·20+20, 5·5·20·50+50, 4·4·50·500+500, 500·10+10: digits/standard-networks/tensorflow.
    assert [layer.count_params() for layer in model.layers if layer.count_params()] == [
        520,
        25_050,
        400_500,
        5_010,
    ]
    assert model.output_shape == (None, 10)
    # DIGITS multiplies the pixels by 0.0125.
    scale = model.get_layer("scale")
    assert np.allclose(np.asarray(scale(np.full((1, 28, 28, 1), 80.0))), 1.0)


@pytest.mark.parametrize(("shape", "outputs"), [((32, 48, 3), 2), ((64, 64, 1), 100)])
def test_lenet_adapts_to_input_and_classes(shape, outputs):
    model = networks.get("lenet").build(shape, outputs)
    assert model(np.zeros((2, *shape), np.float32)).shape == (2, outputs)


def test_an_unknown_network_is_named_with_the_choice():
    with pytest.raises(NotFound, match="no network 'lenot'; choose one of lenet"):
        networks.get("lenot")
