import os
import signal

import numpy as np
import psutil
import pytest
from PIL import Image

import workbench as wb
from workbench import runners
from workbench.errors import InvalidValue, JobBusy, JobFailed
from workbench.jobs import Home, Stopped
from workbench.runners import execution


@pytest.fixture
def job(tmp_path):
    return Home(tmp_path).create_job("run", "lenet", {})


def statuses(job):
    return [event["status"] for event in job.events()[0] if event["type"] == "status"]


def test_an_execution_goes_from_waiting_through_running_to_done(job):
    seen = []
    assert execution.execute(job, lambda job, context: seen.append(job.status)) == "done"
    assert seen == ["running"]
    assert statuses(job) == ["waiting", "running", "done"]
    assert job.status == "done"


def raising(error):
    def executor(job, context):
        raise error

    return executor


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (Stopped(), "stopped", None),
        (JobFailed("the loss became nan; lower the rate"), "failed", "the loss became nan"),
        (MemoryError(), "failed", "memory is used up"),
        (ZeroDivisionError("division by zero"), "failed", "ZeroDivisionError: division by zero"),
    ],
)
def test_whatever_goes_wrong_ends_as_a_status_with_a_sentence(job, error, status, sentence):
    assert execution.execute(job, raising(error)) == status
    summary = job.summary()
    assert summary.status == status
    if sentence:
        assert sentence in summary.error
        assert "Traceback" in job.read_log()


def test_a_second_execution_is_refused_while_the_first_runs(job):
    def executor(job, context):
        with pytest.raises(JobBusy):
            execution.execute(job)

    assert execution.execute(job, executor) == "done"


def test_an_unknown_runner_or_kind_is_refused(job, tmp_path):
    with pytest.raises(
        InvalidValue, match="runner must be one of kernel, process, ray, synchronous"
    ):
        runners.start(job, "cloud")
    with pytest.raises(InvalidValue, match="nothing executes jobs of kind 'tea'"):
        execution.executor_of("tea")


@pytest.mark.parametrize("runner", ["synchronous", "kernel", "process"])
def test_every_runner_makes_the_same_dataset(runner, digits_folder, tmp_path):
    home = wb.Home(tmp_path / "home")
    image = wb.ImageFormat(width=28, height=28, channels=1)
    source = wb.ImageFolder(digits_folder, validation_percent=25)
    dataset = wb.create_dataset("digits", source, image=image, runner=runner, home=home)
    assert dataset.status == "done"
    assert len(dataset.splits["train"]) == 450 and len(dataset.splits["val"]) == 150
    images = np.stack([np.asarray(Image.open(path)) for path in dataset.paths("val", range(150))])
    assert np.array_equal(dataset.splits["val"].images[..., 0], images)


def test_a_process_has_a_session_of_its_own_and_is_gone_at_the_end(digits_folder, tmp_path):
    from workbench.api.datasets import start_dataset

    home = wb.Home(tmp_path / "home")
    config = wb.DatasetConfig(name="digits", source=wb.ImageFolder(digits_folder))
    job = start_dataset(config, home=home)
    waiting = next(e for e in reversed(job.events()[0]) if e.get("status") == "waiting")
    pid = waiting["process"]["pid"]
    assert os.getsid(pid) == pid != os.getsid(0)
    assert job.wait(timeout=60) == "done"
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=10)
    assert not psutil.pid_exists(pid)


def test_a_killed_process_leaves_an_interrupted_job_that_can_be_deleted(digits_folder, tmp_path):
    from workbench.api.datasets import start_dataset

    home = wb.Home(tmp_path / "home")
    config = wb.DatasetConfig(name="digits", source=wb.ImageFolder(digits_folder))
    job = start_dataset(config, home=home)
    waiting = next(e for e in reversed(job.events()[0]) if e.get("status") == "waiting")
    os.kill(waiting["process"]["pid"], signal.SIGKILL)
    assert job.wait(timeout=10) == "interrupted"
    home.delete(job)
    assert home.summaries() == []


def test_what_lies_in_a_jobs_directory_is_not_imported(digits_folder, tmp_path):
    home = wb.Home(tmp_path / "home")
    config = wb.DatasetConfig(name="digits", source=wb.ImageFolder(digits_folder))
    job = home.create_job("dataset", "digits", config.to_dict())
    marker = tmp_path / "marker"
    for name in ("psutil", "numpy", "multiprocessing"):
        (job.path / f"{name}.py").write_text(f"open({str(marker)!r}, 'w').close()")
    runners.start(job, "process")
    assert job.wait(timeout=60) == "done"
    assert not marker.exists()
