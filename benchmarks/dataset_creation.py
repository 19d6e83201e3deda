"""Creating datasets against the limit and the DIGITS algorithm, and what memory it takes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import workbench as wb
from benchmarks import digits, digits_algorithm, limit, photos
from benchmarks.timing import paired, report, seconds

_ROUNDS = 3
_PHOTOS, _LINKS = 3000, 8
_FEW, _MANY = 10_000, 200_000


def run() -> None:
    """Print the ratios."""
    with tempfile.TemporaryDirectory() as place, limit.pool() as pool:
        folder = photos.write(Path(place) / "photos", _PHOTOS, _LINKS)
        files = [str(path) for path in sorted(folder.rglob("*.jpg"))]
        image = wb.ImageFormat(width=224, height=224)
        against = lambda: limit.decode_all(pool, files, 224, grey=False)  # noqa: E731
        _print("photographs / limit", folder, files, image, against, "≥ 0.85")
        for encoding, target, step in (("jpeg", "≥ 3", 15), ("png", "≥ 20", 47)):
            some = files[::step]
            against = lambda s=some, e=encoding: digits_algorithm.create(s, 224, e, grey=False)  # noqa: E731
            what = f"photographs / DIGITS algorithm, {encoding.upper()}"
            _print(what, folder, files, image, against, target, len(some))
        folder = digits.folder() / "train"
        files = [str(path) for path in sorted(folder.rglob("*.png"))]
        image = wb.ImageFormat(width=28, height=28, channels=1)
        against = lambda: limit.decode_all(pool, files, 28, grey=True)  # noqa: E731
        _print("MNIST / limit", folder, files, image, against, "≥ 0.85")
        some = files[::6]
        against = lambda: digits_algorithm.create(some, 28, "png", grey=True)  # noqa: E731
        _print("MNIST / DIGITS algorithm, PNG", folder, files, image, against, "≥ 3", len(some))
    _memory()


def _print(what, folder, files, image, against, target, count=None) -> None:  # noqa: ANN001
    """Measure in turns; ``against`` handles ``count`` of the files, all by default."""
    share = (count or len(files)) / len(files)
    ours, theirs, ratio = paired(lambda: _ours(folder, image), lambda: seconds(against), _ROUNDS)
    figures = f"{len(files) / ours:,.0f} vs {share * len(files) / theirs:,.0f} images/s"
    report(what, 1 / ratio / share, target, figures)


def _ours(folder: Path, image: wb.ImageFormat) -> float:
    """Seconds until the dataset is there; what deleting it takes does not count."""
    source = wb.ImageFolder(str(folder), validation_percent=10)
    taken = seconds(lambda: wb.create_dataset("bench", source, image=image, runner="synchronous"))
    for dataset in wb.datasets():
        wb.home().delete(dataset.job)
    os.sync()
    return taken


_MEASURE = """
import re, resource, sys
import workbench as wb
source = wb.ImageFolder(sys.argv[1], validation_percent=10, max_per_class=int(sys.argv[2]) // 10)
image = wb.ImageFormat(width=28, height=28, channels=1)
if __name__ == "__main__":
    wb.create_dataset("memory", source, image=image, runner="synchronous", duplicates="ignore")
    # Of this process since it began; what it was started from does not count.
    here = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]
    print("peak", here, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def _memory() -> None:
    """Peak memory with many images to that with few: hard links of MNIST's files."""
    with tempfile.TemporaryDirectory() as place:
        _link(digits.folder() / "train", Path(place) / "many", _MANY)
        peaks = [_peak(Path(place) / "many", count) for count in (_FEW, _MANY)]
    figures = " and ".join(f"{peak / 1024:,.0f} MB" for peak in peaks)
    what = f"peak memory, {_MANY:,} images / {_FEW:,}"
    report(what, peaks[1] / peaks[0], "flat", figures)


def _link(source: Path, folder: Path, count: int) -> None:
    for label in sorted(source.iterdir()):
        (folder / label.name).mkdir(parents=True)
        files = sorted(label.iterdir())
        for number in range(count // 10):
            copy, place = divmod(number, len(files))
            os.link(files[place], folder / label.name / f"{copy}-{files[place].name}")


def _peak(folder: Path, count: int) -> int:
    """The largest of the processes, in kB."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "WORKBENCH_HOME": home}
        script = Path(home) / "measure.py"
        script.write_text(_MEASURE)
        command = [sys.executable, str(script), str(folder), str(count)]
        root = str(Path(__file__).parents[1])
        environment["PYTHONPATH"] = root
        out = subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        ).stdout
    return max(map(int, re.findall(r"\d+", out.split("peak")[1])))
