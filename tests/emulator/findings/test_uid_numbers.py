"""UIDs in number types that are too small."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.findings.uid_numbers import truncation

LONG = 1234567890123456789
TEN = 9876543210


@pytest.mark.parametrize(
    ("issued", "sent", "how"),
    [
        (TEN, TEN % 2**32, "in 32 bits"),
        (LONG, LONG % 2**32 - 2**32, "in 32 bits with a sign"),
        (TEN, 2**31 - 1, "in 32 bits with a sign"),
        (TEN, 2**32 - 1, "cut to the greatest number of 32 bits"),
        (LONG, int(float(LONG)), "as a double"),
        (LONG, 1234567890123456800, "as a double"),
        (LONG, int(struct.unpack(">f", struct.pack(">f", LONG))[0]), "as a single-precision number"),
        (70000, 70000 - 65536, "in 16 bits"),
        (TEN, 98765, "with its first 5 digits alone"),
        (TEN, TEN, None),
        (TEN, TEN + 1000, None),
        (12345, 1234, None),
    ],
)
def test_each_truncation_is_known(issued, sent, how):
    assert truncation(issued, sent) == how


@given(st.integers(1, 10**19 - 1), st.integers(-(10**19), 10**40))
def test_any_pair_is_judged(issued, sent):
    assert truncation(issued, sent) is None or sent != issued
