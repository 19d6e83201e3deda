"""What Ctrl-C does to a job that somebody waits for, and what is said of it."""

import psutil
import pytest

import workbench as wb
from workbench.api.waiting import wait_for
from workbench.errors import JobFailed
from workbench.jobs import Job, commands
from workbench.jobs.lock import OwnerLock
from workbench.runners.process import ProcessRunner


@pytest.fixture
def job():
    """A job that this process executes."""
    made = wb.home().create_job("dataset", "digits", {})
    made.record("status", status="running")
    with OwnerLock(made.path):
        yield made


@pytest.fixture
def waits(monkeypatch):
    """What each further waiting for a job ends with."""
    outcomes = [KeyboardInterrupt()]

    def wait(self, *_):
        outcome = outcomes.pop(0)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setattr(Job, "wait", wait)
    return outcomes


def sent(job):
    return [command.name for command in commands.take(job.path)]


def test_ctrl_c_stops_the_job_and_says_no_more_than_that(job, waits, capsys):
    waits.append("stopped")
    with pytest.raises(KeyboardInterrupt):
        wait_for(job)
    assert sent(job) == ["stop"]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("outcome", ["running", KeyboardInterrupt()])
def test_a_job_that_goes_on_is_not_called_stopped(job, waits, outcome):
    waits.append(outcome)
    with pytest.raises(JobFailed, match="digits was told to stop and is still running"):
        wait_for(job)
    assert sent(job) == ["stop"]


@pytest.mark.parametrize(
    ("word", "what"),
    [("done", "was done"), ("failed", "failed"), ("interrupted", "was interrupted")],
)
def test_a_job_that_ended_otherwise_is_not_called_stopped(job, waits, capsys, word, what):
    waits.append(word)
    with pytest.raises(KeyboardInterrupt):
        wait_for(job)
    assert capsys.readouterr().err == f"'digits' {what} before it could be stopped\n"


def test_who_only_watches_stops_nothing(job, waits):
    with pytest.raises(KeyboardInterrupt):
        wait_for(job, stop=False)
    assert sent(job) == []


def test_a_child_that_ctrl_c_keeps_from_its_work_is_not_left(job, monkeypatch):
    children = []

    def announce(self, job, process):
        children.append(process["pid"])
        raise KeyboardInterrupt

    monkeypatch.setattr(ProcessRunner, "announce", announce)
    with pytest.raises(KeyboardInterrupt):
        ProcessRunner().start(job, {})
    assert not psutil.pid_exists(children[0])
