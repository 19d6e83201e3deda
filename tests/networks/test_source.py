import keras
import pytest
from keras import layers

from workbench import networks
from workbench.errors import NetworkError, NotFound
from workbench.networks import Tower, compile_network, model_property, source_of
from workbench.networks.building import apart
from workbench.networks.structure import leaves

WIDTH = 3


def small(input_shape, outputs):
    inputs = keras.Input(input_shape)
    x = layers.Flatten()(inputs)
    return keras.Model(inputs, layers.Dense(outputs, name="out")(x))


def build(input_shape, outputs):
    return keras.Sequential([keras.Input(input_shape), layers.Flatten(), layers.Dense(outputs)])


def with_a_constant(input_shape, outputs):
    return keras.Sequential([keras.Input(input_shape), layers.Dense(WIDTH), layers.Dense(outputs)])


class Mine(Tower):
    filters = 2

    @model_property
    def inference(self):
        x = layers.Conv2D(self.filters, 3)(self.x)
        return layers.Dense(self.nclasses)(layers.Flatten()(x))


def made_within():
    def inner(input_shape, outputs):
        import math

        width = math.ceil(2.5)
        inputs = keras.Input(input_shape)
        return keras.Model(inputs, layers.Dense(outputs)(layers.Dense(width)(inputs)[:, 0, 0]))

    return inner


@pytest.mark.parametrize("network", [small, build, Mine, made_within()])
def test_the_text_of_an_object_builds_the_same(network):
    text = source_of(network)
    model = compile_network(text).build((8, 8, 1), 4)
    assert model.output_shape == (None, 4)
    assert text.startswith(("def ", "class "))


def test_what_the_text_leaves_out_is_named():
    with pytest.raises(NetworkError, match="with_a_constant uses WIDTH, which its own text"):
        source_of(with_a_constant)


def test_an_object_without_text_is_refused():
    with pytest.raises(NetworkError, match="the text of len cannot be had"):
        source_of(len)
    with pytest.raises(NetworkError, match="a function or a class with a name"):
        source_of(lambda shape, outputs: None)
    with pytest.raises(NetworkError, match="a function or a class with a name"):
        source_of(7)


@pytest.mark.parametrize("name", ["lenet", "resnet18", "efficientnet-lite0", "mobilenet-v3-small"])
def test_a_standard_network_opens_as_text_of_the_same_network(name):
    text = networks.source_of_standard(name)
    assert "import workbench" not in text and "from workbench" not in text
    with apart():
        opened = compile_network(text).build((64, 64, 3), 5)
    with apart():
        standard = networks.get(name).build((64, 64, 3), 5)
    assert _described(opened) == _described(standard)


def _described(model):
    return [(type(layer).__name__, layer.get_config()) for layer in leaves(model)]


def test_every_standard_network_opens_as_text():
    for name in networks.catalogue():
        assert callable(compile_network(networks.source_of_standard(name)).build)


def test_an_unknown_network_has_no_text():
    with pytest.raises(NotFound, match="no network 'lenot'"):
        networks.source_of_standard("lenot")
