import io
import json
import zipfile

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from workbench import networks
from workbench.errors import DataError, InvalidValue, NotFound
from workbench.networks.building import apart
from workbench.networks.pretrained import imagenet, open_weights
from workbench.networks.pretrained.matching import load
from workbench.networks.structure import leaves, named_variables


def made(seed=1):
    keras.utils.set_random_seed(seed)
    inner = keras.Sequential(
        [keras.Input((8, 8, 2)), layers.Conv2D(3, 3, name="conv2"), layers.BatchNormalization()],
        name="inner",
    )
    pixels = keras.Input((8, 8, 1))
    x = layers.Conv2D(2, 1, name="conv1")(pixels)
    x = layers.Reshape((36, 3))(inner(x))
    x = layers.MultiHeadAttention(1, 2, name="attention")(x, x)
    return keras.Model(pixels, layers.Dense(4, name="head")(layers.Flatten()(x)))


def save_npz(model, folder):
    arrays = {v.path.replace("/", "__"): np.asarray(v) for v in model.weights}
    np.savez(folder / "a.npz", **arrays)
    return folder / "a.npz"


def save_keras(model, folder):
    model.save(folder / "a.keras")
    return folder / "a.keras"


def save_h5(model, folder):
    model.save_weights(folder / "a.weights.h5")
    return folder / "a.weights.h5"


def save_exported(model, folder):
    model.export(folder / "a", verbose=False)
    return folder / "a"


def save_saved_model(model, folder):
    tf.saved_model.save(model, str(folder / "a"))
    return folder / "a"


SAVED = [save_npz, save_keras, save_h5, save_exported, save_saved_model]


@pytest.mark.parametrize("save", SAVED)
def test_every_kind_of_file_gives_each_array_under_its_layer(save, tmp_path):
    model = made()
    with open_weights(save(model, tmp_path)) as weights:
        for layer in leaves(model):
            for part, place, variable in named_variables(layer):
                wanted = (f"{part}/{variable.name}", f"{part}/{place}")
                fits = [
                    n for n in weights if n in wanted or n.endswith(tuple("/" + w for w in wanted))
                ]
                assert len(fits) == 1, (wanted, list(weights))
                assert weights[fits[0]].shape == tuple(variable.shape)
                assert np.array_equal(weights[fits[0]].read(), np.asarray(variable))


def test_the_file_that_keras_2_wrote(tmp_path):
    with h5py.File(tmp_path / "old.h5", "w") as file:
        file.attrs["layer_names"] = ["conv1"]
        file["conv1/conv1/kernel:0"] = np.ones((3, 3, 1, 2))
        file["elsewhere"] = h5py.ExternalLink("other.h5", "/secret")
    with open_weights(tmp_path / "old.h5") as weights:
        assert list(weights) == ["conv1/conv1/kernel"]
        assert weights["conv1/conv1/kernel"].read().sum() == 18


def test_what_an_optimizer_kept_is_no_weight_of_a_layer(tmp_path):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3, name="out")])
    model.optimizer = keras.optimizers.Adam()
    model.optimizer.build(model.trainable_variables)
    for save in (save_keras, save_saved_model):
        with open_weights(save(model, tmp_path)) as weights:
            kernels = [name for name in weights if name.endswith(("out/kernel", "out/0"))]
            assert len(kernels) == 1 and weights[kernels[0]].read().shape == (2, 3)


def test_nothing_in_a_model_file_is_executed(tmp_path):
    """A layer with code in it is but a description, which is not read."""
    path = save_keras(made(), tmp_path)
    hostile = {"class_name": "Lambda", "config": {"function": "__import__('os').abort()"}}
    with zipfile.ZipFile(path) as archive:
        content = archive.read("model.weights.h5")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(hostile))
        archive.writestr("model.weights.h5", content)
    with open_weights(path) as weights:
        assert any(name.endswith("conv1/0") for name in weights)


def test_python_objects_are_not_unpickled(tmp_path):
    np.savez(tmp_path / "a.npz", a=np.array([{"x": 1}], dtype=object))
    with (
        open_weights(tmp_path / "a.npz") as weights,
        pytest.raises(DataError, match="a in .*a.npz"),
    ):
        weights["a"].read()


def test_an_archive_that_claims_too_much_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", bytes(10_000_000))
    with (
        pytest.raises(DataError, match="claim to have 10,000,000 bytes"),
        open_weights(tmp_path / "a.keras"),
    ):
        pass


def _no_zip(path):
    path.write_bytes(b"no archive")


def _single(path):
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    path.write_bytes(buffer.getvalue())


@pytest.mark.parametrize(
    ("name", "write", "words"),
    [
        ("a.npz", _no_zip, "not a whole .npz"),
        ("a.npz", _single, "a single array"),
        ("a.keras", _no_zip, "not a whole .keras"),
        ("a.h5", _no_zip, "not a whole HDF5"),
        ("a.txt", _no_zip, "no file of weights that can be read; give .npz, .keras"),
        ("folder", lambda path: path.mkdir(), "no folder of a SavedModel"),
    ],
)
def test_other_files_are_refused_in_a_sentence(tmp_path, name, write, words):
    write(tmp_path / name)
    with pytest.raises(DataError, match=words), open_weights(tmp_path / name):
        pass


def test_damaged_variables_are_refused(tmp_path):
    folder = save_exported(made(), tmp_path)
    (folder / "variables" / "variables.index").write_bytes(b"nonsense" * 20)
    with pytest.raises(DataError, match="are damaged"), open_weights(folder):
        pass


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NotFound, match="no file of weights"), open_weights(tmp_path / "a.npz"):
        pass


def test_imagenet_without_a_network_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    # A port that nobody listens on.
    monkeypatch.setattr(imagenet, "SERVER", "http://127.0.0.1:9/")
    words = "cannot be reached .*; connect, or give a file"
    with pytest.raises(DataError, match=words), imagenet.opened_imagenet("resnet50"):
        pass


def test_imagenet_is_offered_for_networks_of_keras():
    words = "network lenet; there are for .*resnet50"
    with pytest.raises(InvalidValue, match=words), imagenet.opened_imagenet("lenet"):
        pass


@pytest.fixture
def drawn(monkeypatch):
    """Keras' own loaders draw the weights instead of fetching them; what they made, in order."""
    made = []
    for name in ("ResNet50", "MobileNetV3Small", "ConvNeXtTiny", "EfficientNetB0"):
        application = getattr(keras.applications, name)

        def draw(*, weights, application=application, **options):
            model = application(weights=None, **options)
            if weights == "imagenet":
                made.append(model)
            return model

        monkeypatch.setattr(keras.applications, name, draw)
    monkeypatch.setattr(imagenet, "_at_hand", lambda application: True)
    return made


def test_imagenets_first_layer_is_turned_round_where_blue_came_first(drawn):
    with imagenet.opened_imagenet("resnet50") as weights:
        kernel = weights["conv1_conv/kernel"].read()
    original = np.asarray(drawn[0].get_layer("conv1_conv").kernel)
    assert np.array_equal(kernel, original[:, :, ::-1])  # blue first there, red first here
    assert weights["conv2_block1_1_bn/gamma"].shape == (64,)


@pytest.mark.parametrize("name", ["mobilenet-v3-small", "convnext-tiny", "efficientnet-b0"])
def test_imagenet_has_weights_for_all_but_the_head(drawn, name):
    """Also for MobileNet's second convolution from the top and ConvNeXt's last normalization."""
    with apart():
        network = networks.get(name).build((32, 32, 3), 5)
    with imagenet.opened_imagenet(name) as weights:
        report = load(network, weights, "ImageNet")
    assert report.redrawn == ("head",)


def test_what_is_fetched_is_fetched_beside_this_thread(drawn, monkeypatch):
    monkeypatch.setattr(imagenet, "_at_hand", lambda application: False)
    monkeypatch.setattr(imagenet, "_check_reachable", lambda: None)
    with imagenet.opened_imagenet("convnext-tiny") as weights:
        assert "convnext_tiny_stem_conv/kernel" in weights
    first, second = drawn
    assert [layer.name for layer in first.layers] == [layer.name for layer in second.layers]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("ResNet50", "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5"),
        ("MobileNetV3Small", "weights_mobilenet_v3_small_224_1.0_float.h5"),
    ],
)
def test_what_keras_fetched_before_is_at_hand(monkeypatch, tmp_path, name, file):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert not imagenet._at_hand(name)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / file).touch()
    assert imagenet._at_hand(name)


def _spoilt(path, places):
    """Overwrite a piece of a file."""
    content = bytearray(path.read_bytes())
    content[places] = bytes(len(content[places]))
    path.write_bytes(content)


def read_all(path):
    with open_weights(path) as weights:
        return [stored.read() for stored in weights.values()]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_within_an_archive_is_told(tmp_path, method):
    save_h5(made(), tmp_path)
    array = io.BytesIO()
    np.save(array, np.random.default_rng(0).random(900))
    for name, member, content in (
        ("a.keras", "model.weights.h5", (tmp_path / "a.weights.h5").read_bytes()),
        ("a.npz", "a.npy", array.getvalue()),
    ):
        with zipfile.ZipFile(tmp_path / name, "w", method) as archive:
            archive.writestr(member, content)
        assert read_all(tmp_path / name)
        _spoilt(tmp_path / name, slice(100, 900))
        with pytest.raises(DataError, match=f"{name} (is not a whole|cannot be read)"):
            read_all(tmp_path / name)


def test_damage_anywhere_in_hdf5_is_told_or_changes_numbers_only(tmp_path):
    content = save_h5(made(), tmp_path).read_bytes()
    random, told = np.random.default_rng(0), 0
    for number in range(60):
        spoilt = bytearray(content)
        for place in random.integers(0, len(content) if number % 2 else 3000, 40):
            spoilt[place] = random.integers(256)
        (tmp_path / "b.h5").write_bytes(spoilt)
        try:
            read_all(tmp_path / "b.h5")
        except DataError as error:
            told += "b.h5" in str(error)
    assert told > 20


def test_a_folder_without_a_noted_name_has_its_own(tmp_path):
    with h5py.File(tmp_path / "a.weights.h5", "w") as file:
        file["layers/conv2d_1/vars/0"] = np.ones((3, 3, 1, 2))
        file["layers/empty/vars/0"] = h5py.Empty("f4")
    with open_weights(tmp_path / "a.weights.h5") as weights:
        assert list(weights) == ["conv2d_1/0"]


def test_names_in_a_saved_model_that_cannot_be_understood(tmp_path, monkeypatch):
    from workbench.networks.pretrained import saved_model

    folder = save_exported(made(), tmp_path)
    monkeypatch.setattr(saved_model, "_OBJECTS", "_not_there")
    with open_weights(folder) as weights:
        assert weights  # by their keys
    key = next(name for name in weights if "CHECKPOINTABLE" not in name)
    monkeypatch.setattr(saved_model, "_OBJECTS", key + saved_model._VARIABLE)
    with pytest.raises(DataError, match="are damaged"), open_weights(folder):
        pass
