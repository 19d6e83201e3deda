"""Names are searched as the plain way would, and columns come back as they were written."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data import names as names_module
from workbench.data.table import COLUMNS, UNREADABLE, TableWriter

NAMES = ["/a/Cat.PNG", "/a/dog.png", "", "/Ünï/straße.jpg", "İstanbul\n<b>.png", "aaa", "c", "at"]


def table_of(folder, names):
    writer = TableWriter(folder)
    writer.add(names, label=np.arange(len(names)) % 3, split=1)
    return writer.finish()


def plainly(names, wanted):
    return [row for row, name in enumerate(names) if wanted.lower() in name.lower()]


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        ("cat", [0]),
        ("PNG", [0, 1, 4]),
        ("ÜNÏ", [3]),
        ("ß", [3]),
        ("<B>", [4]),
        ("\n", [4]),
        ("a", [0, 1, 3, 4, 5, 7]),
        ("aa", [5]),
        ("", list(range(8))),
        ("zebra", []),
        ("g/", []),  # the end of one name and the beginning of the next
        ("aaaac", []),
    ],
)
def test_text_is_found_whatever_its_case(tmp_path, wanted, rows):
    assert table_of(tmp_path, NAMES).names.containing(wanted).tolist() == rows


@given(
    st.lists(st.text("abAB/.", max_size=6), min_size=1, max_size=30),
    st.text("abAB/.", max_size=3),
    st.integers(1, 20),
)
def test_search_agrees_with_the_plain_way_wherever_the_parts_end(names, wanted, part):
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(names_module, "_PART", part)
        patch.setattr(names_module, "_ROWS", part)
        table = table_of(Path(folder), names)
        assert table.names.containing(wanted).tolist() == plainly(names, wanted)


def test_letters_beyond_ascii_are_folded_block_by_block(tmp_path, monkeypatch):
    monkeypatch.setattr(names_module, "_ROWS", 2)
    found = table_of(tmp_path, [*NAMES, "ÄRGER", "ẞ.png"])
    assert found.names.containing("ärger").tolist() == [8]
    assert found.names.containing("png").tolist() == [0, 1, 4, 9]


def test_columns_and_names_come_back_as_they_were_written(tmp_path):
    table = table_of(tmp_path, NAMES)
    assert table.names.take(range(8)) == NAMES
    assert table.names.between(3, 5) == NAMES[3:5]
    assert len(table) == 8
    assert table["label"].tolist() == [0, 1, 2, 0, 1, 2, 0, 1]
    for column, (dtype, shape) in COLUMNS.items():
        assert table[column].dtype == dtype
        assert table[column].shape == (8, *shape)
    assert (table["twin"] == -1).all()
    assert table.rows_of("train").tolist() == list(range(8))
    assert table.rows_of("val").tolist() == []


def test_an_unreadable_image_is_in_no_split_whatever_its_source_says(tmp_path):
    writer = TableWriter(tmp_path)
    writer.add(["a", "b", "c"], split=2)
    writer["state"][1] = UNREADABLE
    assert writer.finish().rows_of("val").tolist() == [0, 2]
