import dataclasses

import keras
import numpy as np
import pytest

import workbench as wb
from workbench import networks
from workbench.errors import DataError, InvalidValue, NotFound, NotTrusted
from workbench.training.checkpoints import save_checkpoint
from workbench.training.model import build
from workbench.training.start import Start
from workbench.training.transfer import hold_normalization, multipliers, start_weights
from workbench.training.trust import FILE, trust

# Ten layers with weights under the head; the classes and the channels decide two of them.
DEEP = """
def build(input_shape, outputs):
    x = i = keras.Input(input_shape)
    for place in range(5):
        x = layers.Conv2D(3, 3, padding="same", name=f"conv{place}")(x)
        x = layers.BatchNormalization(name=f"norm{place}")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(i, layers.Dense(outputs, name="head")(x), name="deep")
"""


@pytest.fixture
def deep(digits, digits_home):
    """The configuration of a small deep network on the digits."""
    trust(digits_home, DEEP)
    return wb.TrainConfig(digits.id, network="custom", code=DEEP, seed=1)


@pytest.fixture
def job(deep, digits_home):
    """A run that is about to start."""
    made = digits_home.create_job("run", "new", deep.to_dict(), [deep.dataset])
    yield made
    digits_home.delete(made)


def arrays(outputs=10, seed=5):
    """Weights of the network under their Keras paths."""
    random = np.random.default_rng(seed)
    found = {}
    for place in range(5):
        channels = 1 if place == 0 else 3
        found[f"conv{place}/kernel"] = random.normal(size=(3, 3, channels, 3))
        found[f"conv{place}/bias"] = random.normal(size=3)
        for name in ("gamma", "beta", "moving_mean", "moving_variance"):
            found[f"norm{place}/{name}"] = random.uniform(0.5, 1, size=3)
    found["head/kernel"] = random.normal(size=(3, outputs))
    found["head/bias"] = random.normal(size=outputs)
    return {name: array.astype(np.float32) for name, array in found.items()}


def write(path, found):
    np.savez(path, **{name.replace("/", "__"): array for name, array in found.items()})
    return str(path)


def begin(config, job, digits, **start):
    config = dataclasses.replace(config, start=Start(**start))
    built = build(config, digits)
    return built, start_weights(config, job, built)


def values(built):
    return {variable.path: np.asarray(variable) for variable in built.network.weights}


def test_arrays_find_their_variables_by_name(deep, job, digits, tmp_path):
    found = arrays()
    built, report = begin(deep, job, digits, weights=write(tmp_path / "a.npz", found))
    assert all(np.array_equal(value, found[path]) for path, value in values(built).items())
    assert len(report.loaded) == 11
    assert report.redrawn == report.unused == ()
    assert str(report) == f"11 layers took the weights of {tmp_path / 'a.npz'}"


def test_what_does_not_fit_is_drawn_anew_and_told(deep, job, digits, tmp_path):
    found = arrays(outputs=7) | {"top/kernel": np.zeros(3)}
    found["conv0/kernel"] = np.zeros((3, 3, 3, 3), np.float32)
    fresh = values(build(deep, digits))
    built, report = begin(deep, job, digits, weights=write(tmp_path / "a.npz", found))
    assert report.redrawn == ("conv0", "head")
    # A layer is taken whole or not at all.
    assert set(report.unused) == {
        "conv0/kernel", "conv0/bias", "head/kernel", "head/bias", "top/kernel",
    }  # fmt: skip
    now = values(built)
    for name in ("conv0/kernel", "conv0/bias", "head/kernel", "head/bias"):
        assert np.array_equal(now[name], fresh[name])
    assert np.array_equal(now["conv1/kernel"], found["conv1/kernel"])
    assert "9 layers took the weights of" in str(report)
    assert "drawn anew: conv0, head; not used: conv0/bias, conv0/kernel" in str(report) or (
        "drawn anew: conv0, head; not used: conv0/kernel, conv0/bias" in str(report)
    )


@pytest.mark.parametrize("frozen", [{"frozen": -1}, {"frozen": 2}, {"stages": 3}])
def test_what_is_drawn_is_not_frozen(deep, job, digits, tmp_path, frozen):
    found = arrays(outputs=7)
    path = write(tmp_path / "a.npz", found)
    _, report = begin(deep, job, digits, weights=path, **frozen)
    assert report.redrawn == ("head",)  # which is trained from the beginning
    del found["conv0/bias"]
    path = write(tmp_path / "b.npz", found)
    words = "^conv0 found no weights in .*b.npz and would be frozen as drawn; train all from"
    with pytest.raises(InvalidValue, match=words):
        begin(deep, job, digits, weights=path, **frozen)
    assert begin(deep, job, digits, weights=path)[1].redrawn == ("conv0", "head")


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array(["x", "y", "z"]), "no numbers but str"),
        (np.ones(3, complex), "no numbers but complex128"),
        (np.ones(3, [("a", "f4")]), "no numbers but void32"),
        (np.array([1, np.nan, 2]), "numbers that are not finite"),
        (np.array([1, 1e300, 2]), "numbers that are not finite"),
    ],
)
def test_what_no_weight_can_be_is_refused(deep, job, digits, tmp_path, array, words):
    path = write(tmp_path / "a.npz", arrays() | {"conv2/bias": array})
    with pytest.raises(DataError, match=f"conv2/bias of .*a.npz holds {words}"):
        begin(deep, job, digits, weights=path)


def test_published_weights_are_given_the_pixels_they_know(deep, job, digits, tmp_path):
    resnet = wb.TrainConfig(digits.id, network="resnet18", seed=1)
    words = "ResNet-18 know pixels as they are, for it subtracts a mean itself: set mean_subtr"
    built = build(resnet, digits)
    kernel = np.zeros(built.network.get_layer("conv1").kernel.shape, np.float32)
    path = write(tmp_path / "a.npz", {"conv1/kernel": kernel})
    start = Start(weights=path)
    assert words in str(start_weights(dataclasses.replace(resnet, start=start), job, built))
    plain = dataclasses.replace(resnet, start=start, mean_subtraction="none")
    assert "set mean_subtraction" not in str(start_weights(plain, job, built))
    assert networks.default_mean_subtraction("resnet18") == "none"
    assert networks.default_mean_subtraction("lenet") == "image"
    assert networks.default_mean_subtraction("custom") == "image"


def test_where_nothing_fits_it_says_what_was_found(deep, job, digits, tmp_path):
    path = write(tmp_path / "a.npz", {"stem/kernel": np.zeros((3, 3, 3, 8))})
    words = r"none of the weights of .* fits: it has stem/kernel \(3, 3, 3, 8\), deep wants conv0"
    with pytest.raises(DataError, match=words):
        begin(deep, job, digits, weights=path)


@pytest.mark.parametrize("kind", ["a.keras", "a.weights.h5"])
def test_files_of_keras_give_the_same_weights(deep, job, digits, tmp_path, kind):
    other = build(dataclasses.replace(deep, seed=9), digits).network
    if kind == "a.keras":
        other.save(tmp_path / kind)
    else:
        other.save_weights(tmp_path / kind)
    built, report = begin(deep, job, digits, weights=str(tmp_path / kind))
    assert len(report.loaded) == 11 and not report.redrawn
    assert np.array_equal(built.network.get_layer("conv3").kernel, other.get_layer("conv3").kernel)
    assert np.array_equal(
        built.network.get_layer("norm2").moving_variance, other.get_layer("norm2").moving_variance
    )


def checkpoint_of(job, config, digits, step, value):
    """A checkpoint whose weights are all ``value``."""
    built = build(config, digits)
    for variable in built.network.weights:
        variable.assign(np.full(variable.shape, value))
    state = {"step": step, "epoch": step / 10, "metrics": {"val_accuracy": 0.1 * value}}
    arrays = [variable.numpy() for variable in built.core.variables]
    save_checkpoint(job.path / "checkpoints", arrays, state)


@pytest.fixture
def earlier(deep, digits, digits_home):
    """A run with two checkpoints, the first of them the better."""
    made = digits_home.create_job("run", "earlier", deep.to_dict(), [deep.dataset])
    checkpoint_of(made, deep, digits, 10, 2.0)
    checkpoint_of(made, deep, digits, 20, 1.0)
    yield made
    digits_home.delete(made)


def test_a_run_begins_with_the_best_checkpoint_of_another(deep, job, digits, earlier):
    built, report = begin(deep, job, digits, run=earlier.id)
    assert np.all(values(built)["conv2/kernel"] == 2)
    assert report.source == "earlier at epoch 1"
    assert len(report.loaded) == 11


def test_the_head_for_other_classes_is_not_taken(deep, job, digits, earlier, monkeypatch):
    from workbench.training import transfer

    labels = iter([["cat", *digits.labels[1:]], digits.labels])
    monkeypatch.setattr(transfer, "labels_of", lambda job: next(labels))
    built, report = begin(deep, job, digits, run=earlier.id)
    assert report.redrawn == ("head",)
    assert set(report.unused) == {"head/kernel", "head/bias"}
    assert np.all(values(built)["conv2/kernel"] == 2)
    assert not np.any(values(built)["head/kernel"] == 2)


def test_or_with_one_that_is_named(deep, job, digits, earlier):
    built, report = begin(deep, job, digits, run=f"{earlier.id}@20")
    assert np.all(values(built)["conv2/kernel"] == 1)
    assert report.source == "earlier at epoch 2"


def test_a_checkpoint_that_is_not_there_is_named(deep, job, digits, earlier):
    with pytest.raises(NotFound, match="no checkpoint at step 15; it has 10, 20"):
        begin(deep, job, digits, run=f"{earlier.id}@15")
    with pytest.raises(InvalidValue, match="ID or ID@STEP"):
        begin(deep, job, digits, run=f"{earlier.id}@best")
    with pytest.raises(NotFound, match="no run 'nothing'"):
        begin(deep, job, digits, run="nothing")


def test_the_code_of_the_other_run_must_be_trusted(digits, digits_home, job, earlier, tmp_path):
    lenet = wb.TrainConfig(digits.id, seed=1)
    list_ = digits_home.path / FILE
    kept = list_.read_bytes()
    list_.unlink()
    try:
        with pytest.raises(NotTrusted):
            begin(lenet, job, digits, run=earlier.id)
    finally:
        list_.write_bytes(kept)


def test_moving_averages_are_what_is_taken(deep, job, digits, earlier):
    """Where a run kept averages of its weights, those are what it is used with."""
    built = build(deep, digits)
    variables = [variable.numpy() for variable in built.core.variables]
    place = next(i for i, v in enumerate(built.core.variables) if v.path == "conv1/kernel")
    average = np.full_like(variables[place], 7)
    state = {"step": 30, "epoch": 3, "metrics": {}, "averages": [[place, len(variables)]]}
    save_checkpoint(earlier.path / "checkpoints", [*variables, average], state)
    built, _ = begin(deep, job, digits, run=f"{earlier.id}@30")
    assert np.all(values(built)["conv1/kernel"] == 7)


# What is trained, and how much.


@pytest.fixture
def built(deep, digits):
    return build(deep, digits)


def test_by_default_everything_is_trained_alike(built):
    factors = multipliers(Start(), built, 1)
    assert factors.keys() == {weight.path for weight in built.core.trainable_weights}
    assert set(factors.values()) == {1.0}


def test_a_frozen_backbone_leaves_the_head(built):
    start = Start(weights="a.npz", frozen=2)
    factors = multipliers(start, built, 0)
    assert {path for path, factor in factors.items() if factor} == {"head/kernel", "head/bias"}
    assert set(multipliers(start, built, 1).values()) == {1.0}


def test_stages_thaw_the_last_layers_first(built):
    start = Start(weights="a.npz", frozen=1, stages=5)
    for stages in range(6):
        factors = multipliers(start, built, stages)
        trained = [place for place in range(5) if factors[f"conv{place}/kernel"]]
        # Ten layers, two of them a stage.
        assert trained == [place for place in range(5) if place >= 5 - stages]
        assert [factors[f"norm{place}/gamma"] > 0 for place in trained] == [True] * len(trained)
        assert factors["head/kernel"] == 1


def test_rates_fall_from_the_head_down(built):
    factors = multipliers(Start(weights="a.npz", backbone_rate=0.5, depth_decay=0.9), built, 1)
    assert factors["head/kernel"] == 1
    # Ten layers in the backbone: a tenth each, counted from the top.
    assert factors["norm4/gamma"] == pytest.approx(0.5)
    assert factors["conv4/kernel"] == pytest.approx(0.5 * 0.9)
    assert factors["norm0/beta"] == pytest.approx(0.5 * 0.9**8)
    assert factors["conv0/kernel"] == factors["conv0/bias"] == pytest.approx(0.5 * 0.9**9)


def test_frozen_normalization_keeps_its_figures(built):
    start = Start(weights="a.npz", frozen=1, stages=5)
    images = np.random.default_rng(0).uniform(0, 255, (4, 28, 28, 1)).astype(np.float32)
    lowest, highest = built.network.get_layer("norm0"), built.network.get_layer("norm4")
    paths = [variable.path for variable in built.core.variables]

    assert hold_normalization(built, multipliers(start, built, 0))
    assert not hold_normalization(built, multipliers(start, built, 0))
    before = [np.asarray(layer.moving_mean) for layer in (lowest, highest)]
    built.core(images, training=True)
    assert np.array_equal(lowest.moving_mean, before[0])
    assert np.array_equal(highest.moving_mean, before[1])

    assert hold_normalization(built, multipliers(start, built, 1))
    built.core(images, training=True)
    assert np.array_equal(lowest.moving_mean, before[0])
    assert not np.array_equal(highest.moving_mean, before[1])

    # What a checkpoint holds and the names of what is trained stay the same.
    assert [variable.path for variable in built.core.variables] == paths
    assert multipliers(start, built, 5).keys() == multipliers(start, built, 0).keys()
    assert hold_normalization(built, multipliers(start, built, 5))
    assert len(built.core.trainable_variables) == 22


def test_normalization_that_the_network_itself_freezes_stays_so(digits, digits_home):
    code = DEEP.replace('name=f"norm{place}")', 'name=f"norm{place}", trainable=place > 1)')
    trust(digits_home, code)
    built = build(wb.TrainConfig(digits.id, network="custom", code=code), digits)
    factors = multipliers(Start(), built, 1)
    assert "norm0/gamma" not in factors and factors["norm2/gamma"] == 1
    hold_normalization(built, factors)
    assert not built.network.get_layer("norm1").trainable


def test_heads_of_digits_networks_are_found(digits):
    built = build(wb.TrainConfig(digits.id), digits)
    factors = multipliers(Start(weights="x", frozen=-1), built, 0)
    trained = {path for path, factor in factors.items() if factor}
    assert trained == {"lenet/fc2/kernel", "lenet/fc2/bias"}
    assert isinstance(built.core, keras.Model)
