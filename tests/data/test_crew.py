"""The decoding processes end when they are told to, whatever they were doing."""

import multiprocessing
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
