import pickle

import pytest

from workbench.data.s3.connection import Connection, Keys
from workbench.errors import InvalidValue


@pytest.fixture(autouse=True)
def _no_keys_here(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


def test_nothing_shows_the_keys():
    connection = Connection("http://localhost:9000", keys=Keys("ACCESS", "CANARY", "CANARY2"))
    for shown in (repr(connection), str(connection), f"{connection.keys}", repr([connection])):
        assert "CANARY" not in shown and "ACCESS" not in shown
    assert pickle.loads(pickle.dumps(connection)) == connection


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (("ACCESS", ""), "the secret key is missing"),
        (("", "CANARY"), "the access key is missing"),
        (("ACCESS", "CANARY\nX"), "secret key holds characters that no key has"),
        (("ÄCCESS", "CANARY"), "access key holds characters that no key has"),
    ],
)
def test_half_a_pair_of_keys_is_refused_without_showing_it(keys, message):
    with pytest.raises(InvalidValue, match=message) as caught:
        Keys(*keys)
    assert "CANARY" not in str(caught.value)


def test_space_around_a_pasted_key_is_no_part_of_it():
    assert Keys(" ACCESS\n", "\tCANARY ") == Keys("ACCESS", "CANARY")


def test_keys_come_from_the_environment_or_a_profile(monkeypatch, tmp_path):
    here = Connection("http://localhost:9000")
    assert not here.has_keys()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ACCESS")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "CANARY")
    assert here.has_keys()
    (tmp_path / "credentials").write_text(
        "[other]\naws_access_key_id = OTHER\naws_secret_access_key = CANARY\n"
    )
    profile = Connection("http://localhost:9000", profile="other")
    client = profile.client()
    assert client._request_signer._credentials.access_key == "OTHER"
    client.close()
    with pytest.raises(InvalidValue, match="no such profile"):
        Connection(profile="absent").client()


def test_without_keys_nobody_is_asked_and_requests_are_anonymous():
    from botocore import UNSIGNED

    client = Connection("http://localhost:9000").client()
    assert client.meta.config.signature_version is UNSIGNED
    client.close()
