"""A dataset of photographs in a bucket, against no more than downloading the same objects.

The download is boto3's ``download_file`` to the disk, and its ``get_object`` to memory, in one
process, in as many threads as all decoding processes have together. The server runs on this machine
and takes its part of it from both alike.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

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
        ways = (("download_file", "≥ 0.7", _to_disk), ("get_object", "", _to_memory))
        for name, target, download in ways:
            ours, theirs, ratio = paired(
                lambda: _ours(server),
                lambda download=download: seconds(lambda: download(server, keys)),
                _ROUNDS,
            )
            figures = f"{len(keys) / ours:,.0f} vs {len(keys) / theirs:,.0f} images/s"
            report(f"dataset from S3 / boto3's {name} alone", 1 / ratio, target, figures)


def _ours(server: s3_servers.Server) -> float:
    """Seconds until the dataset is there; what deleting it takes does not count."""
    source = wb.S3Folder(f"s3://{_BUCKET}/train/", endpoint=server.endpoint)
    image = wb.ImageFormat(width=224, height=224)
    fields = {"image": image, "secrets": server.secrets, "runner": "synchronous"}
    taken = seconds(lambda: wb.create_dataset("s3", source, **fields))
    for dataset in wb.datasets():
        wb.home().delete(dataset.job)
    return taken


def _to_disk(server: s3_servers.Server, keys: list[str]) -> None:
    with tempfile.TemporaryDirectory() as place:

        def fetch(client: Any, number: int) -> None:
            client.download_file(_BUCKET, keys[number], str(Path(place) / str(number)))

        _in_parallel(server, len(keys), fetch)


def _to_memory(server: s3_servers.Server, keys: list[str]) -> None:
    def fetch(client: Any, number: int) -> None:
        client.get_object(Bucket=_BUCKET, Key=keys[number])["Body"].read()

    _in_parallel(server, len(keys), fetch)


def _in_parallel(server: s3_servers.Server, count: int, fetch: Callable[[Any, int], None]) -> None:
    threads = server.connection().limits.threads * processors()
    client = server.connection(threads=threads).client()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(partial(fetch, client), range(count)))
    client.close()
