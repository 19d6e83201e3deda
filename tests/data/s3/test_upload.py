import os
import random
import secrets
import time

import pytest

from tests import s3_servers
from workbench.data.s3 import upload as module
from workbench.data.s3.connection import Keys, Limits
from workbench.data.s3.listing import Bucket
from workbench.data.s3.upload import same_content, upload
from workbench.data.s3.upload_config import UploadConfig
from workbench.errors import DataError, NotFound


@pytest.fixture(scope="module", params=s3_servers.KINDS)
def server(request):
    return s3_servers.running(request.param)


@pytest.fixture(scope="module")
def bucket(server):
    return server.bucket()


@pytest.fixture
def config(server, bucket):
    """Where a test uploads to: a place of its own."""
    return UploadConfig(bucket, secrets.token_hex(4), server.endpoint, server.keys)


@pytest.fixture
def folder(tmp_path):
    """Three classes with names of every kind."""
    random_bytes = random.Random(0).randbytes
    names = ["a b.png", "q'\"uote.png", "ü日本.png", "-dash.png", "+%25&?#.png", "<b>.png", ".dot"]
    for place in ("train/0", "train/sp ace", "train/-x/deep"):
        (tmp_path / "data" / place).mkdir(parents=True)
        for name in names:
            (tmp_path / "data" / place / name).write_bytes(random_bytes(1000))
    return tmp_path / "data"


def listed(config):
    """Keys and contents in the bucket."""
    client = config.connection(Limits()).client()
    bucket = Bucket(client, config.connection(Limits()), config.bucket)
    found = {
        entry.key: client.get_object(Bucket=config.bucket, Key=entry.key)["Body"].read()
        for entry in bucket.objects(config.prefix)
    }
    client.close()
    return found


def wanted(folder, config):
    return {
        f"{config.prefix}{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_every_file_gets_its_path_as_key_and_is_sent_once(folder, config):
    seen = []
    result = upload(folder, config, lambda done, total: seen.append((done, total)))
    assert (result.uploaded, result.present, result.bytes, result.left_out) == (21, 0, 21000, [])
    assert listed(config) == wanted(folder, config)
    assert seen[-1] == (21000, 21000) and seen == sorted(seen) and len(seen) == 21
    changed = folder / "train" / "0" / "a b.png"
    changed.write_bytes(changed.read_bytes()[::-1])  # as long as before
    (folder / "train" / "0" / "new.png").write_bytes(b"new")
    result = upload(folder, config)
    assert (result.uploaded, result.present, result.bytes) == (2, 20, 1003)
    assert listed(config) == wanted(folder, config)


def test_a_bucket_is_made_when_absent(folder, config, server):
    from dataclasses import replace

    config = replace(config, bucket=f"new-{secrets.token_hex(6)}")
    assert upload(folder, config).uploaded == 21
    assert listed(config) == wanted(folder, config)


def test_a_large_file_goes_in_parts_and_is_known_again(tmp_path, config, monkeypatch):
    monkeypatch.setattr(module, "_PART", 5 << 20)
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "large.png"
    path.write_bytes(random.Random(0).randbytes((11 << 20) + 7))
    assert upload(tmp_path / "data", config).uploaded == 1
    assert listed(config) == wanted(tmp_path / "data", config)
    again = upload(tmp_path / "data", config)
    assert (again.uploaded, again.present) == (0, 1)


def test_links_and_the_file_with_the_keys_are_left_out(folder, config, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.png").write_bytes(b"secret")
    os.symlink(outside, folder / "linked")
    os.symlink(outside / "secret.png", folder / "train" / "0" / "linked.png")
    os.mkfifo(folder / "pipe")
    (folder / "upload.cfg").write_text("secretkey = CANARY")
    os.link(folder / "upload.cfg", folder / "train" / "same.cfg")
    (folder / "train" / "other.txt").write_text("\ufeff[S3 Config]\nbucket = b\nSecretKey: CANARY")
    (folder / "plain.cfg").write_text("[S3 Config]\nbucket = b\nsecretkey =\n")
    result = upload(folder, config, private=[folder / "upload.cfg"])
    assert result.uploaded == 22
    assert {os.path.basename(path): reason for path, reason in result.left_out} == {
        "linked": "a link; links are not followed",
        "linked.png": "a link; links are not followed",
        "pipe": "not a file",
        "upload.cfg": "it holds the keys",
        "same.cfg": "it holds the keys",
        "other.txt": "it holds the keys",
    }
    assert len(listed(config)) == 22


def test_what_cannot_be_uploaded_is_a_sentence(folder, config, server, tmp_path):
    with pytest.raises(NotFound, match="there is no folder"):
        upload(tmp_path / "absent", config)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="has no files that can be uploaded"):
        upload(tmp_path / "empty", config)
    wrong = UploadConfig(config.bucket, "", server.endpoint, Keys("NOBODY", "CANARYwrong"))
    with pytest.raises(DataError) as caught:
        upload(folder, wrong)
    assert server.endpoint in str(caught.value) and "CANARY" not in str(caught.value)


def test_an_upload_to_a_server_that_dies_continues_when_it_is_back(folder, tmp_path):
    quick = Limits(attempts=2, pause_s=0.01, threads=1)
    with s3_servers.Rclone(tmp_path / "server") as server:
        config = UploadConfig("digits", "mnist", server.endpoint, server.keys)

        def kill(done, total):
            if done == 5000:
                server.kill()

        with pytest.raises(DataError, match="uploading again continues with what is not there"):
            upload(folder, config, kill, quick)
        server.start()
        result = upload(folder, config)
        assert result.present >= 5 and result.present + result.uploaded == 21
        assert listed(config) == wanted(folder, config)


def test_a_stalling_server_is_given_up_in_bounded_time(folder):
    with s3_servers.Stalling() as server:
        config = UploadConfig("digits", "", server.endpoint, Keys("ACCESS", "CANARY"))
        start = time.monotonic()
        with pytest.raises(DataError, match=f"{server.endpoint} stopped answering; check"):
            upload(folder, config, limits=Limits(read_s=0.3, attempts=2, pause_s=0.01))
        assert time.monotonic() - start < 5


def test_contents_are_compared_by_their_digests(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"hello")
    assert same_content(str(path), "5d41402abc4b2a76b9719d911017c592")
    assert not same_content(str(path), "5d41402abc4b2a76b9719d911017c593")
    assert not same_content(str(path), "not-a-digest")
    assert not same_content(str(path), "")
