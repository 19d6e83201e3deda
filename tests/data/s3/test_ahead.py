import threading

import pytest

from workbench.data.s3.ahead import Budget, ahead


def nothing():
    """Nobody needs to be told to leave."""


def test_results_come_in_order_whatever_order_they_are_fetched_in():
    second = threading.Event()

    def fetch(place, name, budget):
        if place == 0:
            assert second.wait(10)
        if place == 1:
            second.set()
        return name.upper()

    names = [f"n{i}" for i in range(50)]
    assert list(ahead(fetch, names, 4, Budget(1), nothing)) == [name.upper() for name in names]
    assert list(ahead(fetch, [], 4, Budget(1), nothing)) == []


def test_no_more_than_the_budget_is_held_but_the_next_one_always():
    held = most = 0
    lock = threading.Lock()

    def fetch(place, name, budget):
        nonlocal held, most
        budget.take(place, 10)
        budget.take(place, 10)  # of a second attempt: nothing more
        with lock:
            held += 1
            most = max(most, held)
        return place

    for _ in ahead(fetch, ["x"] * 60, 8, Budget(35), nothing):
        with lock:
            held -= 1
    # Three fit; one more is next; one was just handed over.
    assert 3 <= most <= 5


def test_what_is_larger_than_the_whole_budget_passes_alone():
    def fetch(place, name, budget):
        budget.take(place, 1000)
        return place

    assert list(ahead(fetch, ["x"] * 20, 4, Budget(10), nothing)) == list(range(20))


def test_an_error_ends_the_reading_and_every_thread():
    leaving = threading.Event()

    def fetch(place, name, budget):
        if place == 5:
            raise OSError("gone")
        if place > 5:
            assert leaving.wait(10)
        return place

    before = threading.active_count()
    got = []
    with pytest.raises(OSError, match="gone"):
        got += ahead(fetch, ["x"] * 100, 4, Budget(100), leaving.set)
    assert got == [0, 1, 2, 3, 4]
    assert threading.active_count() == before


def test_who_stops_reading_leaves_no_thread_behind():
    def fetch(place, name, budget):
        budget.take(place, 10)
        return place

    before = threading.active_count()
    reading = ahead(fetch, ["x"] * 100, 4, Budget(15), nothing)
    assert next(reading) == 0
    reading.close()
    assert threading.active_count() == before
