import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.s3.staging import Staging
from workbench.errors import StorageError


@pytest.fixture
def staging(tmp_path):
    return Staging.of(tmp_path, "http://localhost:9000", "s3://digits/")


def files(staging):
    from pathlib import Path

    return [path for path in Path(staging.folder).rglob("*") if path.is_file()]


@given(key=st.text(max_size=50), etag=st.text(max_size=40), content=st.binary(max_size=200))
def test_what_is_kept_comes_back(tmp_path_factory, key, etag, content):
    staging = Staging.of(tmp_path_factory.mktemp("home"), "endpoint")
    assert staging.get(key) is None
    staging.put(key, etag, content)
    assert staging.get(key) == content
    staging.drop_stale(key, etag)
    assert staging.get(key) == content
    staging.drop_stale(key, etag + "x")
    assert staging.get(key) is None and not files(staging)


@pytest.mark.parametrize("length", [0, 5, 20, 36])
def test_a_file_that_lost_its_end_is_not_taken_for_whole(staging, length):
    staging.put("a/b.png", "etag", b"12345")
    path = staging.path("a/b.png")
    assert path.stat().st_size == 37
    path.write_bytes(path.read_bytes()[:length])
    assert staging.get("a/b.png") is None
    path.write_bytes(bytes(37))
    assert staging.get("a/b.png") is None


def test_no_key_leads_out_of_the_folder(staging, tmp_path):
    for key in ("../../x", "/etc/passwd", "a\0b", "C:\\x", "x" * 1024):
        staging.put(key, "etag", b"content")
        assert staging.get(key) == b"content"
    assert len(files(staging)) == 5
    assert all(tmp_path / "cache" / "s3" in path.parents for path in files(staging))


def test_forgetting_leaves_nothing_and_may_be_repeated(staging, tmp_path):
    other = Staging.of(tmp_path, "http://localhost:9000", "s3://other/")
    staging.put("a", "etag", b"1")
    other.put("a", "etag", b"2")
    staging.forget()
    staging.forget()
    assert not staging.holds_any()
    assert other.get("a") == b"2"
    assert [path.name for path in (tmp_path / "cache" / "s3").iterdir()] == [
        other.folder.rsplit("/", 1)[1]
    ]
    staging.put("a", "etag", b"3")
    assert staging.get("a") == b"3"


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_made(staging, monkeypatch):
    from workbench.data.s3 import staging as module

    def full(path, content, tail):
        path.write_bytes(content[:2])
        raise OSError(28, "No space left on device")

    staging.put("b", "etag", b"whole")
    monkeypatch.setattr(module, "_write", full)
    with pytest.raises(StorageError, match="the disk is full; free some space"):
        staging.put("b", "etag", b"12345")
    assert staging.get("b") == b"whole"
    assert len(files(staging)) == 1
