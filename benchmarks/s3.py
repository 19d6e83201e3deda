"""A dataset of photographs in a bucket, against no more than downloading the same objects.

The download is boto3's ``download_file`` in one process, in as many threads as all decoding
processes have together. The server runs on this machine and takes its part of it from both alike.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import workbench as wb
from benchmarks import photos
from benchmarks.timing import paired, report, seconds
from tests import s3_servers
from workbench.data.s3.upload import upload
from workbench.data.s3.upload_config import UploadConfig
from workbench.data.workers import processors

_PHOTOS = 4000
_ROUNDS = 3
_BUCKET = "photos"


def run() -> None:
    """Print the ratio."""
    with (
        tempfile.TemporaryDirectory() as place,
        s3_servers.Rclone(Path(place) / "server") as server,
    ):
        folder = photos.write(Path(place) / "photos", _PHOTOS)
        upload(folder, UploadConfig(_BUCKET, "train", server.endpoint, server.keys))
        keys = [f"train/{path.relative_to(folder).as_posix()}" for path in folder.rglob("*.jpg")]
        ours, theirs, ratio = paired(
            lambda: seconds(lambda: _ours(server)),
            lambda: seconds(lambda: _download(server, keys)),
            _ROUNDS,
        )
        figures = f"{len(keys) / ours:,.0f} vs {len(keys) / theirs:,.0f} images/s"
        report("dataset from S3 / plain parallel download", 1 / ratio, "≥ 0.7", figures)


def _ours(server: s3_servers.Server) -> None:
    dataset = wb.create_dataset(
        "s3",
        wb.S3Folder(f"s3://{_BUCKET}/train/", endpoint=server.endpoint),
        image=wb.ImageFormat(width=224, height=224),
        secrets=server.secrets,
        runner="synchronous",
    )
    wb.home().delete(dataset.job)


def _download(server: s3_servers.Server, keys: list[str]) -> None:
    threads = server.connection().limits.threads * processors()
    client = server.connection(threads=threads).client()

    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(threads) as pool:

        def fetch(number: int) -> None:
            client.download_file(_BUCKET, keys[number], str(Path(place) / str(number)))

        list(pool.map(fetch, range(len(keys))))
    client.close()
