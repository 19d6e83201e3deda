import pytest

from workbench.data.s3.connection import Keys
from workbench.data.s3.upload_config import UploadConfig, read_upload_config
from workbench.errors import InvalidValue, NotFound

GUIDE = """[S3 Config]
endpoint = http://localhost:9000
accesskey = 0123456789abcde
secretkey = PrIclctP80%KrMi6+UPO9ZYNrkg6ByFeFRR6484qL
bucket = digits
prefix = mnist
"""


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "upload.cfg"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_upload_config(path)

    return read


def test_the_guide_s_file_is_read(read):
    keys = Keys("0123456789abcde", "PrIclctP80%KrMi6+UPO9ZYNrkg6ByFeFRR6484qL")
    config = read(GUIDE)
    assert config == UploadConfig("digits", "mnist/", "http://localhost:9000", keys)
    assert "PrIclct" not in repr(config)
    assert str(config.address) == "s3://digits/mnist/"


def test_keys_and_prefix_may_be_missing(read):
    assert read("[S3 Config]\nbucket = digits\n") == UploadConfig("digits")
    assert read("\ufeff[S3 Config]\nBucket: digits\nprefix = /a b/\n").prefix == "a b/"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"has no section; everything belongs into \[S3 Config\]"),
        ("[CANARY]\nx = 1\n", "has an unknown section; everything belongs into"),
        (GUIDE + "[Other]\n", "has an unknown section; everything belongs into"),
        (GUIDE + "colour = red\n", "has a line of another name; known are endpoint"),
        (GUIDE.replace("bucket = digits\n", ""), "names no bucket; add a line 'bucket = NAME'"),
        (GUIDE.replace("digits", "CANARY+/="), "a bucket's name has"),
        (GUIDE.replace("http://", "KEY:CANARY@"), "endpoint must not hold a name or password"),
        (GUIDE.replace("http://", ""), "endpoint must look like"),
        (GUIDE.replace("accesskey", "#"), "the access key is missing"),
        ("bucket = digits\n", r"does not begin with the line \[S3 Config\]"),
        (GUIDE + "CANARY\n", "cannot be understood in line 7"),
        (GUIDE + "secretkey = CANARY\n", "says something twice, in line 7"),
        (b"\xff\xfe\0", "is no text file"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_a_sentence(read, text, message):
    with pytest.raises(InvalidValue, match=message) as caught:
        read(text)
    assert "upload.cfg" in str(caught.value)
    assert "CANARY" not in str(caught.value) and "PrIclct" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFound, match="there is no file .*absent.cfg"):
        read_upload_config(tmp_path / "absent.cfg")
