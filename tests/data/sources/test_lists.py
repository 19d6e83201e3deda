import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from workbench.data.sources.base import Access
from workbench.data.sources.folder import ImageFolder
from workbench.data.sources.imagefolder import imagefolder
from workbench.data.sources.lists import TextLists
from workbench.data.sources.tables import read_entries
from workbench.data.sources.text import read_labels
from workbench.errors import DataError, InvalidValue, NotFound

ACCESS = Access()


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def read(source):
    listing = source.read(0, ACCESS)
    return listing, list(listing.samples)


def test_lines_as_digits_writes_them(tmp_path):
    labels = write(tmp_path / "labels.txt", "cat\nbig dog\nemu\n\n")
    train = write(
        tmp_path / "train.txt",
        "\ufeffa/one.png 0\r\n\r\nmy pictures/two  three.png\t1\r\n/abs/./four.png 001",
    )
    val = write(tmp_path / "lists" / "val.txt", "../five.png 0\n")
    source = TextLists(train, val=val, labels=labels, test_percent=10)
    source.check(ACCESS)
    listing, samples = read(source)
    assert listing.labels == ["cat", "big dog"]
    assert listing.left_out == [("emu", "no images")]
    assert samples == [
        (f"{tmp_path}/a/one.png", 0, "", ""),
        (f"{tmp_path}/my pictures/two  three.png", 1, "", ""),
        ("/abs/four.png", 1, "", ""),
        (f"{tmp_path}/lists/../five.png", 0, "val", ""),
    ]
    assert source.shares == (0, 10)
    assert TextLists.from_dict(source.to_dict()) == source


def test_the_image_folder_goes_before_relative_paths(tmp_path):
    train = write(tmp_path / "train.txt", "a.png 0\n/b.png 1\n")
    _, samples = read(TextLists(train, image_folder=str(tmp_path / "images")))
    assert [sample.name for sample in samples] == [f"{tmp_path}/images/a.png", "/b.png"]
    with pytest.raises(NotFound, match="there is no folder"):
        TextLists(train, image_folder=str(tmp_path / "images")).check(ACCESS)


def test_the_reader_reads_the_files_or_says_why_not(tmp_path):
    Image.new("L", (2, 2)).save(tmp_path / "a.png")
    train = write(tmp_path / "train.txt", "a.png 0\nb.png 1\n")
    source = TextLists(train)
    _, samples = read(source)
    found, gone = source.reader(ACCESS).read([sample.name for sample in samples])
    assert found == (tmp_path / "a.png").read_bytes()
    assert isinstance(gone, DataError)


def test_without_labels_the_classes_are_called_as_in_the_list(tmp_path):
    train = write(tmp_path / "train.txt", "a 10\nb 9\nc 9\n")
    listing, samples = read(TextLists(train))
    assert listing.labels == ["9", "10"]
    assert [sample.label for sample in samples] == [1, 0, 0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_with_splits_and_groups(tmp_path, delimiter):
    rows = [
        ["id", "Filename", "Category", "split", "group"],
        ["1", "a.png", "dog", "train", "anna"],
        ["2", '"b, ""c"";.png"', "cat", "Validation", ""],
        ["3", "d.png", "cat", "test", "ben"],
        ["4", "e.png", "dog", "", "ben"],
    ]
    text = "\n".join(delimiter.join(row) for row in rows)
    ending = "tsv" if delimiter == "\t" else "csv"
    listing, samples = read(TextLists(write(tmp_path / f"all.{ending}", text)))
    assert listing.labels == ["cat", "dog"]
    assert [os.path.relpath(sample.name, tmp_path) for sample in samples] == [
        "a.png", 'b, "c";.png', "d.png", "e.png",
    ]  # fmt: skip
    assert [sample.label for sample in samples] == [1, 0, 0, 1]
    assert [sample.split for sample in samples] == ["train", "val", "test", ""]
    assert [sample.group for sample in samples] == ["anna", "", "ben", "ben"]


@pytest.mark.parametrize("comma", [",", ";", "\t"])
def test_blank_lines_and_rows_of_separators_are_passed_over(tmp_path, comma):
    rows = [
        "  ",
        f"{comma}{comma}",
        "path,label,split",
        "a,0,",
        ',"",',
        " , , ",
        "b,1,",
        ",,",
        "  ",
    ]
    text = "\n".join(row.replace(",", comma) for row in rows)
    _, samples = read(TextLists(write(tmp_path / "all.csv", text)))
    assert [sample.name for sample in samples] == [f"{tmp_path}/a", f"{tmp_path}/b"]
    write(tmp_path / "metadata.csv", "\n,\nfile_name,label\n0.png,cat\n1.png,dog\n")
    assert isinstance(imagefolder(tmp_path), TextLists)
    wrong = write(tmp_path / "wrong.csv", "\nname,label\na,0\n")
    with pytest.raises(DataError, match="wrong.csv line 2: no column is called path"):
        read(TextLists(wrong))


def test_rows_to_train_on_are_divided_when_none_is_for_validation(tmp_path):
    table = write(tmp_path / "all.csv", "path,label,split\na,0,train\nb,1,train\nc,1,test\n")
    _, samples = read(TextLists(table))
    assert [sample.split for sample in samples] == ["", "", "test"]
    _, samples = read(TextLists(table, validation_percent=0))
    assert [sample.split for sample in samples] == ["train", "train", "test"]


def test_in_tables_names_go_before_numbers_and_in_lines_numbers_do(tmp_path):
    labels = write(tmp_path / "labels.txt", "1\n0\nfox\n")
    table = write(tmp_path / "all.csv", "path,label\na,0\nb,1\nc,fox\nd,2\n")
    lines = write(tmp_path / "val.txt", "a 0\nb 1\nc fox\nd 2\n")
    listing, samples = read(TextLists(table, val=lines, labels=labels))
    assert listing.labels == ["1", "0", "fox"]
    assert [sample.label for sample in samples] == [1, 0, 2, 2, 0, 1, 2, 2]


def test_json_lines(tmp_path):
    table = write(
        tmp_path / "all.jsonl",
        '{"file_name": "a b.png", "label": 1, "caption": ["x"]}\n\n'
        '{"label": "dog", "file_name": "c.png", "group": "g"}\n',
    )
    listing, samples = read(TextLists(table))
    assert listing.labels == ["1", "dog"]
    assert samples[1] == (f"{tmp_path}/c.png", 1, "", "g")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("l.txt", "a 0\n\nb\n", r"l.txt line 3: 'b' is no path and class number"),
        ("l.txt", b"a 0\n\xff\xfe 1\n", "l.txt line 2: not UTF-8"),
        ("l.txt", "a 0\n".encode("utf-16"), "l.txt line 1: not UTF-8; save the list as UTF-8"),
        ("l.txt", "a 0\nb\0c 1\n", "l.txt line 2: has a NUL character"),
        ("l.txt", "a 0\nhttps://host/b.png 1\n", "line 2: .* is an address; download"),
        ("l.txt", "a 0\n" + "b" * 70_000, "line 2: longer than 65,536 bytes"),
        ("l.txt", "a 0\nb 0\n", r"one class only \('0'\)"),
        ("l.txt", "\n", "l.txt has no images"),
        ("l.csv", "", "l.csv line 1: no column is called path, file, filename"),
        ("l.csv", "file;name\na;b\n", "line 1: no column is called label, class, category or"),
        ("l.csv", "file,label\ra,b\r", "line 1: no column is called"),
        ("l.csv", "file,label\na,0\nb\n", "line 3: has no class"),
        ("l.csv", "file,label\n,0\n", "line 2: has no path"),
        ("l.csv", 'file,label\na,0\n"b,1\nc,1\n', "line 4: unexpected end of data"),
        ("l.csv", "file,label,split\na,0,fold3\n", "line 2: the split 'fold3' is none of"),
        ("l.jsonl", "[" * 50_000, "line 1: not a JSON object"),
        ("l.jsonl", '{"file": "a", "label": [1]}', r"line 1: the label must be text or a number"),
        ("l.jsonl", '{"file": "a\\u0000", "label": 1}', "line 1: has a NUL character in its path"),
        ("l.jsonl", '{"file": "\\ud83d", "label": 1}', "line 1: has half a character in its path"),
        (
            "l.jsonl",
            '{"file": "a", "label": "\\ud83d"}',
            "line 1: has half a character in its class",
        ),
        ("l.jsonl", '{"file": "a"}', "line 1: no column is called label"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(tmp_path, name, text, message):
    with pytest.raises(DataError, match=message):
        TextLists(write(tmp_path / name, text)).check(ACCESS)


def test_classes_beyond_the_labels_file(tmp_path):
    labels = write(tmp_path / "labels.txt", "cat\ndog\n")
    source = TextLists(write(tmp_path / "train.txt", "a 0\nb 2\n"), labels=labels)
    with pytest.raises(DataError, match=r"train.txt line 2: class number 2, .* has 2 names"):
        source.check(ACCESS)
    source = TextLists(write(tmp_path / "train.txt", "a 0\nb fox\n"), labels=labels)
    with pytest.raises(DataError, match="line 2: the class 'fox' is not in"):
        source.read(0, ACCESS)


def test_labels_files(tmp_path):
    assert read_labels(write(tmp_path / "l", "\ufeffa\r\n\r\n b c \r\n")) == ["a", "b c"]
    with pytest.raises(DataError, match="line 3: the class 'a' stands on line 1 already"):
        read_labels(write(tmp_path / "l", "a\nb\na\n"))
    with pytest.raises(DataError, match="must have two names"):
        read_labels(write(tmp_path / "l", "a\n"))


def test_missing_lists_and_wrong_fields(tmp_path):
    train = write(tmp_path / "train.txt", "a 0\nb 1\n")
    with pytest.raises(NotFound, match="there is no file .*gone.txt"):
        TextLists(train, val=str(tmp_path / "gone.txt")).check(ACCESS)
    with pytest.raises(NotFound, match="there is no file .*labels.txt"):
        TextLists(train, labels=str(tmp_path / "labels.txt")).check(ACCESS)
    with pytest.raises(InvalidValue, match="train must name a list"):
        TextLists(None)
    with pytest.raises(InvalidValue, match="labels must not contain a NUL"):
        TextLists(train, labels="a\0b")


def test_lists_of_strangers_stay_in_their_folder(tmp_path):
    (tmp_path / "in").mkdir()
    Image.new("L", (2, 2)).save(tmp_path / "out.png")
    (tmp_path / "in" / "link.png").symlink_to(tmp_path / "out.png")
    (tmp_path / "in" / "up").symlink_to(tmp_path)
    for path in ("../out.png", str(tmp_path / "out.png"), "link.png", "up/out.png"):
        train = write(tmp_path / "in" / "l.txt", f"a.png 0\n{path} 1\n")
        TextLists(train).check(ACCESS)
        source = TextLists(train, confined=True)
        with pytest.raises(DataError, match="line 2: .* leads out of"):
            source.check(ACCESS)
        with pytest.raises(DataError, match="line 2: .* leads out of"):
            read(source)


# What stands between the ends of a line, without an end of line or an address.
paths = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0\r\n:"), min_size=1, max_size=40
).filter(lambda text: text.strip() == text)


@given(st.lists(st.tuples(paths, st.integers(0, 999)), max_size=8))
def test_any_path_is_read_as_it_was_written(tmp_path_factory, entries):
    file = tmp_path_factory.mktemp("lists") / "l.txt"
    text = "".join(f"{path} {label}\n" for path, label in entries)
    found = read_entries(write(file, text))
    assert [(entry.path, int(entry.label)) for entry in found] == entries


def picture(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (2, 2)).save(path)


def test_image_folders_with_and_without_splits(tmp_path):
    picture(tmp_path / "plain" / "cat" / "0.png")
    assert imagefolder(tmp_path / "plain", test_percent=5) == ImageFolder(
        str(tmp_path / "plain"), test_percent=5
    )
    for split in ("train", "validation", "test"):
        picture(tmp_path / "split" / split / "cat" / "0.png")
    root = str(tmp_path / "split")
    assert imagefolder(root) == ImageFolder(
        f"{root}/train", validation_folder=f"{root}/validation", test_folder=f"{root}/test"
    )
    with pytest.raises(NotFound, match="there is no folder"):
        imagefolder(tmp_path / "gone")


def test_image_folders_with_metadata(tmp_path):
    picture(tmp_path / "train" / "0.png")
    train = write(tmp_path / "train" / "metadata.csv", "file_name,label\n0.png,cat\n1.png,dog\n")
    test = write(tmp_path / "test" / "metadata.jsonl", '{"file_name": "2.png", "label": "cat"}\n')
    source = imagefolder(tmp_path)
    assert source == TextLists(train, test=test, confined=True)
    _, samples = read(source)
    assert samples[2] == (f"{tmp_path}/test/2.png", 0, "test", "")
    (tmp_path / "validation").mkdir()
    with pytest.raises(DataError, match="validation has no metadata file"):
        imagefolder(tmp_path)


def test_metadata_without_classes_leaves_the_folders_to_say(tmp_path):
    write(tmp_path / "metadata.csv", "file_name,text\n0.png,hello\n")
    picture(tmp_path / "cat" / "0.png")
    assert imagefolder(tmp_path) == ImageFolder(str(tmp_path))
