import keras
import numpy as np
import pytest

import workbench as wb
from workbench.errors import InvalidValue, NetworkError, NotTrusted
from workbench.training.model import build, build_model, policy_of
from workbench.training.trust import trust

PLAIN = """
def build(input_shape, outputs):
    i = keras.Input(input_shape)
    return keras.Model(i, layers.Dense(outputs, name="out")(layers.Flatten()(i)), name="plain")
"""
TWO_HEADS = """
def build(input_shape, outputs):
    i = keras.Input(input_shape)
    x = layers.Conv2D(2, 3, name="conv")(i)
    x = layers.BatchNormalization(name="norm")(x)
    aux = layers.Dense(outputs, name="aux")(layers.Flatten()(x))
    answer = layers.Dense(outputs, name="answer")(layers.GlobalMaxPooling2D()(x))
    return keras.Model(i, [answer, aux], name="two")

def loss(targets, outputs):
    return ops.sum(outputs, axis=-1)
"""


def config(digits, home=None, code="", **fields):
    if code:
        trust(home, code)
        fields |= {"network": "custom", "code": code}
    return wb.TrainConfig(digits.id, **({"seed": 3} | fields))


def names(model):
    return [layer.name for layer in model.layers]


def weights(model):
    return [np.asarray(variable) for variable in model.variables]


def test_weights_follow_from_the_seed_alone(digits):
    first = weights(build_model(config(digits), digits))
    keras.layers.Dense(3)  # what the user does meanwhile
    second = weights(build_model(config(digits), digits))
    other = weights(build_model(config(digits, seed=4), digits))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_a_plain_network_is_one_model_with_the_mean_before_it(digits):
    built = build(config(digits), digits)
    assert built.core is built.model
    assert names(built.model) == ["pixels", "mean_subtraction", "lenet"]
    assert [v.path for v in built.model.variables][:4] == [
        "mean_subtraction/mean", "mean_subtraction/variance", "mean_subtraction/count",
        "lenet/conv1/kernel",
    ]  # fmt: skip
    assert built.heads == ("fc2",)
    assert built.loss is None


def test_a_custom_network_needs_trust_and_brings_its_loss(digits, digits_home):
    code = TWO_HEADS + "\n# nobody trusts this\n"
    foreign = wb.TrainConfig(digits.id, network="custom", code=code)
    with pytest.raises(NotTrusted):
        build(foreign, digits)
    built = build(config(digits, digits_home, TWO_HEADS), digits)
    assert built.heads == ("answer", "aux")
    assert np.array_equal(built.loss(np.zeros(2, int), np.ones((2, 10), np.float32)), [10, 10])
    assert [layer.name for layer in built.normalizations] == ["norm"]


def test_a_custom_network_that_does_not_fit_names_its_line(digits, digits_home):
    code = PLAIN.replace("(outputs, ", "(7, ")
    with pytest.raises(NetworkError, match="10 outputs are needed") as caught:
        build(config(digits, digits_home, code), digits)
    assert caught.value.line == 2


def test_auxiliary_heads_are_trained_and_then_gone(digits, digits_home):
    built = build(config(digits, digits_home, TWO_HEADS), digits)
    assert len(built.core.outputs) == 2 and len(built.model.outputs) == 1
    assert not any("aux" in variable.path for variable in built.model.variables)
    assert any("aux" in variable.path for variable in built.core.variables)
    pixels = np.asarray(digits.splits["train"].images[:3], np.float32)
    assert np.allclose(built.core(pixels)[0], built.model(pixels))
    built.core.get_layer("two").get_layer("answer").bias.assign(np.arange(10.0))
    assert np.allclose(built.core(pixels)[0], built.model(pixels))


def test_the_middle_is_cut_out_and_so_is_the_mean(digits, digits_home):
    built = build(config(digits, digits_home, PLAIN, crop=21), digits)
    assert built.core.input_shape == (None, 21, 21, 1)
    assert built.model.input_shape == (None, 28, 28, 1)
    assert names(built.model) == ["pixels", "crop", "mean_subtraction", "plain"]
    assert [v.path for v in built.model.variables] == [v.path for v in built.core.variables]
    pixels = np.asarray(digits.splits["train"].images[:3], np.float32)
    middle = pixels[:, 3:24, 3:24]
    assert np.array_equal(built.model(pixels), built.core(middle))
    centred = middle - digits.mean_image[3:24, 3:24]
    assert np.allclose(built.network(centred), built.core(middle), atol=1e-3)


def test_a_crop_that_does_not_fit_is_refused(digits):
    with pytest.raises(InvalidValue, match="crop is 29 px, but the images of digits have 28×28"):
        build(config(digits, crop=29), digits)
    with pytest.raises(InvalidValue, match="LeNet needs .* 16×16 .* the crop has 15×15"):
        build(config(digits, crop=15), digits)


def test_a_crop_of_the_whole_changes_nothing(digits):
    built = build(config(digits, crop=28), digits)
    assert built.core is built.model


def test_whitening_is_part_of_the_model(digits, digits_home):
    changes = wb.Augmentation(whitening=True)
    built = build(
        config(digits, digits_home, PLAIN, augmentation=changes, mean_subtraction="none"), digits
    )
    assert names(built.model) == ["pixels", "whitening", "whitened", "plain"]
    pixels = np.asarray(digits.splits["train"].images[:4], np.float32)
    inner = keras.Model(built.model.inputs[0], built.model.get_layer("whitened").output)
    white = np.asarray(inner(pixels))
    assert np.allclose(white.mean(axis=(1, 2, 3)), 0, atol=1e-3)
    assert np.allclose(white.std(axis=(1, 2, 3)), 64, rtol=1e-3)
    # A brighter image with less contrast is the same image.
    assert np.allclose(built.model(pixels), built.model(pixels * 0.5 + 40), atol=0.2)
    assert np.array_equal(inner(np.full((1, 28, 28, 1), 9.0)), np.zeros((1, 28, 28, 1)))


def test_mixed_precision_computes_in_16_bits_and_answers_in_32(digits):
    before = keras.config.dtype_policy().name
    built = build(config(digits, precision="mixed"), digits)
    assert keras.config.dtype_policy().name == before
    assert policy_of("mixed") in ("mixed_bfloat16", "mixed_float16")
    convolution = built.network.get_layer("conv1")
    assert convolution.compute_dtype in ("bfloat16", "float16")
    assert {variable.dtype for variable in built.core.trainable_variables} == {"float32"}
    assert built.model.get_layer("mean_subtraction").compute_dtype == "float32"
    pixels = np.asarray(digits.splits["train"].images[:3], np.float32)
    answer = np.asarray(built.model(pixels))
    assert answer.dtype == np.float32
    full = build(config(digits, precision="mixed"), digits, precision="float32")
    assert np.allclose(answer, full.model(pixels), atol=0.05, rtol=0.05)
    assert not np.array_equal(answer, full.model(pixels))


def test_a_policy_of_the_kernel_does_not_reach_a_run(digits):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        built = build(config(digits), digits)
    finally:
        keras.config.set_dtype_policy("float32")
    assert built.network.get_layer("conv1").compute_dtype == "float32"


@pytest.fixture
def floats(tmp_path):
    """Images of floats from 1000 to 1001, whose scale no network is made for."""
    home = wb.Home(tmp_path / "home")
    random = np.random.default_rng(1)
    images = random.uniform(1000, 1001, (40, 8, 8, 1)).astype(np.float32)
    images[0, 0, 0], images[1, 0, 0] = 1000, 1001
    np.savez(tmp_path / "floats.npz", x_train=images, y_train=np.arange(40) % 2)
    image = wb.ImageFormat(width=8, height=8, channels=1, dtype="float32")
    source = wb.Arrays(tmp_path / "floats.npz")
    wb.create_dataset("floats", source, image=image, runner="synchronous", home=home)
    return wb.dataset("floats", home=home)


@pytest.mark.parametrize(("mean", "least", "greatest"), [("none", 0, 255), ("pixel", -128, 127)])
def test_floats_come_to_the_scale_of_bytes(floats, mean, least, greatest):
    trust(floats.home, PLAIN)
    made = build(config(floats, floats.home, PLAIN, mean_subtraction=mean), floats).model
    before = keras.Model(made.inputs[0], made.get_layer("to_bytes").output)
    pixels = before(np.asarray(floats.splits["train"].images[:])).numpy()
    assert pixels.min() == pytest.approx(least, abs=5)
    assert pixels.max() == pytest.approx(greatest, abs=5)
