"""Datasets out of a bucket, from the upload to the pixels, and what faults and strangers see."""

import io
import re
import shlex
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

import workbench as wb
from tests import s3_servers
from tests.conftest import write_digits
from workbench.api import as_code
from workbench.api.datasets import delete_dataset, resume_dataset, start_dataset
from workbench.cli.main import main
from workbench.data import Access
from workbench.data.s3.connection import Keys
from workbench.errors import DataError, NotFound

IMAGE = wb.ImageFormat(width=28, height=28, channels=1)


@pytest.fixture(scope="module", params=s3_servers.KINDS)
def server(request):
    return s3_servers.running(request.param)


def test_the_walk_through_of_the_documentation(server, tmp_path, capsys, monkeypatch):
    """Every line of it, on fewer digits: upload, create, in Python too, train."""
    page = (Path(__file__).parents[2] / "docs" / "s3.md").read_text()
    page = page.replace("http://127.0.0.1:8333", server.endpoint)
    page = page.replace("ACCESS\n", f"{server.secrets['access_key']}\n")
    page = page.replace("SECRET\n", f"{server.secrets['secret_key']}\n")
    folder = write_digits(tmp_path / "mnist" / "train", 12)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", server.secrets["access_key"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", server.secrets["secret_key"])
    (tmp_path / "upload.cfg").write_text(block(page, "ini")[0])
    lines = [line[2:] for part in block(page, "console") for line in part.splitlines()]
    done = [shlex.split(line)[1:] for line in lines if line.startswith("workbench")]
    assert [arguments[0] for arguments in done] == ["download", "upload", "dataset", "train"]
    for arguments in done[1:]:
        assert main([*arguments, "-q"]) == 0, capsys.readouterr().err
    ds = wb.dataset("mnist-s3")
    assert ds.labels == [str(n) for n in range(10)]
    assert {name: len(split) for name, split in ds.splits.items()} == {"train": 90, "val": 30}
    for place, path in zip((0, 40, 89), ds.paths("train", [0, 40, 89]), strict=True):
        pixels = np.asarray(Image.open(folder / path.split("mnist/train/")[-1]))
        assert np.array_equal(ds.splits["train"].images[place][..., 0], pixels)
    (python,) = block(page, "python")
    names = {"__name__": "page"}
    exec(compile(python, "docs/s3.md", "exec"), names)
    again = names["ds"].splits["val"].images
    assert np.array_equal(np.asarray(again), np.asarray(ds.splits["val"].images))
    assert wb.runs()[0].status == "done"
    # What was fetched for the creation is gone, and no secret stands anywhere.
    assert not [p for p in (wb.home().path / "cache").rglob("*") if p.is_file()]
    assert not found_in_files(wb.home().path, server.secrets["secret_key"])
    output = capsys.readouterr()
    assert server.secrets["secret_key"] not in output.out + output.err


def block(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def found_in_files(folder: Path, secret: str) -> list[Path]:
    needle = secret.encode()
    return [p for p in folder.rglob("*") if p.is_file() and needle in p.read_bytes()]


@pytest.mark.parametrize("kind", s3_servers.KINDS)
@pytest.mark.parametrize("runner", ["process", "kernel", "synchronous"])
def test_a_secret_is_found_nowhere(kind, runner, caplog):
    """A wrong one, which comes near every message there is, and one that is refused late."""
    server = s3_servers.running(kind)
    canary = "CANARY-4f1c/+8b2a-secret"
    bucket = server.bucket({f"t/{label}/{n}.png": png(n) for label in "ab" for n in range(3)})
    source = wb.S3Folder(f"s3://{bucket}/t/", endpoint=server.endpoint)
    secrets = {"access_key": server.secrets["access_key"], "secret_key": canary}
    with pytest.raises(DataError) as refused:
        wb.create_dataset("x", source, secrets=secrets, runner=runner)
    assert canary not in str(refused.value)
    # Past the first check the job itself meets the refusal.
    config = wb.DatasetConfig(name="late", source=source, image=IMAGE)
    job = wb.home().create_job("dataset", "late", config.to_dict())
    from workbench import runners

    handle = runners.start(job, runner, secrets)
    seen = []
    while not handle.join(0.02):
        seen += [" ".join(p.cmdline()) + str(p.environ()) for p in children()]
    assert job.status == "failed"
    assert canary not in job.summary().error + repr(job.summary()) + caplog.text + "".join(seen)
    assert canary not in as_code.create_dataset(config)
    assert not found_in_files(wb.home().path, canary)


def children():
    for process in psutil.Process().children(recursive=True):
        try:
            process.environ()
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
        yield process


def png(number: int) -> bytes:
    file = io.BytesIO()
    random = np.random.default_rng(number)
    Image.fromarray(random.integers(0, 256, (28, 28), dtype=np.uint8)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("url", "secrets", "error", "message"),
    [
        ("s3://absent-bucket/t/", {}, NotFound, "absent-bucket"),
        ("s3://{bucket}/nothing/", {}, NotFound, "nothing"),
        ("s3://{bucket}/t/", {"secret_key": "wrong-secret-key"}, DataError, "key"),
    ],
)
def test_what_cannot_be_reached_is_one_sentence_and_no_dataset(
    server, url, secrets, error, message
):
    bucket = server.bucket({f"t/{label}/0.png": png(0) for label in "ab"})
    source = wb.S3Folder(url.format(bucket=bucket), endpoint=server.endpoint)
    with pytest.raises((error, DataError), match=message) as raised:
        wb.create_dataset("x", source, secrets=server.secrets | secrets)
    assert "\n" not in str(raised.value)
    assert wb.home().summaries() == []


def test_a_server_killed_half_way_leaves_no_dataset_and_a_second_attempt_continues(tmp_path):
    with s3_servers.Rclone(tmp_path / "server") as server:
        names = [f"t/{label}/{n:03}.png" for label in "ab" for n in range(700)]
        bucket = server.bucket({name: png(seed) for seed, name in enumerate(names)})
        # Kept when all is done, so that one can see what was written again.
        source = wb.S3Folder(f"s3://{bucket}/t/", endpoint=server.endpoint, cache=True)
        config = wb.DatasetConfig(name="x", source=source, image=IMAGE)
        job = start_dataset(config, secrets=server.secrets)
        cache = wb.home().path / "cache"
        wait_until(lambda: len(staged(cache)) >= 50)
        server.kill()
        assert job.wait(90) == "failed"
        assert not list(job.path.glob("records*"))
        error = job.summary().error
        assert server.endpoint.removeprefix("http://") in error
        assert "\n" not in error
        kept = staged(cache)
        assert 50 <= len(kept) < 1400
        times = {path: path.stat().st_mtime_ns for path in kept}
        server.start()
        resume_dataset(job, secrets=server.secrets)
        assert job.wait(90) == "done"
    # What had been fetched was not fetched, nor written, again.
    assert {path: path.stat().st_mtime_ns for path in kept} == times
    assert len(staged(cache)) == 1400
    assert sum(map(len, wb.dataset(job.id).splits.values())) == 1400


def test_deleting_what_was_not_finished_deletes_what_was_fetched(tmp_path):
    with s3_servers.Rclone(tmp_path / "server") as server:
        bucket = server.bucket({f"t/{label}/{n}.png": png(n) for label in "ab" for n in range(3)})
        source = wb.S3Folder(f"s3://{bucket}/t/", endpoint=server.endpoint)
        access = Access(server.secrets, wb.home())
        names = [sample.name for sample in source.read(0, access).samples]
        assert len(list(source.reader(access).read(names))) == 6
    assert len(staged(wb.home().path / "cache")) == 6
    config = wb.DatasetConfig(name="x", source=source, image=IMAGE)
    job = wb.home().create_job("dataset", "x", config.to_dict())
    delete_dataset(job)
    assert not staged(wb.home().path / "cache")
    assert wb.home().summaries() == []


def staged(cache: Path) -> list[Path]:
    return [p for p in cache.rglob("*") if p.is_file() and not p.name.startswith(".")]


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_server_that_never_answers_ends_in_a_sentence(monkeypatch):
    from workbench.data.s3.connection import Limits

    impatient = Limits(connect_s=1, read_s=1, attempts=1)
    monkeypatch.setattr(wb.S3Folder, "limits", impatient)
    secrets = {"access_key": "a" * 10, "secret_key": "b" * 20}
    with s3_servers.Stalling() as server:
        source = wb.S3Folder("s3://bucket/t/", endpoint=server.endpoint)
        with pytest.raises(DataError, match="answer"):
            wb.create_dataset("x", source, secrets=secrets)
    assert wb.home().summaries() == []


def test_keys_are_shown_by_nothing():
    assert "hidden-secret" not in repr(Keys("name", "hidden-secret"))
