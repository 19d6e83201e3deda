"""The rule of the queue as a function: who may go."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidValue
from workbench.jobs.queue.order import PATIENCE, Claim, overtaken, wanted, who_goes

GPUS = range(6)


@st.composite
def claims(draw):
    named = tuple(draw(st.lists(st.sampled_from(GPUS), max_size=3, unique=True)))
    count = len(named) or draw(st.integers(0, 4))
    return Claim("", count, named, draw(st.integers(0, PATIENCE + 1)))


queues = st.lists(claims(), max_size=8).map(
    lambda found: [Claim(f"run-{n}", c.count, c.named, c.passed) for n, c in enumerate(found)]
)
frees = st.lists(st.sampled_from(GPUS), unique=True)
slots = st.integers(-2, 6)


def fits(claim, free):
    return set(claim.named) <= set(free) if claim.named else claim.count <= len(free)


def after(queue, going, others=None):
    """How often each has been passed when those that may go have gone."""
    passed = {claim.job: claim.passed for claim in queue}
    for job in going:
        for other in overtaken(queue, going, job) if others is None else others:
            passed[other] += 1
    return passed


@given(queues, slots, frees)
def test_no_gpu_is_given_twice_and_each_run_has_what_it_wants(queue, slots, free):
    going = who_goes(queue, slots, free)
    given_out = [gpu for gpus in going.values() for gpu in gpus]
    assert len(given_out) == len(set(given_out)) and set(given_out) <= set(free)
    assert len(going) <= max(0, slots)
    for claim in queue:
        if claim.job in going:
            assert len(going[claim.job]) == claim.count
            assert not claim.named or going[claim.job] == claim.named


@given(queues, slots, frees)
def test_nobody_that_could_go_is_passed(queue, slots, free):
    going = who_goes(queue, slots, free)
    left = list(free)
    for claim in queue:
        if claim.job in going:
            left = [gpu for gpu in left if gpu not in going[claim.job]]
        elif any(other in going for other in [c.job for c in queue[queue.index(claim) + 1 :]]):
            assert not fits(claim, left)


@given(queues, slots, frees)
def test_nothing_idles_while_somebody_who_may_go_could_use_it(queue, slots, free):
    going = who_goes(queue, slots, free)
    left = set(free) - {gpu for gpus in going.values() for gpu in gpus}
    passed = after(queue, going)
    for claim in queue:
        if len(going) >= slots or claim.job not in going and passed[claim.job] >= PATIENCE:
            break
        assert claim.job in going or not fits(claim, left)


@given(queues, slots, frees)
def test_nobody_is_passed_for_ever(queue, slots, free):
    going = who_goes(queue, slots, free)
    for claim in queue:
        passed = after(queue, going)[claim.job]
        assert passed == claim.passed or passed <= PATIENCE


@given(queues, slots, frees)
def test_what_goes_does_not_depend_on_who_asks_first(queue, slots, free):
    """When one of those that may go has gone, the others still may, with the same GPUs."""
    going = who_goes(queue, slots, free)
    for job, gpus in going.items():
        passed = after(queue, {job: gpus}, overtaken(queue, going, job))
        rest = [replace(c, passed=passed[c.job]) for c in queue if c.job != job]
        again = who_goes(rest, slots - 1, [gpu for gpu in free if gpu not in gpus])
        assert set(again) == set(going) - {job}


def test_a_smaller_one_goes_past_one_that_wants_what_is_busy():
    queue = [Claim("two", 2), Claim("one", 1), Claim("none")]
    assert who_goes(queue, 3, [1]) == {"one": (1,), "none": ()}
    assert overtaken(queue, {"one": (1,), "none": ()}, "none") == ["two"]
    assert who_goes([Claim("two", 2, passed=PATIENCE), *queue[1:]], 3, [1]) == {}


def test_those_are_taken_first_that_stand_first():
    assert who_goes([Claim("a", 2), Claim("b", 1)], 2, [3, 0, 2]) == {"a": (0, 3), "b": (2,)}


@pytest.mark.parametrize(
    ("devices", "allowed", "claim"),
    [
        ("", (), Claim("a", 0)),
        ("", (0, 1), Claim("a", 1)),
        ("2", (0, 3), Claim("a", 2)),
        ("gpu:3,0", (0, 3), Claim("a", 2, (3, 0))),
        ("gpu:3,3", (0, 3), Claim("a", 1, (3,))),
        ("cpu:2", (0, 3), Claim("a", 0)),
    ],
)
def test_what_a_configuration_wants(devices, allowed, claim):
    assert wanted("a", devices, allowed) == claim


@pytest.mark.parametrize(
    ("devices", "allowed", "sentence"),
    [
        ("2", (3,), "the run wants 2 GPUs, but the GPUs for runs here are 3; choose among them"),
        ("1", (), "the run wants 1 GPU, but there is no GPU for runs here; choose other devices"),
        ("gpu:1,2", (2,), "the run wants GPU 1, but the GPUs for runs here are 2; choose"),
    ],
)
def test_what_can_never_be_had_is_refused(devices, allowed, sentence):
    with pytest.raises(InvalidValue, match=sentence):
        wanted("a", devices, allowed)
