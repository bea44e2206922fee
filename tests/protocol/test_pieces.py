"""Bytes in pieces."""

from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.pieces import Pieces


@given(st.lists(st.binary(max_size=5), max_size=5))
def test_they_are_as_long_as_what_they_join_to(parts):
    assert bytes(Pieces(parts)) == b"".join(parts)
    assert len(Pieces(parts)) == len(b"".join(parts))
