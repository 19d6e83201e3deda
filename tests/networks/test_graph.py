import json

import keras
import pytest
from keras import layers

from workbench import networks
from workbench.networks.cost import cost
from workbench.networks.graph import check_network, graph
from workbench.networks.structure import head_layers, leaves


def branched():
    """Two branches that meet, a model within, a layer used twice, and two outputs."""
    inner_input = keras.Input((6, 6, 4))
    inner = keras.Sequential(
        [inner_input, layers.Conv2D(4, 3, padding="same", name="within")], name="inner"
    )
    pixels = keras.Input((8, 8, 1), name="pixels")
    x = layers.Conv2D(4, 3, name="conv")(pixels)
    both = layers.Add(name="add")([inner(x), x])
    shared = layers.Dense(4, name="shared")
    x = shared(shared(layers.GlobalAveragePooling2D(name="pool")(both)))
    answer = layers.Activation("linear", name="answer")(layers.Dense(3, name="head")(x))
    aux = layers.Dropout(0.5, name="drop")(layers.Dense(3, name="aux")(x))
    return keras.Model(pixels, [answer, aux])


def test_a_head_within_a_model_that_cannot_be_seen_into_is_found():
    class Block(keras.Model):
        def __init__(self):
            super().__init__(name="block")
            self.last = keras.layers.Dense(2, name="last")

        def call(self, values):
            return self.last(values)

    pixels = keras.Input((4,))
    hidden = keras.layers.Dense(3, name="first")(pixels)
    assert head_layers(keras.Model(pixels, Block()(hidden))) == ("last",)


def test_nodes_and_edges_of_a_graph_with_branches():
    found = graph(branched())
    names = [node.name for node in found.nodes]
    edges = {(names[a], names[b]) for a, b in found.edges}
    assert edges == {
        ("pixels", "conv"), ("conv", "within"), ("within", "add"), ("conv", "add"),
        ("add", "pool"), ("pool", "shared"), ("shared", "shared"), ("shared", "head"),
        ("head", "answer"), ("shared", "aux"), ("aux", "drop"),
    }  # fmt: skip
    assert names.count("shared") == 2
    assert [node.id for node in found.nodes] == list(range(len(names)))
    assert all(a < b for a, b in found.edges)


def test_figures_of_nodes():
    found = {node.name: node for node in graph(branched()).nodes}
    assert found["pixels"].kind == "Input" and found["pixels"].shape == (8, 8, 1)
    assert found["conv"].shape == (6, 6, 4)
    assert found["conv"].parameters == 3 * 3 * 4 + 4
    assert found["conv"].multiply_adds == 6 * 6 * 9 * 4
    assert graph(branched()).parameters == branched().count_params()


def test_a_graph_is_plain_json():
    document = graph(branched()).to_dict()
    assert json.loads(json.dumps(document))["nodes"][1]["shape"] == [6, 6, 4]


@pytest.mark.parametrize("name", ["lenet", "googlenet", "mobilenet-v3-small"])
def test_sums_are_those_of_the_cost(name):
    model = networks.get(name).build((64, 64, 3), 5)
    found, expected = graph(model), cost(model)
    assert found.parameters == expected.parameters == model.count_params()
    assert found.multiply_adds == expected.multiply_adds


def test_heads_are_the_last_layers_with_weights():
    assert head_layers(branched()) == ("head", "aux")
    assert [layer.name for layer in leaves(branched())].count("within") == 1
    outer = keras.Input((28, 28, 1))
    lenet = networks.get("lenet").build((28, 28, 1), 10)
    assert head_layers(keras.Model(outer, lenet(outer))) == ("fc2",)


def test_checking_draws_what_fits():
    check = check_network("lenet", (28, 28, 1), 10)
    assert check.error == "" and check.line is None
    assert [node.name for node in check.graph.nodes][:3] == ["input", "scale", "conv1"]


def test_checking_says_what_does_not_fit():
    check = check_network("lenet", (10, 12, 1), 10)
    assert check.graph is None
    assert check.error == "LeNet needs images of 16×16 pixels or more, these have 12×10"
    code = (
        "def build(shape, n):\n    return keras.Sequential([keras.Input(shape), layers.Dense(n)])"
    )
    check = check_network(code, (8, 8, 1), 10)
    assert "(None, 8, 8, 10), 10 outputs are needed" in check.error
    assert check.line == 1


def test_checking_takes_no_memory_for_weights():
    """Ten million units behind 64×64 pixels would be half a terabyte."""
    code = (
        "def build(shape, n):\n"
        "    wide = [layers.Flatten(), layers.Dense(10_000_000), layers.Dense(n)]\n"
        "    return keras.Sequential([keras.Input(shape), *wide])"
    )
    check = check_network(code, (64, 64, 3), 3)
    assert check.error == ""
    assert check.graph.parameters == 12_288 * 10**7 + 10**7 + 3 * 10**7 + 3


def test_checking_leaves_no_trace_in_the_kernel():
    before = keras.layers.Dense(1).name, keras.config.dtype_policy().name
    code = (
        "keras.config.set_dtype_policy('mixed_bfloat16')\n"
        "def build(shape, n):\n"
        "    return keras.Sequential([keras.Input(shape), layers.Flatten(), layers.Dense(n)])"
    )
    first = check_network(code, (8, 8, 1), 10)
    second = check_network(code, (8, 8, 1), 10)
    assert first.graph == second.graph  # automatic names begin anew each time
    after = keras.layers.Dense(1).name
    number = int(before[0].rpartition("_")[2]) if "_" in before[0] else 0
    assert after == f"dense_{number + 1}"
    assert keras.config.dtype_policy().name == before[1]
