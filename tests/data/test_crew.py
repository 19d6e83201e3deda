"""The decoding processes end when they are told to, whatever they were doing."""

import multiprocessing
import os
import subprocess
import sys
import threading
import time

import pytest

from workbench.data.crew import Crew
from workbench.data.images.image_format import ImageFormat
from workbench.data.sources.files import FileReader
from workbench.data.workers import Work

_LARGE = 1 << 29


def work(folder):
    return Work(FileReader(), str(folder), ImageFormat(), "png", 90, 0)


def receiving() -> bool:
    """Whether some thread is in the middle of receiving a result."""
    frames = list(sys._current_frames().values())
    while frames:
        frame = frames.pop()
        if frame.f_code.co_name == "_recv" and frame.f_locals.get("size", 0) > _LARGE:
            return True
        if frame.f_back is not None:
            frames.append(frame.f_back)
    return False


@pytest.mark.timeout(60)
def test_processes_that_end_while_they_give_back_a_result_leave_nobody_waiting(tmp_path):
    crew = Crew(work(tmp_path), 1)
    crew._pool.submit(bytes, _LARGE)
    end = time.monotonic() + 30
    while not receiving():
        assert time.monotonic() < end, "no result came"
    crew.dismiss()
    names = [type(thread).__name__ for thread in threading.enumerate()]
    assert "_ExecutorManagerThread" not in names
    assert multiprocessing.active_children() == []


def test_a_decoding_process_begins_no_threads_and_its_parent_keeps_its_own(tmp_path):
    before = os.environ.get("OPENBLAS_NUM_THREADS")
    crew = Crew(work(tmp_path), 1)
    try:
        assert list(crew.map(os.getenv, [("OPENBLAS_NUM_THREADS",)])) == ["1"]
    finally:
        crew.dismiss()
    assert os.environ.get("OPENBLAS_NUM_THREADS") == before


def test_a_decoding_process_imports_little():
    code = "import sys, workbench.data.workers, workbench.data.train_sums; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    parts = {name.split(".")[1] for name in out.stdout.split() if name.startswith("workbench.")}
    assert parts == {"data", "errors", "storage", "validation"}
