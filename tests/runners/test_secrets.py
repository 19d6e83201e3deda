import hashlib
import json

import pytest

from workbench import runners
from workbench.errors import DataError
from workbench.jobs import Home, Job
from workbench.jobs.secrets import Secrets
from workbench.runners import execution

SECRET = "CANARY7f3a9c51e2d84b06"
SECRETS = {"access_key": "TESTACCESSKEY", "secret_key": SECRET, "empty": ""}

# What the executing process has: the secrets, and nothing of them where others could look.
PROBE = """
import hashlib, json, os
from pathlib import Path

def execute(job, context):
    places = {
        name: b"CANARY" in Path("/proc/self", name).read_bytes() for name in ("cmdline", "environ")
    }
    (job.path / "seen.json").write_text(json.dumps({
        "pid": os.getpid(),
        "names": sorted(context.secrets),
        "digest": hashlib.sha256(context.secrets["secret_key"].encode()).hexdigest(),
        "shown": repr(context.secrets) + repr(vars(context)),
        "places": places,
    }))
    context.log("the key is " + context.secrets["secret_key"])
    raise ValueError("refused: " + context.secrets["secret_key"])
"""
REGISTER = """
from workbench.runners import execution
execution.EXECUTORS["run"] = "secrets_probe:execute"
"""


@pytest.fixture
def job(tmp_path, monkeypatch):
    """A job whose executor is the probe, in a process of its own too."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "secrets_probe.py").write_text(PROBE)
    (code / "sitecustomize.py").write_text(REGISTER)
    monkeypatch.setenv("PYTHONPATH", str(code))
    monkeypatch.syspath_prepend(code)
    monkeypatch.setitem(execution.EXECUTORS, "run", "secrets_probe:execute")
    return Home(tmp_path / "home").create_job("run", "probe", {})


@pytest.mark.parametrize("runner", ["synchronous", "kernel", "process"])
def test_secrets_reach_the_executor_and_nothing_else(job, runner, tmp_path):
    handle = runners.start(job, runner, SECRETS)
    assert handle.join(60)
    seen = json.loads((job.path / "seen.json").read_text())
    assert seen["names"] == ["access_key", "secret_key"]
    assert seen["digest"] == hashlib.sha256(SECRET.encode()).hexdigest()
    assert "CANARY" not in seen["shown"] and "TESTACCESSKEY" not in seen["shown"]
    assert seen["places"] == {"cmdline": False, "environ": False}
    summary = job.summary()
    assert summary.status == "failed" and summary.error == "ValueError: refused: ***"
    assert "the key is ***" in job.read_log()
    written = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert len(written) >= 4
    assert not [path for path in written if b"CANARY" in path.read_bytes()]


def test_a_job_without_secrets_has_none(tmp_path):
    job = Home(tmp_path).create_job("run", "plain", {})
    seen = []
    execution.execute(job, lambda job, context: seen.append(dict(context.secrets)))
    assert seen == [{}]


def test_a_refusal_that_repeats_a_secret_is_told_without_it(tmp_path):
    job = Home(tmp_path).create_job("run", "plain", {})

    def executor(job, context):
        raise DataError(f"the server refuses {SECRET}")

    assert execution.execute(job, executor, SECRETS) == "failed"
    assert job.summary().error == "the server refuses ***"
    assert "CANARY" not in Job(job.path).read_log()


def test_secrets_are_a_mapping_that_hides_its_values():
    secrets = Secrets(SECRETS)
    assert dict(secrets) == {"access_key": "TESTACCESSKEY", "secret_key": SECRET}
    assert len(secrets) == 2
    for shown in (repr(secrets), str(secrets), f"{secrets}", f"{[secrets]!r}"):
        assert "CANARY" not in shown and "secret_key=***" in shown
    assert secrets.hide(f"<{SECRET}|TESTACCESSKEY>") == "<***|***>"
    assert Secrets({"short": "a"}).hide("banana") == "banana"
    assert Secrets().hide("text") == "text"
