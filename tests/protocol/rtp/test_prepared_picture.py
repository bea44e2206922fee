"""A prepared picture gives the packets that `write_packet` writes, alone and in parts; runs keep them all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.errors import ProtocolError
from nvr_protocol.multipart import AS_DRAWN, PartForm, write_live_part
from nvr_protocol.rtp.packet import RtpPacket, write_packet
from nvr_protocol.rtp.prepared_picture import MOST_BYTES, MOST_PACKETS, PreparedPicture, runs_of

OTHER = PartForm("CONTENT-TYPE", "content-length", True, (("X-Recorder", "live"),), False)


@given(
    payloads=st.lists(
        st.sampled_from([bytes(40), bytes(9)]) | st.binary(min_size=1, max_size=40), max_size=8
    ),
    sequence=st.integers(0, 0xFFFF) | st.integers(0xFFF8, 0xFFFF),
    timestamp=st.integers(0, 0xFFFFFFFF),
    ssrc=st.integers(0, 0xFFFFFFFF),
    words=st.integers(0, 9),
    form=st.sampled_from([None, AS_DRAWN, OTHER]),
)
def test_it_writes_what_packets_one_by_one_would_be(payloads, sequence, timestamp, ssrc, words, form):
    extension = bytes(range(4 * words))
    one_by_one = [
        write_packet(
            RtpPacket(
                98,
                (sequence + index) & 0xFFFF,
                timestamp,
                ssrc,
                index == len(payloads) - 1,
                payload,
                extension or None,
            )
        )
        for index, payload in enumerate(payloads)
    ]
    prepared = PreparedPicture(payloads, 98, len(extension), form)
    for _ in range(2):
        written = prepared.write(sequence, timestamp, ssrc, extension)
        assert list(written) == one_by_one == [written[index] for index in range(len(written))]
        parts = one_by_one if form is None else [write_live_part(each, form=form) for each in one_by_one]
        assert written.data == b"".join(parts)
    assert prepared.size == sum(map(len, one_by_one))


@given(st.lists(st.sampled_from([1, 40, 900, 1400, 60_000]) | st.integers(1, 1500), max_size=120))
def test_runs_are_all_packets_in_order_each_of_one_size_but_for_a_shorter_last(sizes):
    runs = list(runs_of(sizes))
    again, at = [], 0
    for begin, end, size, count in runs:
        assert begin == at
        assert end - begin <= MOST_BYTES or count == 1
        assert count <= MOST_PACKETS
        again += [min(size, end - place) for place in range(begin, end, size)]
        at = end
    assert again == sizes


def test_runs_are_as_long_as_they_can_be():
    assert [count for *_, count in runs_of([46, 188, *[1444] * 10, 1285])] == [1, 1, 11]
    assert [count for *_, count in runs_of([1444] * 100)] == [45, 45, 10]
    assert [count for *_, count in runs_of([100] * 100)] == [MOST_PACKETS, MOST_PACKETS, 8]
    assert [count for *_, count in runs_of([100, 50, 50])] == [2, 1]


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: PreparedPicture([b"a"], 128, 0), "payload type"),
        (lambda: PreparedPicture([b"a"], 98, 6), "extension"),
        (lambda: PreparedPicture([b"a"], 98, 8).write(0, 0, 0, bytes(4)), "extension"),
    ],
)
def test_what_was_not_prepared_is_refused(make, what):
    with pytest.raises(ProtocolError, match=what):
        make()
