import argparse
import json
import sys

import pytest

from tests import s3_servers
from workbench.cli import s3_keys, upload
from workbench.data.s3.connection import Connection, Keys
from workbench.errors import DataError, InvalidValue


@pytest.fixture(scope="module", params=s3_servers.KINDS)
def server(request):
    return s3_servers.running(request.param)


@pytest.fixture
def folder(tmp_path):
    for label in ("0", "1"):
        (tmp_path / "mnist" / "train" / label).mkdir(parents=True)
        for i in range(3):
            (tmp_path / "mnist" / "train" / label / f"{i}.png").write_bytes(label.encode() * 1000)
    return tmp_path / "mnist"


@pytest.fixture
def config(tmp_path, server):
    bucket = server.bucket()

    def write(secret=s3_servers.SECRET):
        path = tmp_path / "upload.cfg"
        path.write_text(
            f"[S3 Config]\nendpoint = {server.endpoint}\naccesskey = {s3_servers.ACCESS}\n"
            f"secretkey = {secret}\nbucket = {bucket}\nprefix = mnist\n"
        )
        return path

    return write


def run(*arguments):
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true")
    common.add_argument("-q", "--quiet", action="store_true")
    parser = argparse.ArgumentParser()
    upload.add(parser.add_subparsers(), common)
    parsed = parser.parse_args(["upload", *map(str, arguments)])
    return parsed.run(parsed)


def test_a_folder_is_uploaded_once(folder, config, capsys):
    run(folder, "--config", config(), "--json")
    document = json.loads(capsys.readouterr().out)
    assert document["uploaded"] == 6 and document["present"] == 0 and document["bytes"] == 6000
    assert document["to"].endswith("/mnist/") and document["left_out"] == []
    run(folder, "--config", config())
    out = capsys.readouterr().out
    assert "uploaded 0 files (0.0 MB) to s3://bucket-" in out
    assert "6 were there already" in out
    run(folder, "--config", config(), "-q")
    assert capsys.readouterr().out == ""


def test_what_is_left_out_is_named(folder, config, capsys):
    (folder / "train" / "link.png").symlink_to(folder / "train" / "0" / "0.png")
    run(folder, "--config", config())
    out = capsys.readouterr().out
    assert "1 left out:" in out and "link.png: a link; links are not followed" in out


def test_a_wrong_key_is_a_sentence_that_does_not_show_it(folder, config, capsys):
    with pytest.raises(DataError, match="check keys and their permissions|check access key") as e:
        run(folder, "--config", config("CANARYwrong"))
    assert "CANARY" not in str(e.value) + "".join(capsys.readouterr())


class Terminal:
    def isatty(self):
        return True


@pytest.fixture
def typed(monkeypatch, tmp_path):
    """Somebody at a terminal, whose environment has no keys."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setattr(sys, "stdin", Terminal())
    answers = []
    monkeypatch.setattr(s3_keys.getpass, "getpass", lambda prompt: answers.pop(0))
    return answers


def test_keys_are_asked_for_where_there_are_none(typed, monkeypatch, capsys):
    here = Connection("http://localhost:9000")
    typed += ["ACCESS", "CANARY"]
    assert s3_keys.ask_keys(here) == Keys("ACCESS", "CANARY")
    typed += ["ACCESS", "CANARY"]
    secrets = s3_keys.ask_secrets("http://localhost:9000")
    assert secrets == {"access_key": "ACCESS", "secret_key": "CANARY"}
    typed += [""]
    assert s3_keys.ask_secrets("http://localhost:9000") == {}
    typed += ["ACCESS", ""]
    with pytest.raises(InvalidValue, match="the secret key is missing"):
        s3_keys.ask_keys(here)
    assert typed == []
    assert "CANARY" not in "".join(capsys.readouterr())
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ACCESS")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "CANARY")
    assert s3_keys.ask_secrets("http://localhost:9000") == {}
