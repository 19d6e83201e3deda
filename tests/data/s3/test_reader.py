import hashlib
import pickle
import time

import pytest

from tests import s3_servers
from workbench.data.s3.connection import Connection, Keys, Limits
from workbench.data.s3.errors import Damaged
from workbench.data.s3.reader import S3Reader, check_content
from workbench.data.s3.staging import Staging
from workbench.errors import DataError, NotFound

OBJECTS = {f"train/{i % 3}/{i:02d}.png": f"content of {i}".encode() * i for i in range(60)}


@pytest.fixture(scope="module", params=s3_servers.KINDS)
def server(request):
    return s3_servers.running(request.param)


@pytest.fixture(scope="module")
def bucket(server):
    return server.bucket(OBJECTS)


def counted(reader):
    """The keys that the reader asks the server for."""
    asked = []
    get = reader.direct.get

    def note(key):
        asked.append(key)
        return get(key)

    reader.direct.get = note
    return asked


def test_objects_come_in_the_order_asked_for(server, bucket):
    reader = S3Reader(server.connection(), bucket)
    names = sorted(OBJECTS, reverse=True)
    assert list(reader.read(names)) == [OBJECTS[name] for name in names]
    assert list(reader.read([])) == []


def test_a_reader_travels_without_its_client_and_shows_no_keys(server, bucket):
    reader = S3Reader(server.connection(), bucket)
    name = next(iter(OBJECTS))
    assert list(reader.read([name])) == [OBJECTS[name]]
    arrived = pickle.loads(pickle.dumps(reader))
    assert list(arrived.read([name])) == [OBJECTS[name]]
    assert "client" not in reader.__getstate__()
    assert s3_servers.SECRET not in repr(reader)


def test_what_is_staged_is_not_asked_for_again(server, bucket, tmp_path):
    staging = Staging.of(tmp_path, bucket)
    names = list(OBJECTS)
    assert list(S3Reader(server.connection(), bucket, staging).read(names[:25])) == [
        OBJECTS[name] for name in names[:25]
    ]
    second = S3Reader(server.connection(), bucket, staging)
    asked = counted(second)
    assert list(second.read(names)) == list(OBJECTS.values())
    assert len(asked) == 35


def test_an_object_that_vanished_is_unreadable_and_the_rest_goes_on(server, bucket):
    names = list(OBJECTS)[:3]
    found = list(S3Reader(server.connection(), bucket).read([names[0], "gone.png", names[1]]))
    assert found[0] == OBJECTS[names[0]] and found[2] == OBJECTS[names[1]]
    assert isinstance(found[1], DataError) and str(found[1]) == "the object is gone"


def test_an_absent_bucket_and_wrong_keys_end_the_reading(server, bucket):
    name = next(iter(OBJECTS))
    with pytest.raises(NotFound, match="there is no bucket 'absent' at http"):
        list(S3Reader(server.connection(), "absent").read([name]))
    wrong = Connection(server.endpoint, keys=Keys(s3_servers.ACCESS, "CANARYwrong"))
    with pytest.raises(DataError, match="does not accept the keys") as caught:
        list(S3Reader(wrong, bucket).read([name]))
    assert caught.value.__suppress_context__


def test_a_server_killed_half_way_is_a_sentence_and_the_rest_follows_later(tmp_path):
    staging = Staging.of(tmp_path / "home", "digits")
    names = list(OBJECTS)
    with s3_servers.Rclone(tmp_path / "server") as server:
        bucket = server.bucket(OBJECTS)
        quick = server.connection(attempts=2, pause_s=0.01, threads=2)
        reading = S3Reader(quick, bucket, staging).read(names)
        got = [next(reading) for _ in range(20)]
        server.kill()
        with pytest.raises(DataError) as caught:
            got += reading
        told = str(caught.value)
        assert told.startswith(f"{server.endpoint} cannot be reached; check the endpoint")
        assert told.endswith("creating the dataset again continues with what was fetched")
        assert got == [OBJECTS[name] for name in names[: len(got)]]
        kept = sum(staging.get(name) is not None for name in names)
        assert 20 <= kept < 60
        server.start()
        second = S3Reader(server.connection(), bucket, staging)
        asked = counted(second)
        assert list(second.read(names)) == list(OBJECTS.values())
        assert len(asked) == 60 - kept


HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Type: image/png\r\n\r\nhalf"


@pytest.mark.parametrize("beginning", [b"", HALF])
def test_a_stalling_server_is_given_up_in_bounded_time(beginning):
    limits = Limits(read_s=0.4, attempts=2, pause_s=0.01, threads=8)
    with s3_servers.Stalling(beginning) as server:
        connection = Connection(server.endpoint, keys=Keys("ACCESS", "CANARY"), limits=limits)
        start = time.monotonic()
        with pytest.raises(DataError, match="stopped answering; check the endpoint"):
            list(S3Reader(connection, "digits").read([f"{i}.png" for i in range(50)]))
        assert time.monotonic() - start < 5
        assert 8 <= server.asked <= 16


def test_a_server_in_trouble_is_given_up_but_one_bad_object_is_not():
    trouble = (
        b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    limits = Limits(read_s=2, attempts=2, pause_s=0.01, threads=4)
    with s3_servers.Stalling(trouble) as server:
        connection = Connection(server.endpoint, keys=Keys("ACCESS", "CANARY"), limits=limits)
        reader = S3Reader(connection, "digits")
        (found,) = reader.read(["one.png"])
        assert str(found) == "the server fails to give it"
        with pytest.raises(DataError, match="is in trouble; creating the dataset again"):
            list(reader.read([f"{i}.png" for i in range(50)]))


def test_what_arrives_is_compared_with_an_etag_that_is_a_digest():
    digest = hashlib.md5(b"content").hexdigest()
    check_content(b"content", digest)
    check_content(b"content", f"{digest}-2")
    check_content(b"content", "")
    check_content(b"other", digest, encrypted=True)
    with pytest.raises(Damaged):
        check_content(b"other", digest)


def test_damage_on_the_way_is_the_reason_of_one_object():
    damaged = (
        b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nETag: "5d41402abc4b2a76b9719d911017c592"\r\n'
        b"Connection: close\r\n\r\nhell"
    )
    limits = Limits(read_s=2, attempts=2, pause_s=0.01)
    with s3_servers.Stalling(damaged) as server:
        connection = Connection(server.endpoint, keys=Keys("ACCESS", "CANARY"), limits=limits)
        (found,) = S3Reader(connection, "digits").read(["one.png"])
        assert str(found) == "its content does not match its checksum"
        assert server.asked == 2
