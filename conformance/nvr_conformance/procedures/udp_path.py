"""Whether RTP that the recorder sends can arrive here at all (§2.1.2.2).

START names a port of ours and no address: behind NAT, or with a firewall on the way, a recorder may send as
it should and nothing comes. That is no failure of the recorder's, unless the path is known to be open.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING

from nvr_conformance.wire.live_streams import LiveRtp

if TYPE_CHECKING:
    from nvr_conformance.client.client import Client
    from nvr_conformance.client.session import Session
    from nvr_conformance.client.target import Target
    from nvr_conformance.wire.endpoint import Endpoint
    from nvr_conformance.wire.live_streams import LiveStream

BLOCKED = (
    "START over RTP is accepted, and no datagram of it arrives here: NAT or a firewall on the way may keep it"
    " off; judge from the recorder's own network"
)


def is_proven_open(target: Target, client: Client) -> bool:
    """Whether a datagram came in this scenario, or the recorder is on this very host."""
    came = any(isinstance(stream, LiveRtp) and stream.total for stream in client.history.streams)
    return came or target.told("same host", lambda: is_this_host(target.endpoint))


def may_be_blocked(target: Target, client: Client, stream: LiveStream) -> bool:
    """Whether a stream that was started may be on its way, and does not get here."""
    silent = isinstance(stream, LiveRtp) and not stream.total and not stream.refused
    return silent and not is_proven_open(target, client)


def find_out(target: Target, client: Client, session: Session, camera: int) -> bool:
    """As ``is_proven_open``; where it is not, the camera's video is sent over RTP to see."""
    if not is_proven_open(target, client):
        stream = session.start_rtp(camera, target.live_codecs(camera)[0])
        stream.wait_packets(1)
        session.stop(stream)
        stream.close()
    return is_proven_open(target, client)


def why_silent(target: Target, client: Client, stream: LiveStream, otherwise: str) -> str:
    """Why a stream brought nothing: the path where that may be, else what the caller has to say."""
    return BLOCKED if may_be_blocked(target, client, stream) else otherwise


def is_this_host(endpoint: Endpoint) -> bool:
    """Whether this machine talks to itself: over loopback, or the route's local address is the recorder's."""
    try:
        family, _, _, _, address = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(address)  # sends nothing: only asks for the route
            return ip_address(address[0]).is_loopback or bool(probe.getsockname()[0] == address[0])
    except OSError:
        return False
