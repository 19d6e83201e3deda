import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.export import export
from workbench.data.export.names import folders, lines
from workbench.data.sources.stores import read_label_names

# Names of a dataset's classes differ; that much is known of them.
NAMES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=150)
    | st.sampled_from(["..", ".", "", "a", "A", "a-2", "a/", "/a", "nul", "NUL.txt", "x\n", "x"]),
    max_size=12,
    unique=True,
)


@given(NAMES)
def test_folders_are_safe_and_distinct(labels):
    found = folders(labels)
    assert len({name.casefold() for name in found}) == len(labels)
    for name in found:
        assert name == os.path.basename(name) != ""
        assert not name.startswith((".", "-"))
        assert not name.endswith((".", " "))
        assert len(os.fsencode(name)) < 200
        assert name.isprintable() or " " not in name
        assert not set(name) & set('/\\:*?"<>|\0\n\r')


@given(NAMES)
def test_lines_are_lines_and_distinct(labels):
    found = lines(labels)
    assert len(set(found)) == len(labels)
    text = "".join(f"{line}\n" for line in found)
    assert [line.strip() for line in text.splitlines()] == found
    assert all(found)


def test_lines_are_what_every_reader_of_utf8_takes_for_the_names():
    odd = ["\ufeffcat", "a\nb", " dog ", "caf\udce9", "\0", "cat"]
    assert lines(odd) == ["cat-2", "a b", "dog", "caf\ufffd", "class", "cat"]


@pytest.mark.parametrize("form", ["lmdb", "hdf5", "tfrecord", "folder", "numpy"])
def test_names_are_kept_as_they_are_beside_their_lines(make, tmp_path, form):
    odd = ["\ufeffcat", "a\nb", " dog "]
    folder = export(make(labels=odd), form, tmp_path / "out")
    assert read_label_names(str(folder / "labels.json")) == odd


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["cat", "dog"], ["cat", "dog"]),
        (["a b", "日本語", "7"], ["a b", "日本語", "7"]),
        (["a/b", "a:b", "a_b"], ["a_b-2", "a_b-3", "a_b"]),
        (["Cat", "cat"], ["Cat", "cat-2"]),
        (["..", "con", "-rf", ".hidden"], ["class", "_con", "rf", "hidden"]),
    ],
)
def test_names_change_as_little_as_they_must(labels, expected):
    assert folders(labels) == expected
