"""hypothesis strategies for what travels: TLVs, playback chunks, multipart, RTP. Public as
``nvr_conformance.strategies``."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st

from nvr_protocol.additional_information import TLV, AdditionalInformation, InformationId, Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import ALTERNATIVES, DEFAULT, Dialect
from nvr_protocol.multipart import BOUNDARY_LINE, write_part
from nvr_protocol.playback.video_values import Picture, PlaybackVideo
from nvr_protocol.rtp.packet import RtpPacket
from nvr_protocol.timestamps import Hundredths, UnixSeconds, Zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

T = TypeVar("T")

LAST_HUNDREDTH = 0xFFFF_FFFF * 100 + 99
_CHUNK_FIELDS = ("byte_order", "chunk_length", "packet_length", "zone_info", "data_size")
_PICTURE_START = {Codec.H264: b"\0\0\0\1\x65", Codec.H265: b"\0\0\0\1\x26\1", Codec.JPEG: b"\xff\xd8\xff"}
_U16 = st.integers(0, 0xFFFF)
_U32 = st.integers(0, 0xFFFF_FFFF)


def zones() -> SearchStrategy[Zone]:
    """Every zone that the wire can carry."""
    return st.builds(Zone, st.integers(-1439, 1439), st.booleans())


def dialects() -> SearchStrategy[Dialect]:
    """Dialects of playback chunks (OP-13, 19, 20, 21, 22)."""
    fields = {name: st.sampled_from(ALTERNATIVES[name]) for name in _CHUNK_FIELDS}
    return st.builds(Dialect, **fields)


def unknown_tlvs() -> SearchStrategy[TLV]:
    """TLVs with an id that the document does not name."""
    words = st.integers(0, 4).flatmap(lambda count: st.binary(min_size=4 * count, max_size=4 * count))
    return st.builds(TLV, _U16.filter(lambda number: number not in set(InformationId)), words)


@st.composite
def tlvs(draw: DrawFn) -> AdditionalInformation:
    """Additional information with any of its ids, known and unknown (§7)."""

    def maybe(strategy: SearchStrategy[T]) -> T | None:
        return draw(st.none() | strategy)

    time, camera_time = maybe(st.tuples(_U32, zones())), maybe(st.tuples(_U32, zones()))
    status = maybe(st.tuples(st.sampled_from(Operation), st.integers(0, 8)))
    unknown = sorted(draw(st.lists(unknown_tlvs(), max_size=3)), key=lambda tlv: tlv.id)
    return AdditionalInformation(
        camera=maybe(_U16),
        compression=maybe(st.sampled_from((Codec.H264, Codec.H265))),
        data_size=maybe(_U32),
        seconds=time and UnixSeconds(time[0]),
        zone=time and time[1],
        frames=maybe(_U16),
        frame_rate=maybe(_U16),
        frame_hundredths=maybe(st.integers(0, 99)),
        reserved=maybe(st.binary(min_size=8, max_size=8)),
        present=maybe(st.booleans()),
        operation=status and status[0],
        speed=status and status[1],
        camera_seconds=camera_time and UnixSeconds(camera_time[0]),
        camera_zone=camera_time and camera_time[1],
        camera_frame_hundredths=maybe(st.integers(0, 99)),
        start_codes=maybe(st.booleans()),
        long_term_reference=maybe(st.sampled_from((0, 0x10, 0x11))),
        show_hide=maybe(st.sampled_from((0, 1, 2))),
        unknown=tuple(unknown),
    )


@st.composite
def playback_chunks(
    draw: DrawFn, codecs: Sequence[Codec] = tuple(Codec), *, dialect: Dialect | None = DEFAULT
) -> PlaybackVideo:
    """Answers to camera.cgi (§3.3.1), without a picture too. ``dialect`` None: any."""
    codec = draw(st.sampled_from(codecs))
    count = draw(st.integers(0, 1 if codec is Codec.JPEG else 5))
    start = draw(st.integers(0, LAST_HUNDREDTH - 1000))
    later = st.lists(st.integers(start, start + 1000), min_size=4, max_size=4)
    moments = [start, *sorted(draw(later))][:count]
    camera_start = draw(st.none() | st.integers(0, LAST_HUNDREDTH - 1000))
    pictures = tuple(
        Picture(
            _PICTURE_START[codec] + draw(st.binary(max_size=40)),
            Hundredths(moment),
            None if camera_start is None else Hundredths(camera_start + moment - start),
        )
        for moment in moments
    )
    return PlaybackVideo(
        codec,
        draw(_U16),
        pictures,
        Hundredths(start),
        Hundredths(moments[-1] if moments else start),
        draw(zones()),
        draw(_U16),
        draw(st.sampled_from(Operation)),
        draw(st.integers(0, 8)),
        dialect=draw(dialects()) if dialect is None else dialect,
    )


@st.composite
def multiparts(draw: DrawFn, most: int = 4) -> tuple[bytes, list[bytes]]:
    """The body of a live answer over HTTP, and what its parts hold: boundaries among it (§2.3.3)."""
    pieces = st.sampled_from((b"\r\n", b"--", b"--myboundary", b"\r\n--my", b"\0", b"abc", b"\r"))
    bodies = draw(
        st.lists(st.lists(pieces, max_size=6).map(b"".join) | st.binary(max_size=60), max_size=most)
    )
    return BOUNDARY_LINE + b"".join(write_part(body) for body in bodies), bodies


def rtp_packets() -> SearchStrategy[RtpPacket]:
    """RTP packets, with and without an extension (§2.3.1)."""
    words = st.integers(0, 8).flatmap(lambda count: st.binary(min_size=4 * count, max_size=4 * count))
    return st.builds(
        RtpPacket,
        payload_type=st.integers(0, 127),
        sequence=_U16,
        timestamp=_U32,
        ssrc=_U32,
        marker=st.booleans(),
        payload=st.binary(max_size=50),
        extension=st.none() | words,
    )
