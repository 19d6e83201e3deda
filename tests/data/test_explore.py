"""Filters, orders and pages agree with the plain way of finding the same."""

import numpy as np
import pytest

from workbench.data import Query
from workbench.data.explore import SORTS, find
from workbench.data.table import GOOD, REPEATED, UNREADABLE, TableWriter
from workbench.errors import NotFound

LABELS = ["cat", "dog", "gnu"]
COUNT = 300


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    random = np.random.default_rng(1)
    writer = TableWriter(tmp_path_factory.mktemp("table"))
    state = random.choice([GOOD] * 8 + [UNREADABLE, REPEATED], COUNT)
    writer.add(
        [f"/images/{'odd' if n % 2 else 'EVEN'}/{n:03}.png" for n in range(COUNT)],
        label=random.integers(0, 3, COUNT),
        split=np.where(state == GOOD, random.integers(1, 4, COUNT), 0),
        state=state,
        width=random.integers(1, 50, COUNT),
        height=random.integers(1, 50, COUNT),
        spread=random.random(COUNT) * 90,
    )
    return writer.finish()


def rows(table, among=None, **query):
    return find(table, LABELS, Query(**query), among).rows


def test_only_readable_images_of_a_split_are_found(table):
    found = rows(table)
    assert found.tolist() == np.flatnonzero(table["split"] > 0).tolist()
    assert (table["state"][found] == GOOD).all()


def test_filters_combine(table):
    found = rows(table, split="val", label=1, text="even")
    wanted = (table["split"] == 2) & (table["label"] == 1) & (np.arange(COUNT) % 2 == 0)
    assert found.tolist() == np.flatnonzero(wanted).tolist()
    assert len(found)


@pytest.mark.parametrize("sort", ["class", "width", "height", "spread", "aspect"])
def test_sorting_is_stable_and_turns_round(table, sort):
    key = {
        "class": lambda r: table["label"][r],
        "aspect": lambda r: (table["width"][r] / table["height"][r]).astype(np.float32),
    }.get(sort, lambda r: table[sort][r])
    stored = rows(table)
    expected = stored[np.argsort(key(stored), kind="stable")]
    assert rows(table, sort=sort).tolist() == expected.tolist()
    assert rows(table, sort=sort, descending=True).tolist() == expected[::-1].tolist()


def test_mixed_shows_each_image_once_and_every_class_soon(table):
    stored, mixed = rows(table, sort=""), rows(table, sort="mixed")
    assert sorted(mixed.tolist()) == stored.tolist()
    assert mixed.tolist() != stored.tolist()
    assert mixed.tolist() == rows(table, sort="mixed").tolist()
    first = mixed[:10]
    thirds = np.bincount(first * 3 // COUNT, minlength=3)
    assert (thirds >= 2).all()


def test_an_unknown_order_is_refused(table):
    with pytest.raises(NotFound, match="cannot be sorted by 'colour'; choose one of mixed, class"):
        rows(table, sort="colour")
    assert all(len(rows(table, sort=sort)) for sort in SORTS)


def test_the_rows_of_a_finding_keep_their_order_and_those_left_out(table):
    repeated = np.flatnonzero(table["state"] == REPEATED)
    among = [*repeated[::-1].tolist(), *rows(table)[5:2:-1].tolist()]
    assert rows(table, among).tolist() == among
    unreadable = np.flatnonzero(table["state"] == UNREADABLE)
    assert rows(table, unreadable).tolist() == []
    assert set(rows(table, among, split="train")) <= set(rows(table, split="train"))


def test_pages_tell_row_split_place_class_and_path(table):
    found = find(table, LABELS, Query(split="test"))
    page = found.page(4, 3)
    assert page.total == len(found) == int((table["split"] == 3).sum())
    assert [item.row for item in page.items] == table.rows_of("test")[4:7].tolist()
    assert [item.index for item in page.items] == [4, 5, 6]
    assert {item.split for item in page.items} == {"test"}
    for item in page.items:
        assert item.label == LABELS[table["label"][item.row]]
        assert item.path == table.names[item.row]
    assert found.page(10_000, 5).items == []
