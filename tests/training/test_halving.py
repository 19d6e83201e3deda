import pytest

import workbench as wb
from workbench.errors import JobFailed
from workbench.training.halving import Halving


def halving(**fields):
    return Halving(wb.TrainConfig(dataset="d", **fields))


def test_a_step_is_done_in_twice_as_many_parts_of_half_the_size():
    made = halving(batch_size=64, accumulation=2, smaller_batch=True)
    assert (made.batch_size, made.parts) == (64, 2)
    made.again(MemoryError())
    made.again(MemoryError())
    assert (made.batch_size, made.parts) == (16, 8)


def test_what_was_found_out_before_holds_after_a_restart():
    made = halving(batch_size=64, smaller_batch=True)
    events = [{"type": "change", "what": "batch_size", "value": 32},
              {"type": "change", "what": "learning_rate", "value": 0.1},
              {"type": "change", "what": "batch_size", "value": 16}]  # fmt: skip
    made.fold(events)
    assert (made.batch_size, made.parts) == (16, 4)


@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        ({"batch_size": 64}, "64 images a batch; try a batch size of 32"),
        ({"batch_size": 1, "smaller_batch": True}, "1 images a batch; try a smaller network"),
    ],
)
def test_what_may_or_can_not_be_halved_is_said(fields, advice):
    with pytest.raises(JobFailed, match=advice):
        halving(**fields).again(MemoryError())
