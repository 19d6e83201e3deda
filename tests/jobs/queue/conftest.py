"""Runs that do nothing but hold their turn, in processes of their own."""

from __future__ import annotations

import os
import time

import pytest

from workbench.jobs import Home
from workbench.jobs.queue import machine
from workbench.runners import execution

# The executor holds its turn until a file appears, and writes what it was given.
HOLD = """
import json, os, sys
from workbench.jobs import Stopped

def execute(job, context):
    (job.path / "begun.part").write_text(json.dumps({
        "pid": os.getpid(),
        "gpus": context.gpus,
        "visible": os.environ.get("CUDA_VISIBLE_DEVICES"),
        "heavy": sorted({"tensorflow", "keras", "numpy", "pynvml"} & set(sys.modules)),
    }))
    (job.path / "begun.part").rename(job.path / "begun.json")
    while not (job.path / "release").exists():
        if context.stop_requested():
            raise Stopped
        for wish in context.wishes():
            if wish.name == "pause":
                context.lend_turn()
                context.emit("status", status="paused")
            if wish.name == "resume":
                context.take_turn()
                context.emit("status", status="running")
        context.rest()
"""
REGISTER = """
import os
from workbench.jobs.queue import machine
from workbench.runners import execution

execution.EXECUTORS["run"] = "hold_probe:execute"
machine._uuids = lambda: tuple("GPU-%d" % n for n in range(int(os.environ["FAKE_GPUS"])))
"""
PATIENCE_S = 20


class Runs:
    """Makes, starts and watches runs of one home, and ends them with the test."""

    def __init__(self, home):
        self.home, self.handles = home, []

    def make(self, name, **config):
        return self.home.create_job("run", name, config)

    def start(self, job, runner="process"):
        from workbench import runners

        handle = runners.start(job, runner)
        self.handles.append(handle)
        return handle

    def begin(self, name, runner="process", **config):
        job = self.make(name, **config)
        self.start(job, runner)
        return job

    def thread(self, name, **config):
        """As ``begin``, in a thread, which takes no time to start."""
        return self.begin(name, "kernel", **config)

    def until(self, condition):
        """Wait until ``condition`` gives something; return it."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := condition()):
            assert time.monotonic() < deadline, self.home.queue.to_dict()
            time.sleep(0.01)
        return found

    def until_status(self, job, status):
        return self.until(lambda: job.status == status)

    def until_why(self, job, words):
        return self.until(lambda: words in self.why(job))

    def why(self, job):
        return next((run.why for run in self.home.queue.waiting() if run.id == job.id), "")

    def waiting(self):
        return [run.name for run in self.home.queue.waiting()]

    def running(self):
        return [run.name for run in self.home.queue.running()]

    def release(self, *jobs):
        for job in jobs:
            (job.path / "release").touch()
            assert job.wait(timeout=PATIENCE_S) == "done", job.summary().error

    def end(self):
        for summary in self.home.summaries("run"):
            job = self.home.job(summary.id)
            (job.path / "release").touch()
            job.send("stop")
        for handle in self.handles:
            assert handle.join(PATIENCE_S)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def gpus(monkeypatch):
    """Say how many GPUs there are, here and in the processes that are started."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    def pretend(count):
        monkeypatch.setenv("FAKE_GPUS", str(count))
        monkeypatch.setattr(
            machine, "_uuids", lambda: tuple(f"GPU-{number}" for number in range(count))
        )

    pretend(0)
    return pretend


@pytest.fixture
def runs(tmp_path, home, gpus, monkeypatch):
    code = tmp_path / "code"
    code.mkdir()
    (code / "hold_probe.py").write_text(HOLD)
    (code / "sitecustomize.py").write_text(REGISTER)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(code), os.getcwd()]))
    monkeypatch.syspath_prepend(code)
    monkeypatch.setitem(execution.EXECUTORS, "run", "hold_probe:execute")
    made = Runs(home)
    yield made
    made.end()
