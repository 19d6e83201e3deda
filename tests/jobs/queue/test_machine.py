"""Which GPUs a process may use."""

import pytest

from workbench.jobs.queue import machine

UUIDS = ("GPU-aa11", "GPU-ab22", "GPU-cc33")


@pytest.mark.parametrize(
    ("word", "seen"),
    [
        (None, (0, 1, 2)),
        ("", ()),
        ("-1", ()),
        ("2,0", (2, 0)),
        (" 1 , 2 ", (1, 2)),
        ("GPU-c,1", (2, 1)),
        ("GPU-a", ()),  # may be either
        ("0,7,1", (0,)),  # what follows an unknown one is not seen
        ("1,1,2", (1,)),
        ("MIG-1234", ()),
    ],
)
def test_cuda_visible_devices_is_read_as_cuda_does(word, seen):
    environment = {} if word is None else {"CUDA_VISIBLE_DEVICES": word}
    assert machine.visible(UUIDS, environment) == seen


@pytest.mark.parametrize(("chosen", "word"), [((3, 0), "3,0"), ((), "-1")])
def test_a_process_is_shown_what_it_was_given(chosen, word):
    environment = {"CUDA_VISIBLE_DEVICES": "0"}
    machine.show_only(chosen, environment)
    assert environment == {"CUDA_VISIBLE_DEVICES": word, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    four = ("a", "b", "c", "d")
    assert machine.visible(four, environment) == chosen


def test_the_least_used_are_taken_first(monkeypatch):
    used = {0: 9, 1: 0, 2: 5, 3: 0}
    monkeypatch.setattr(machine._driver, "memory_used", lambda driver, gpu: used[gpu])
    assert machine.least_used((0, 1, 2, 3)) == [1, 3, 2, 0]
    assert machine.least_used((2,)) == [2]
