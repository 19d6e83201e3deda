"""The tree is what the lmdb library wrote; nothing in a file is believed."""

import re
import struct

import lmdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data.sources.stores.btree import Tree
from workbench.errors import DataError

KEYS = st.binary(min_size=1, max_size=60)
VALUES = st.binary(max_size=200) | st.integers(0, 12_000).map(lambda size: b"\x5a" * size)


def write(folder, records):
    database = lmdb.open(str(folder), map_size=1 << 26, lock=False, sync=False)
    with database, database.begin(write=True) as changes:
        for key, value in records.items():
            changes.put(key, value)
    return folder / "data.mdb"


@settings(max_examples=60)
@given(st.dictionaries(KEYS, VALUES, max_size=80))
def test_every_key_is_found_and_no_other(tmp_path_factory, records):
    path = write(tmp_path_factory.mktemp("db"), records)
    with Tree(str(path)) as tree:
        assert list(tree.items()) == sorted(records.items())
        for key, value in records.items():
            assert tree.get(key) == value
        for key in (b"\0", b"\xff" * 70, b"m"):
            if key not in records:
                assert isinstance(tree.get(key), DataError)


def test_a_deep_tree_after_changes(tmp_path):
    records = {b"%08d" % place: b"%d" % place * (place % 40 + 1) for place in range(20_000)}
    path = write(tmp_path / "db", records)
    with lmdb.open(str(tmp_path / "db"), map_size=1 << 26, lock=False) as database:
        with database.begin(write=True) as changes:
            for place in range(0, 20_000, 3):
                changes.delete(b"%08d" % place)
                del records[b"%08d" % place]
        assert database.stat()["depth"] > 2
    with Tree(str(path)) as tree:
        assert len(tree) == len(records)
        assert list(tree.items()) == list(records.items())
        rng = np.random.default_rng(0)
        for key in rng.choice(list(records), 500).tolist():
            assert tree.get(key) == records[key]
        assert str(tree.get(b"00000003")) == "there is no such record"


@pytest.fixture
def content(tmp_path):
    """The bytes of a tree of two levels with large values, too."""
    records = {b"%04d" % place: bytes([place % 256]) * (place * 40) for place in range(200)}
    return bytearray(write(tmp_path / "good", records).read_bytes())


def refusal(tmp_path, content):
    path = tmp_path / "data.mdb"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught, Tree(str(path)) as tree:
        for _ in tree.items():
            pass
    return str(caught.value)


def test_a_file_cut_short_is_refused(content, tmp_path):
    for size in (0, 10, 150, 4096, 5000, 8192, len(content) // 2, len(content) - 1):
        assert refusal(tmp_path, content[:size]).startswith("it is")


META = 4096 * 1 + 16  # the second description is the newer one after one change


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (16, b"\0\0\0\0", "no LMDB"),
        (20, b"\2\0\0\0", "another machine or version"),
        (40, struct.pack("<I", 12), "a page of 12 bytes"),
        (META + 24 + 48 + 4, struct.pack("<H", 4), "several values a key"),
        (META + 24 + 48 + 6, struct.pack("<H", 999), "more records than it has room for"),
        (META + 24 + 48 + 32, struct.pack("<Q", 1 << 60), "more records than it has room for"),
        (META + 24 + 48 + 32, struct.pack("<Q", 100), "more records than it declares"),
        (META + 24 + 48 + 32, struct.pack("<Q", 300), "300 records are declared, 200 found"),
        (META + 24 + 48 + 40, struct.pack("<Q", 1 << 50), "a page lies beyond its end"),
        (META + 24 + 48 + 40, struct.pack("<Q", 0), "damaged at page 0"),
        (META + 24 + 96, struct.pack("<Q", 1 << 40), "the last .* bytes are missing"),
    ],
)
def test_what_it_declares_is_checked(content, tmp_path, place, value, reason):
    content[place : place + len(value)] = value
    assert re.search(reason, refusal(tmp_path, content))


def test_pages_that_point_to_their_parent_end(content, tmp_path):
    root = struct.unpack_from("<Q", content, META + 24 + 48 + 40)[0]
    page = root * 4096
    for place in struct.unpack_from("<2H", content, page + 16):
        struct.pack_into("<HHH", content, page + place, root, 0, 0)
    assert "damaged at page" in refusal(tmp_path, content)


def test_any_changed_byte_gives_values_or_a_sentence(content, tmp_path):
    rng, lines = np.random.default_rng(1), []
    path = tmp_path / "data.mdb"
    for _ in range(300):
        changed = bytearray(content)
        for place in rng.integers(0, len(content), rng.choice([1, 10, 100])):
            changed[place] = rng.integers(0, 256)
        path.write_bytes(changed)
        try:
            with Tree(str(path)) as tree:
                taken = sum(len(v) for _, v in tree.items() if isinstance(v, bytes))
                assert taken <= len(content)
                tree.get(b"0100")
        except DataError as error:
            lines.append(str(error))
    assert lines
    assert not any("\n" in line for line in lines)
