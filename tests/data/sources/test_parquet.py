import json
import pickle
import sys

import pytest

from workbench.data.sources.base import Access
from workbench.data.sources.parquet import ParquetImages
from workbench.errors import DataError, InvalidValue, MissingExtra, NotFound

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

ACCESS = Access()
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def pictures(count, first=0):
    return [{"bytes": b"picture %d" % (first + row), "path": f"{row}.png"} for row in range(count)]


def write(path, images, labels, names=None, kind=IMAGE, rows=10, **columns):
    """A file as Hugging Face writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table({"image": pa.array(images, kind), "label": labels, **columns})
    if names is not None:
        features = {"image": {"_type": "Image"}, "label": {"names": names, "_type": "ClassLabel"}}
        info = json.dumps({"info": {"features": features}})
        table = table.replace_schema_metadata({"huggingface": info})
    pq.write_table(table, path, row_group_size=rows)
    return str(path)


def read(source):
    listing = source.read(0, ACCESS)
    samples = list(listing.samples)
    images = source.reader(ACCESS).read([sample.name for sample in samples])
    return listing, samples, list(images)


def test_a_folder_as_hugging_face_writes_it(tmp_path):
    names = ["emu", "cat", "dog"]
    for number in range(2):
        file = tmp_path / "data" / f"train-0000{number}-of-00002.parquet"
        write(file, pictures(25, 25 * number), [0, 1, 2, 1, 0] * 5, names)
    write(tmp_path / "data" / "validation-00000-of-00001.parquet", pictures(2, 50), [2, 0], names)
    write(tmp_path / "data" / "test-00000-of-00001.parquet", pictures(3, 52), [-1, 1, -1], names)
    source = ParquetImages(str(tmp_path), test_percent=5)
    source.check(ACCESS)
    listing, samples, images = read(source)
    assert listing.labels == ["emu", "cat", "dog"]
    assert source.shares == (0, 0)
    assert [sample.split for sample in samples] == [""] * 50 + ["val"] * 2 + ["test"] * 3
    assert [sample.label for sample in samples][-5:-3] == [2, 0]
    assert samples[-2].label == 1
    assert samples[26].name == "data/train-00001-of-00002.parquet[1]"
    assert images[:52] + images[53:54] == [b"picture %d" % number for number in [*range(52), 53]]
    assert str(images[52]) == str(images[54]) == "the row has no class"
    assert samples[54].name.endswith("[2] without a class")
    assert listing.ignored == []
    assert ParquetImages.from_dict(source.to_dict()) == source


def test_two_columns_of_one_name_are_refused(tmp_path):
    table = pa.table([pa.array(pictures(2), IMAGE), [0, 1], [1, 0]], ["image", "label", "label"])
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(DataError, match="a.parquet has two columns 'label'"):
        ParquetImages(str(tmp_path / "a.parquet")).check(ACCESS)


def test_a_footer_that_is_no_text_is_damage(tmp_path):
    path = tmp_path / "a.parquet"
    write(path, pictures(2), [0, 1])
    path.write_bytes(path.read_bytes().replace(b"label", b"\xffabel"))
    with pytest.raises(DataError, match="a.parquet is not a whole Parquet file"):
        ParquetImages(str(path)).check(ACCESS)


def test_a_file_without_any_class_is_left_out(tmp_path):
    write(tmp_path / "train.parquet", pictures(4), [0, 1, 0, 1])
    write(tmp_path / "test.parquet", pictures(3), [-1, -1, -1])
    listing, samples, _ = read(ParquetImages(str(tmp_path)))
    assert len(samples) == 4
    assert listing.ignored == [(str(tmp_path / "test.parquet"), "no row has a class")]


def test_one_file_with_plain_bytes_names_and_groups(tmp_path):
    path = write(
        tmp_path / "all.parquet",
        [b"a", b"b", None, b"d"],
        pa.array(["b10", "b9", "b9", None]).dictionary_encode(),
        kind=pa.large_binary(),
        patient=[7, 7, 8, None],
    )
    listing, samples, images = read(ParquetImages(path, group_column="patient"))
    assert listing.labels == ["b9", "b10"]
    assert [sample[1:] for sample in samples] == [
        (1, "", "7"),
        (0, "", "7"),
        (0, "", "8"),
        (0, "", ""),
    ]
    assert images[:2] == [b"a", b"b"]
    assert str(images[2]) == "the row has no image"


def test_a_row_may_be_without_image(tmp_path):
    images = [*pictures(1), {"bytes": None, "path": "x/y.png"}]
    _, _, found = read(ParquetImages(write(tmp_path / "a.parquet", images, [0, 1])))
    assert found[0] == b"picture 0"
    assert str(found[1]) == "the row has no image, only the name of a file, 'x/y.png'"


def test_rows_are_read_in_any_order_and_by_another_process(tmp_path):
    path = write(tmp_path / "a.parquet", pictures(95), [0, 1, 2, 3, 4] * 19, rows=40)
    reader = ParquetImages(path).reader(ACCESS)
    for rows in ([3, 5, 70, 90], [90, 17, 17, 94, 0], [39, 40, 79, 80]):
        names = [f"a.parquet[{row}]" for row in rows]
        assert list(reader.read(names)) == [b"picture %d" % row for row in rows]
    again = pickle.loads(pickle.dumps(reader))
    beyond, first = again.read(["a.parquet[95]", "a.parquet[0]"])
    assert "fewer rows" in str(beyond) and first == b"picture 0"


def test_names_given_and_classes_without_images(tmp_path):
    path = write(tmp_path / "a.parquet", pictures(3), [0, 2, 0])
    listing, samples, _ = read(ParquetImages(path, labels=("x", "y", "z")))
    assert listing.labels == ["x", "z"]
    assert listing.left_out == [("y", "no images")]
    assert [sample.label for sample in samples] == [0, 1, 0]
    with pytest.raises(DataError, match="class number 2, but only 2 names"):
        ParquetImages(path, labels=("x", "y")).read(0, ACCESS)


@pytest.mark.parametrize("where", ["test/0000.parquet", "default/test/0.parquet", "x_test.parquet"])
def test_the_split_is_in_the_name_of_file_or_folder(tmp_path, where):
    write(tmp_path / "latest" / "part0.parquet", pictures(2), [0, 1])
    write(tmp_path / where, pictures(1), [1])
    source = ParquetImages(str(tmp_path), test_percent=20)
    assert [sample.split for sample in source.read(0, ACCESS).samples] == ["", "", "test"]
    assert source.shares == (25, 0)


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(NotFound, match="there is no file or folder"):
        ParquetImages(str(tmp_path / "gone")).check(ACCESS)
    with pytest.raises(DataError, match="has no .parquet file"):
        ParquetImages(str(tmp_path)).check(ACCESS)
    path = write(tmp_path / "a.parquet", pictures(2), [0, 0], img=[1, 2])
    with pytest.raises(
        DataError, match="no column 'photo'; set image_column to one of 'image', 'label', 'img'"
    ):
        ParquetImages(path, image_column="photo").check(ACCESS)
    with pytest.raises(DataError, match="the column 'img' of .* holds int64; image files as bytes"):
        ParquetImages(path, image_column="img").check(ACCESS)
    with pytest.raises(DataError, match="the column 'image' of .* holds struct.* names or whole"):
        ParquetImages(path, label_column="image").check(ACCESS)
    with pytest.raises(DataError, match="one class only"):
        ParquetImages(path).read(0, ACCESS)
    with pytest.raises(InvalidValue, match="image_column must not be empty"):
        ParquetImages(path, image_column="")


def test_damaged_files_are_refused_by_name(tmp_path):
    (tmp_path / "text.parquet").write_text("no parquet")
    with pytest.raises(DataError, match="text.parquet is not a whole Parquet file"):
        ParquetImages(str(tmp_path / "text.parquet")).check(ACCESS)
    path = tmp_path / "a.parquet"
    write(path, pictures(2000), [0, 1] * 1000, rows=500)
    data = bytearray(path.read_bytes())
    data[4:2000] = b"\xff" * 1996
    path.write_bytes(data)
    reader = ParquetImages(str(path)).reader(ACCESS)
    with pytest.raises(DataError, match="a.parquet is damaged at row 0"):
        list(reader.read(["a.parquet[0]"]))


def test_without_the_library_the_extra_is_named(tmp_path, monkeypatch):
    path = write(tmp_path / "a.parquet", pictures(2), [0, 1])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"pip install 'jupyter-workbench\[parquet\]'"):
        ParquetImages(path).check(ACCESS)
