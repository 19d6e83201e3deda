"""Latency: measured with the real network, kept beside the run."""

import json
import time

import pytest

import workbench as wb
from workbench.api.latency import FILE, Latency, measure_latency, read_latency
from workbench.errors import NotFound


def test_the_network_of_a_run_is_measured_and_the_figure_kept(digits_home, digits):
    fields = {"epochs": 1, "seed": 1, "batch_size": 64}
    run = wb.train(digits, runner="synchronous", home=digits_home, **fields)
    assert read_latency(run.job.path) is None
    events = (run.job.path / "events.jsonl").read_bytes()
    before = time.time()
    found = measure_latency(run)
    assert 0 < found.milliseconds < 1000
    assert found.images >= 10
    assert found.device.startswith("CPU, ") or found.device
    assert before - 1 <= found.measured <= time.time() + 1
    assert read_latency(run.job.path) == found
    assert (run.job.path / "events.jsonl").read_bytes() == events, "events have one writer"
    run.delete()


def test_a_run_without_a_checkpoint_cannot_be_measured(digits_home, digits):
    config = wb.TrainConfig(dataset=digits.id)
    job = digits_home.create_job("run", "bare", config.to_dict())
    with pytest.raises(NotFound):
        measure_latency(wb.Run(job))
    assert not (job.path / FILE).exists()
    digits_home.delete(job)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"milliseconds": 0, "device": "", "images": 1, "measured": 1}']
)
def test_a_damaged_figure_is_none(tmp_path, text):
    (tmp_path / FILE).write_text(text)
    assert read_latency(tmp_path) is None


def test_a_figure_is_read_as_it_was_written(tmp_path):
    values = {"milliseconds": 1.25, "device": "CPU, 2 cores", "images": 100, "measured": 1.5}
    (tmp_path / FILE).write_text(json.dumps(values))
    assert read_latency(tmp_path) == Latency(1.25, "CPU, 2 cores", 100, 1.5)
