import os
import subprocess
import sys
import threading

import pytest

from workbench.errors import JobBusy
from workbench.jobs import lock

HOLD = """
import sys
from pathlib import Path
from workbench.jobs.lock import OwnerLock
with OwnerLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other_owner(tmp_path):
    """Another process that owns the job in ``tmp_path`` until its stdin closes."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert child.stdout.readline() == b"held\n"
    yield child
    child.kill()
    child.communicate()


def test_a_second_owner_in_this_process_is_refused(tmp_path):
    with lock.OwnerLock(tmp_path):
        assert lock.is_held(tmp_path)
        with pytest.raises(JobBusy, match=f"executed by process {os.getpid()}"):
            lock.OwnerLock(tmp_path)
    assert not lock.is_held(tmp_path)


def test_a_second_owner_in_another_process_is_refused(tmp_path, other_owner):
    assert lock.is_held(tmp_path)
    with pytest.raises(JobBusy, match=f"process {other_owner.pid}"):
        lock.OwnerLock(tmp_path)


def test_the_lock_dies_with_its_holder(tmp_path, other_owner):
    other_owner.kill()
    other_owner.wait()
    assert not lock.is_held(tmp_path)
    lock.OwnerLock(tmp_path).release()


def test_an_owner_that_is_about_to_leave_is_waited_for(tmp_path, monkeypatch):
    owner = lock.OwnerLock(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(lock, "_LEAVING_S", 0.0)
        with pytest.raises(JobBusy):
            lock.OwnerLock(tmp_path, leaving=True)
    monkeypatch.setattr(lock.time, "sleep", lambda _: owner.release())
    lock.OwnerLock(tmp_path, leaving=True).release()


def test_readers_never_keep_an_owner_out(tmp_path):
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            lock.is_held(tmp_path)

    readers = [threading.Thread(target=ask) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(200):
            with lock.OwnerLock(tmp_path):
                assert lock.is_held(tmp_path)
    finally:
        stop.set()
        for reader in readers:
            reader.join()


def test_a_process_is_told_from_one_that_took_its_number():
    me = lock.this_process()
    assert lock.is_alive(me)
    assert not lock.is_alive(me | {"started": me["started"] - 100})
    assert not lock.is_alive(None)
    assert not lock.is_alive({"pid": 2**22 + 1, "started": 0})
