import os
import time
from pathlib import Path

import pytest

from tests import s3_servers
from workbench.data.s3.connection import Limits
from workbench.data.s3.listing import Bucket
from workbench.data.s3.upload import upload
from workbench.data.s3.upload_config import UploadConfig
from workbench.data.sources.base import Access
from workbench.data.sources.s3 import S3Folder
from workbench.errors import DataError, InvalidValue, NotFound
from workbench.jobs import Home

ODD = [
    "a b.png",
    "q'\"uote.JPG",
    "ü日本.png",
    "-dash.png",
    "+%25&?#.png",
    "<b>.png",
    "new\nline.png",
]
KEYS = [
    *(f"train/{label}/{i:03d}.png" for label in ("10", "2", "1") for i in range(5)),
    *(f"train/-x é/{name}" for name in ODD),
    "train/2/deep/er/000.webp",
    "train/2/notes.txt",
    "train/2/.hidden.png",
    "train/.git/000.png",
    "train/loose.png",
    "train/few/one.png",
    "other/a/000.png",
    "empty-of-classes/a.png",
    "one/class/a.png",
    "one/class/b.png",
]


@pytest.fixture(scope="module", params=s3_servers.KINDS)
def server(request):
    return s3_servers.running(request.param)


@pytest.fixture(scope="module")
def bucket(server):
    return server.bucket({key: f"content of {key}".encode() for key in KEYS})


@pytest.fixture
def access(server, tmp_path):
    return Access(server.secrets, Home(tmp_path / "home"))


@pytest.fixture
def source(server, bucket):
    def source(place="train", **fields):
        return S3Folder(f"s3://{bucket}/{place}", endpoint=server.endpoint, **fields)

    return source


def staged(access):
    return [path for path in (access.home.path / "cache").rglob("*") if path.is_file()]


def test_a_sub_folder_is_a_class_in_natural_order(source, access, bucket):
    found = source()
    found.check(access)
    listing = found.read(0, access)
    samples = list(listing.samples)
    assert listing.labels == ["1", "2", "10", "-x é"]
    names = {label: set() for label in listing.labels}
    for sample in samples:
        assert sample.split == "" and sample.group == ""
        names[listing.labels[sample.label]].add(sample.name)
    assert names["10"] == {f"train/10/{i:03d}.png" for i in range(5)}
    assert names["2"] == {f"train/2/{i:03d}.png" for i in range(5)} | {"train/2/deep/er/000.webp"}
    assert names["-x é"] == {f"train/-x é/{name}" for name in ODD}
    assert [sample.label for sample in samples] == sorted(sample.label for sample in samples)
    assert sorted(listing.ignored) == [
        (f"s3://{bucket}/train/2/notes.txt", "not an image file by its name"),
        (f"s3://{bucket}/train/loose.png", "not in a sub-folder"),
    ]
    assert listing.left_out == [("few", "1 images, fewer than 2")]


def test_every_listed_object_is_read(source, access):
    found = source()
    names = [sample.name for sample in found.read(0, access).samples]
    contents = list(found.reader(access).read(names))
    assert contents == [f"content of {name}".encode() for name in names]
    assert len(staged(access)) == len(names) == 23
    found.forget(access)
    assert staged(access) == []


def test_what_is_cached_is_kept_and_dropped_when_it_changed(source, access, server, bucket):
    found = source("train", cache=True)
    names = [sample.name for sample in found.read(0, access).samples]
    before = list(found.reader(access).read(names))
    found.forget(access)
    assert len(staged(access)) == 23
    client = server.connection().client()
    client.put_object(Bucket=bucket, Key="train/1/000.png", Body=b"changed")
    try:
        names = [sample.name for sample in found.read(0, access).samples]
        assert len(staged(access)) == 22
        after = list(found.reader(access).read(names))
    finally:
        client.put_object(Bucket=bucket, Key="train/1/000.png", Body=b"content of train/1/000.png")
        client.close()
    assert after[0] == b"changed"
    assert after[1:] == before[1:]


def test_of_a_large_class_some_are_drawn_by_the_seed(source, access):
    found = source("train", max_per_class=3, min_per_class=1)
    first, again, other = (
        [sample.name for sample in found.read(seed, access).samples] for seed in (1, 1, 2)
    )
    assert first == again != other
    listing = found.read(1, access)
    labels = [sample.label for sample in listing.samples]
    assert [labels.count(label) for label in range(5)] == [3, 3, 3, 3, 1]
    assert listing.labels == ["1", "2", "10", "-x é", "few"]


def test_nothing_set_aside_is_all_for_training(source, access):
    listing = source("train", validation_percent=0).read(0, access)
    assert {sample.split for sample in listing.samples} == {"train"}


def test_a_listing_goes_page_by_page(source, access, monkeypatch):
    pages = []
    monkeypatch.setattr("workbench.data.s3.listing._PAGE", 2)
    whole = Bucket._page
    monkeypatch.setattr(
        Bucket, "_page", lambda self, *rest: pages.append(rest) or whole(self, *rest)
    )
    listing = source().read(0, access)
    first = next(listing.samples)
    so_far = len(pages)
    assert first.name == "train/1/000.png"
    assert len(list(listing.samples)) == 22
    assert len(pages) >= so_far + 10


@pytest.mark.parametrize(
    ("place", "kind", "message"),
    [
        ("absent", DataError, r"there is nothing at s3://bucket-\w+/absent/ at http://.*; check"),
        ("TRAIN", DataError, "and the case of their letters"),
        ("empty-of-classes", DataError, "has no sub-folders; give the place that has"),
        ("one", DataError, r"has one class only \('class'\); a classifier needs two or more"),
    ],
)
def test_a_place_without_classes_is_a_sentence(source, access, place, kind, message):
    with pytest.raises(kind, match=message):
        source(place).check(access)


def test_a_wrong_key_or_bucket_is_a_sentence(source, server, tmp_path, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    right = server.secrets
    for secrets in (right | {"secret_key": "CANARYwrong"}, {"access_key": "NO", "secret_key": "X"}):
        with pytest.raises(DataError, match="does not accept the keys; check access key") as caught:
            source().check(Access(secrets))
        assert "CANARY" not in str(caught.value) and caught.value.__suppress_context__
    with pytest.raises(DataError, match=r"does not permit the bucket 'bucket-\w+'; check keys"):
        source().check(Access())
    with pytest.raises(NotFound, match="there is no bucket 'absent' at http"):
        S3Folder("s3://absent/train", endpoint=server.endpoint).check(Access(right))


def test_keys_may_come_from_the_environment(source, server, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_servers.ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_servers.SECRET)
    source().check(Access())


def test_an_uploaded_folder_is_listed_and_read(server, digits_folder, tmp_path, access):
    bucket = f"digits-{os.urandom(5).hex()}"
    config = UploadConfig(bucket, "mnist/train", server.endpoint, server.keys)
    assert upload(digits_folder, config).uploaded == 600
    found = S3Folder(f"s3://{bucket}/mnist/train/", endpoint=server.endpoint)
    listing = found.read(0, access)
    names = [sample.name for sample in listing.samples]
    assert listing.labels == [str(digit) for digit in range(10)]
    for name, content in zip(names, found.reader(access).read(names), strict=True):
        path = digits_folder / Path(name).relative_to("mnist/train")
        assert content == path.read_bytes()


def test_a_silent_or_absent_server_is_refused_quickly(monkeypatch):
    monkeypatch.setattr(S3Folder, "limits", Limits(read_s=0.3, pause_s=0.01))
    secrets = {"access_key": "ACCESS", "secret_key": "CANARY"}
    start = time.monotonic()
    with s3_servers.Stalling() as server:
        with pytest.raises(DataError, match=f"{server.endpoint} stopped answering; check"):
            S3Folder("s3://digits/", endpoint=server.endpoint).check(Access(secrets))
        assert server.asked == 2
    with pytest.raises(DataError, match=f"{server.endpoint} cannot be reached; check"):
        S3Folder("s3://digits/", endpoint=server.endpoint).check(Access(secrets))
    assert time.monotonic() - start < 5


def test_a_server_of_something_else_is_no_s3_server(monkeypatch):
    monkeypatch.setattr(S3Folder, "limits", Limits(pause_s=0.01))
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>"
    secrets = {"access_key": "ACCESS", "secret_key": "CANARY"}
    with s3_servers.Stalling(page) as server, pytest.raises(DataError, match="or is no S3 server"):
        S3Folder("s3://digits/", endpoint=server.endpoint).check(Access(secrets))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"url": "digits/train"}, "must look like s3://BUCKET/PREFIX/"),
        ({"endpoint": "localhost:9000"}, "endpoint must look like"),
        ({"validation_percent": 130}, "validation_percent must be 0–100"),
        ({"validation_percent": 60, "test_percent": 40}, "must stay below 100 %"),
        ({"min_per_class": 0}, "min_per_class must be at least 1"),
        ({"max_per_class": 1}, "max_per_class must be at least 2"),
        ({"cache": "yes"}, "cache must be true or false"),
        ({"profile": ""}, "profile must not be empty"),
    ],
)
def test_fields_are_checked_where_it_is_built(fields, message):
    with pytest.raises(InvalidValue, match=message):
        S3Folder(**({"url": "s3://digits/"} | fields))


def test_it_is_written_as_json_without_keys_and_read_again():
    source = S3Folder("s3://digits/mnist/train", endpoint="http://localhost:9000/")
    assert source.to_dict() == {
        "type": "S3Folder",
        "url": "s3://digits/mnist/train/",
        "endpoint": "http://localhost:9000",
        "region": None,
        "profile": None,
        "validation_percent": 25,
        "test_percent": 0,
        "min_per_class": 2,
        "max_per_class": None,
        "cache": False,
    }
    assert S3Folder.from_dict(source.to_dict()) == source
    assert source.describe() == "s3://digits/mnist/train/ at http://localhost:9000"
    assert source.location("mnist/train/0/a.png") == "s3://digits/mnist/train/0/a.png"


def test_the_secret_key_is_written_nowhere(source, server, access, tmp_path):
    found = source()
    names = [sample.name for sample in found.read(0, access).samples]
    assert len(list(found.reader(access).read(names))) == 23
    wrong = Access(server.secrets | {"secret_key": "CANARYwrong"}, access.home)
    with pytest.raises(DataError):
        list(found.reader(wrong).read(["train/not/staged.png"]))
    assert s3_servers.SECRET not in repr([access, found, found.reader(access)])
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) >= 23
    assert not any(b"CANARY" in content for content in written)
