import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.sources.crc32c import crc32c, masked_crc32c


def bit_by_bit(data):
    """The definition (RFC 3720, appendix B.4)."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_published_values(data, expected):
    assert crc32c(data) == expected


@given(st.binary(max_size=300), st.sampled_from([0, 1, 700, 1024, 33_000]))
def test_every_length_equals_the_definition(data, zeros):
    data = data + bytes(zeros) + data[:7]
    assert crc32c(data) == bit_by_bit(data)


def test_the_mask_is_that_of_record_files():
    # As TensorFlow writes them for a record of 24 times the letter a.
    assert masked_crc32c((24).to_bytes(8, "little")) == 0x224B7FA3
    assert masked_crc32c(b"a" * 24) == 0xEAA03083
