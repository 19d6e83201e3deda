import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.s3.address import Address, check_endpoint, parse_address
from workbench.errors import InvalidValue


@pytest.mark.parametrize(
    ("url", "bucket", "prefix"),
    [
        ("s3://digits", "digits", ""),
        ("s3://digits/", "digits", ""),
        ("s3://digits/mnist/train", "digits", "mnist/train/"),
        ("s3://digits/mnist/train/", "digits", "mnist/train/"),
        ("s3://digits/a b/ü?x=1#%20+", "digits", "a b/ü?x=1#%20+/"),
        ("s3://digits/mail@home/", "digits", "mail@home/"),
    ],
)
def test_a_url_is_a_bucket_and_a_prefix(url, bucket, prefix):
    assert parse_address(url) == Address(bucket, prefix)
    assert str(parse_address(url)) == f"s3://{bucket}/{prefix}"


@given(st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=80))
def test_any_prefix_comes_back(prefix):
    address = Address("digits", prefix)
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "must not be empty"),
        ("https://digits/x", "must look like s3://BUCKET/PREFIX/"),
        ("s3://", "a bucket's name has"),
        ("s3://a b/x", "a bucket's name has"),
        ("s3://../x", "a bucket's name has"),
        ("s3://digits/" + "x" * 1500, "prefix must be below 1024 bytes"),
        ("s3://digits/a\0b", "NUL"),
    ],
)
def test_what_is_no_address_is_refused(url, message):
    with pytest.raises(InvalidValue, match=message):
        parse_address(url)


def test_keys_in_a_url_are_refused_and_not_repeated():
    for refused in (
        lambda: parse_address("s3://KEY:CANARY@digits/x"),
        lambda: check_endpoint("http://KEY:CANARY@localhost:9000"),
        lambda: check_endpoint("KEY:CANARY@localhost:80"),
        lambda: check_endpoint("CANARY"),
        lambda: parse_address("https://KEY:CANARY@host/bucket"),
        lambda: parse_address("s3://CANARY+/x"),
    ):
        with pytest.raises(InvalidValue) as caught:
            refused()
        assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize(
    "endpoint",
    ["localhost:9000", "ftp://host", "http://", "http://a b", "http://h:99999", "http://h/?q=1", 7],
)
def test_what_is_no_endpoint_is_refused(endpoint):
    with pytest.raises(InvalidValue, match="endpoint"):
        check_endpoint(endpoint)
