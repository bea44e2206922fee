"""Streams as several scenarios want them: a brief one, one that has reached a key picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.facts.rtp import quick_payload
from nvr_conformance.reading.nal_units import KEY_KINDS, read_payload

if TYPE_CHECKING:
    from nvr_conformance.client.session import Session
    from nvr_conformance.wire.live_streams import LiveStream


KINDS = ("live_rtp", "live_http")


def wait_for_key_picture(stream: LiveStream, seconds: float) -> bool:
    """Let time pass until a key picture has begun to arrive; False if none does within ``seconds``."""

    def has_come() -> bool:
        payloads = (quick_payload(packet.data) for packet in stream.packets)
        return any(read_payload(stream.comp, payload).kind in KEY_KINDS for payload in payloads)

    return stream.wait_until(has_come, seconds)


def brief_stream(session: Session, kind: str, camera: int, codec: str) -> LiveStream:
    """A stream, of one of KINDS, that ran until its first packet came, or none did."""
    start = session.start_http if kind == "live_http" else session.start_rtp
    stream: LiveStream = start(camera, codec)
    stream.wait_packets(1)
    session.stop(stream)
    stream.close()
    return stream
