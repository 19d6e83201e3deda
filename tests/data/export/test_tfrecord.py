"""What is written is read by TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf

from workbench.data.export import export

KEYS = {key: tf.io.FixedLenFeature([], tf.int64) for key in ("height", "width", "depth", "label")}
KEYS |= {
    "encoding": tf.io.FixedLenFeature([], tf.int64),
    "image_raw": tf.io.FixedLenFeature([], tf.string),
}


def examples(folder):
    """The records of all files in the order of the dataset, which goes round the files."""
    names = (folder / "list.txt").read_text().split()
    parts = [list(tf.data.TFRecordDataset(str(folder / name))) for name in names]
    count = sum(len(part) for part in parts)
    records = [parts[place % len(parts)][place // len(parts)] for place in range(count)]
    return len(parts), [tf.io.parse_single_example(record, KEYS) for record in records]


@pytest.mark.parametrize(
    ("channels", "dtype"), [(3, "uint8"), (1, "uint8"), (5, "uint8"), (3, "uint16"), (1, "float32")]
)
def test_raw_pixels(make, tmp_path, channels, dtype):
    dataset = make(channels, dtype, counts=(40, 3, 0))
    folder = export(dataset, "tfrecord", tmp_path / "out", encoding="none")
    for name, files in (("train", 16), ("val", 3)):
        found, records = examples(folder / f"{name}_db")
        assert found == files
        for record, image, target in zip(
            records, dataset.splits[name].images, dataset.splits[name].targets, strict=True
        ):
            assert record["label"] == target
            assert record["encoding"] == 0
            shape = [int(record[key]) for key in ("height", "width", "depth")]
            pixels = tf.io.decode_raw(record["image_raw"], dtype).numpy().reshape(shape)
            assert np.array_equal(pixels, image)
    assert (folder / "labels.txt").read_text() == "ant\nbee\ncat\n"


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_png(make, tmp_path, dtype):
    dataset = make(dtype=dtype)
    _, records = examples(export(dataset, "tfrecord", tmp_path / "out") / "train_db")
    for record, image in zip(records, dataset.splits["train"].images, strict=True):
        assert record["encoding"] == 1
        assert np.array_equal(tf.io.decode_png(record["image_raw"], dtype=dtype), image)


def test_jpeg(make, tmp_path):
    folder = export(make(1), "tfrecord", tmp_path / "out", encoding="jpeg")
    _, records = examples(folder / "train_db")
    assert {int(record["encoding"]) for record in records} == {2}
    assert tf.io.decode_jpeg(records[0]["image_raw"]).shape == (5, 6, 1)
