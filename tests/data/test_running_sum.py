import numpy as np

from workbench.data import statistics
from workbench.data.running_sum import RunningSum, gathered


def test_the_sums_of_processes_are_gathered_once(tmp_path, monkeypatch):
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (40, 6, 5, 3), dtype=np.uint8)
    for process, part in enumerate((images[:25], images[25:])):
        monkeypatch.setattr("os.getpid", lambda process=process: process)
        sum_ = RunningSum(str(tmp_path), images.shape[1:])
        for start in range(0, len(part), 7):
            sum_.add(part[start : start + 7])
    total = gathered(tmp_path)
    assert total.dtype == np.float64
    assert np.array_equal(total, images.sum(axis=0, dtype=np.float64))
    assert list(tmp_path.iterdir()) == []
    assert gathered(tmp_path) is None


def test_sums_of_large_images_are_added_a_stretch_at_a_time(monkeypatch):
    monkeypatch.setattr(statistics, "_VALUES", 1000)
    images = np.random.default_rng(0).integers(0, 256, (3, 41, 53, 3), dtype=np.uint8)
    total = images[0].astype(np.float64)
    statistics.add_bytes(total, images[1:])
    assert np.array_equal(total, images.sum(axis=0, dtype=np.float64))
