"""Whether RTP that the recorder sends can arrive here at all (§2.1.2.2).

START names a port of ours and no address: behind NAT, with a firewall on the way, or where commands go
through a tunnel, a relay or a reverse proxy, a recorder may send as it should and nothing comes. That is no
failure of the recorder's, unless the path is known to be open. An address on this very host proves nothing:
a relay may listen there.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from nvr_conformance.wire.live_streams import LiveRtp

if TYPE_CHECKING:
    from nvr_conformance.client.client import Client
    from nvr_conformance.client.session import Session
    from nvr_conformance.client.target import Target
    from nvr_conformance.wire.live_streams import LiveStream

BLOCKED = (
    "START over RTP is accepted, and no datagram of it arrives here: NAT, a firewall, a tunnel or a relay"
    " on the way may keep it off; judge from the recorder's own network, at its own address"
)


def is_proven_open(target: Target, client: Client) -> bool:
    """Whether a datagram came in this scenario, or nothing is between the recorder and the judge."""
    came = any(isinstance(stream, LiveRtp) and stream.total for stream in client.history.streams)
    return came or is_own(target) or sends_to_us(target, client)


def is_own(target: Target) -> bool:
    """Whether the recorder is one that the judge has started, beside itself."""
    return bool(target.told("own recorder", lambda: target.emulated))


def sends_to_us(target: Target, client: Client) -> bool:
    """Whether a recorder that tells its state says that it sends to a port of ours, on this host."""
    ports = {stream.port for stream in client.history.streams if isinstance(stream, LiveRtp)}
    live: list[dict[str, Any]] = (target.state() or {}).get("live", [])
    return any(_is_here(each.get("destination"), ports) for each in live)


def _is_here(destination: Any, ports: set[int]) -> bool:
    try:
        host, port = destination
        return port in ports and ip_address(host).is_loopback
    except (TypeError, ValueError):
        return False


def may_be_blocked(target: Target, client: Client, stream: LiveStream) -> bool:
    """Whether a stream that was started may be on its way, and does not get here."""
    silent = isinstance(stream, LiveRtp) and not stream.total and not stream.refused
    return silent and not is_proven_open(target, client)


def find_out(target: Target, client: Client, session: Session, camera: int) -> bool:
    """As ``is_proven_open``; where it is not, the camera's video is sent over RTP to see."""
    if not is_proven_open(target, client):
        stream = session.run("RTP", camera, target.live_codecs(camera)[0])
        session.stop(stream)
        stream.close()
    return is_proven_open(target, client)


def why_silent(target: Target, client: Client, stream: LiveStream, otherwise: str) -> str:
    """Why a stream brought nothing: the path where that may be, else what the caller has to say."""
    return BLOCKED if may_be_blocked(target, client, stream) else otherwise
