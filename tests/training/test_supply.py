from workbench.training.supply import AHEAD, INPUT, NETWORK, Supply

WINDOW = 12


def test_readers_far_ahead_wait_for_the_network():
    supply = Supply(1000)
    for _ in range(AHEAD):
        supply.made()
    for _ in range(WINDOW):
        assert supply.bottleneck == ""
        supply.took(1)
        supply.made()
    assert supply.bottleneck == NETWORK


def test_a_network_that_takes_every_batch_at_once_waits_for_images():
    supply = Supply(1000)
    for _ in range(WINDOW):
        supply.made()
        supply.took(1)
    assert supply.bottleneck == INPUT


def test_neither_is_blamed_when_both_wait_in_turn():
    supply = Supply(1000)
    for call in range(WINDOW):
        for _ in range(AHEAD if call % 2 == 0 else 0):
            supply.made()
        supply.took(AHEAD if call % 2 else 0)
    assert supply.bottleneck == ""


def test_the_last_batches_are_not_late_because_no_more_are_to_come():
    supply = Supply(AHEAD + WINDOW)
    for _ in range(AHEAD + WINDOW):
        supply.made()
    for _ in range(WINDOW):
        supply.took(1)
    assert supply.bottleneck == NETWORK
    supply.took(AHEAD)
    assert supply.bottleneck == NETWORK
