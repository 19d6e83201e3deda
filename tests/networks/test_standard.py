"""Every network of the catalogue, built at its own size and at its smallest."""

import keras
import numpy as np
import pytest

from workbench import networks
from workbench.networks.building import apart
from workbench.networks.probe import flat, probe

NAMES = list(networks.catalogue())
OUTPUTS = 7
# As published: by the papers' authors, torchvision, Keras (whose count of ResNet-50 has 53,120
# moving averages more, 25,636,712) and, for GoogLeNet with its heads, BVLC's Caffe.
PUBLISHED = {
    "lenet": 431_080,
    "alexnet": 62_378_344,
    "googlenet": 13_378_280,
    "vgg16": 138_357_544,
    "resnet18": 11_689_512,
    "resnet50": 25_636_712 - 53_120,
    "mobilenet-v3-small": 2_542_856,
    "efficientnet-lite0": 4_652_008,
    "efficientnet-b0": 5_288_548,
    "efficientnet-v2-s": 21_458_488,
    "convnext-tiny": 28_589_128,
}
HEADS = {"lenet": "fc2", "alexnet": "fc3", "googlenet": "fc", "vgg16": "fcX8"}

# A plain one, one with three outputs, and those with layers of Keras' own, copied or bare.
PECULIAR = ("lenet", "googlenet", "mobilenet-v3-small", "efficientnet-b0", "convnext-tiny")


def made(name, shape, outputs=OUTPUTS, seed=1):
    with apart(seed):
        return networks.get(name).build(shape, outputs)


@pytest.fixture(scope="module", params=NAMES)
def smallest(request):
    """Each network for the smallest images it takes, of five channels."""
    height, width = networks.get(request.param).smallest
    return made(request.param, (height, width, 5))


def pictures(model, count=2):
    return np.random.default_rng(3).uniform(0, 255, (count, *model.input_shape[1:])).astype("f4")


def answer(model, images):
    given = model(images)
    return np.asarray(given[0] if isinstance(given, list) else given)


def test_the_fixed_words():
    assert NAMES == [
        "lenet", "alexnet", "googlenet", "vgg16", "resnet18", "resnet50", "mobilenet-v3-small",
        "efficientnet-lite0", "efficientnet-b0", "efficientnet-v2-s", "convnext-tiny",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_card_has_the_figures_of_the_network_and_they_are_the_published_ones(name):
    card = networks.get(name)
    model = made(name, card.default_input, card.classes)
    counted = networks.cost(model)
    assert counted.parameters == model.count_params()
    assert counted.trainable == card.parameters == PUBLISHED[name]
    assert counted.multiply_adds == card.multiply_adds
    assert counted.activations == card.activations
    assert model.outputs[0].shape == (None, card.classes)


def test_the_smallest_images_give_finite_logits_each_by_itself(smallest):
    images = pictures(smallest)
    given = answer(smallest, images)
    assert given.shape == (2, OUTPUTS)
    assert np.isfinite(given).all()
    # Raw outputs: neither rectified nor made into shares.
    assert not np.allclose(given.sum(axis=1), 1)
    assert not np.array_equal(given[0], given[1])
    assert np.allclose(answer(smallest, images[1:])[0], given[1], rtol=1e-3, atol=1e-5)


def test_the_head_is_the_last_layer_and_named(smallest):
    layer = smallest.get_layer(HEADS.get(smallest.name, "head"))
    assert isinstance(layer, keras.layers.Dense)
    assert layer.units == OUTPUTS
    assert layer.output is smallest.outputs[0]


@pytest.mark.parametrize("name", PECULIAR)
def test_a_saved_network_gives_the_same_and_every_layer_can_be_looked_into(name, tmp_path):
    model = made(name, (64, 64, 1))
    images = pictures(model)
    expected = answer(model, images)
    model.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert np.array_equal(answer(loaded, images), expected)
    views = dict(zip([layer.name for layer in flat(model)], probe(model)(images), strict=True))
    shown = np.asarray(views[HEADS.get(name, "head")])
    assert np.allclose(shown, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["mobilenet-v3-small", "convnext-tiny"])
def test_names_do_not_depend_on_what_was_built_before(name):
    first, second = made(name, (32, 32, 1)), made(name, (32, 32, 1))
    assert [layer.name for layer in first.layers] == [layer.name for layer in second.layers]
    assert [v.path for v in first.variables] == [v.path for v in second.variables]


@pytest.mark.parametrize(
    "name", ["lenet", "googlenet", "resnet18", "mobilenet-v3-small", "efficientnet-lite0"]
)
def test_a_step_down_the_gradient_lowers_the_loss(name):
    import tensorflow as tf

    model = made(name, (32, 32, 3), 4)
    images, targets = pictures(model, 8), np.arange(8) % 4

    def loss(training):
        given = model(images, training=training)
        parts = [
            tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(targets, each, True))
            for each in (given if isinstance(given, list) else [given])
        ]
        return parts[0] + 0.3 * sum(parts[1:])

    # Normalizations look at the batch, dropout is off: the same function before and after.
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    with tf.GradientTape() as tape:
        before = loss(training=True)
    gradients = tape.gradient(before, model.trainable_variables)
    assert all(np.isfinite(np.asarray(gradient)).all() for gradient in gradients)
    length = tf.linalg.global_norm(gradients)
    for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
        variable.assign_sub(0.01 * gradient / length)
    assert loss(training=True) < before


def test_alexnet_leaves_out_pools_that_would_leave_nothing():
    def pools(side):
        model = made("alexnet", (side, side, 3))
        return [layer.name for layer in model.layers if layer.name.startswith("pool")]

    assert pools(64) == pools(57) == ["pool1", "pool2", "pool5"]
    assert pools(56) == ["pool1", "pool2"]
    assert made("alexnet", (64, 64, 3)).get_layer("pool5").output.shape == (None, 1, 1, 256)


def test_alexnet_and_vgg_have_the_layers_of_digits():
    alexnet = made("alexnet", (224, 224, 3), 1000)
    assert alexnet.get_layer("flatten").output.shape == (None, 6 * 6 * 256)
    assert alexnet.get_layer("conv1").output.shape == (None, 56, 56, 96)
    vgg = made("vgg16", (32, 64, 1))
    convolutions = [layer.name for layer in vgg.layers if layer.name.startswith("conv")]
    assert convolutions[:3] == ["conv1_1", "conv1_2", "conv2_1"]
    assert len(convolutions) == 13
    assert vgg.get_layer("flatten5").output.shape == (None, 1 * 2 * 512)


def test_googlenet_has_two_auxiliary_heads_after_4a_and_4d():
    model = made("googlenet", (224, 224, 3), 5)
    assert [output.shape for output in model.outputs] == [(None, 5)] * 3
    assert model.get_layer("aux_1-pool").input.name == model.get_layer("4a").output.name
    assert model.get_layer("aux_2-pool").input.name == model.get_layer("4d").output.name
    assert model.get_layer("aux_1-flatten").output.shape == (None, 4 * 4 * 128)
    assert model.get_layer("5b").output.shape == (None, 7, 7, 1024)
    # DIGITS' biases start at 0.2.
    assert np.allclose(np.asarray(model.get_layer("3a-conv_5x5").bias), 0.2)


def test_resnet18_keeps_the_size_of_small_images_at_first():
    small, large = made("resnet18", (63, 80, 3)), made("resnet18", (64, 80, 3))
    assert small.get_layer("conv1").output.shape == (None, 63, 80, 64)
    assert large.get_layer("conv1").output.shape == (None, 32, 40, 64)
    assert [v.shape for v in small.weights] == [v.shape for v in large.weights]


def test_lite0_names_its_weights_as_the_published_files_do():
    model = made("efficientnet-lite0", (32, 32, 3))
    paths = {v.path: tuple(v.shape) for v in model.weights if not v.path.startswith("head/")}
    assert sum(np.prod(shape) for shape in paths.values()) == 3_413_024
    assert len(paths) == 5 * 49
    assert paths["stem_conv/kernel"] == (3, 3, 3, 32)
    assert paths["block1a_depthwise_conv/kernel"] == (3, 3, 32, 1)
    assert paths["block3b_expand_conv/kernel"] == (1, 1, 40, 240)
    assert paths["block6d_depthwise_bn/moving_variance"] == (1152,)
    assert paths["head_conv/kernel"] == (1, 1, 320, 1280)
    assert "block1a_expand_conv/kernel" not in paths


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # ((pixel - mean) / deviation, of ImageNet, in the order red, green, blue.
        ("convnext-tiny", [-2.117904, -2.035714, -1.804444]),
        ("resnet50", [-123.675, -116.28, -103.53]),
        ("efficientnet-lite0", [-0.9921875] * 3),
    ],
)
def test_black_becomes_what_the_published_weights_expect(name, expected):
    layer = made(name, (32, 32, 3)).get_layer("scale")
    assert np.allclose(np.asarray(layer(np.zeros((1, 1, 1, 3))))[0, 0, 0], expected, atol=1e-5)


def test_channels_beyond_three_are_scaled_by_the_mean_of_the_colours():
    layer = made("convnext-tiny", (32, 32, 5)).get_layer("scale")
    mean = (123.675 + 116.28 + 103.53) / 3
    assert np.allclose(np.asarray(layer(np.full((1, 1, 1, 5), mean))), 0, atol=1e-6)
