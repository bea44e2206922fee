"""What can be done with one UID: commands, live streams, downloads, logout."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeAlias

from nvr_conformance.client.commands import command_url
from nvr_conformance.client.downloads import Download, open_download
from nvr_conformance.judgement.outcomes import PrerequisiteFailed
from nvr_conformance.reading.refusals import refused
from nvr_conformance.wire.connection import WireError
from nvr_conformance.wire.exchange import Exchange
from nvr_conformance.wire.live_streams import LiveHttp, LiveRtp, LiveStream

if TYPE_CHECKING:
    from nvr_conformance.client.http_client import HttpClient
    from nvr_conformance.wire.connection import Connection, ResponseReader

Opened: TypeAlias = "tuple[Exchange, Connection | None, ResponseReader | None, bytes]"
"""An answer whose head was read, the connection on which the rest comes, and what has come of it."""

CONTROL_PACE = 0.2  # seconds between camera control commands, where a pace is kept at all
FIRST_PACKET = 12.0  # seconds that a stream is given for its first packet
NOTHING_TELLS = (
    "a UID that has ended may be answered like a valid one, and no log has entries that tell them apart"
)
CHURN = (5.0, 15.0, 40.0)  # seconds behind which a START that got 204 is tried again


class Session:
    """One UID. ``uid`` is its number, ``uid_text`` the digits as the recorder wrote
    them, ``page`` where it stood. ``reissued``: a later login was given it, so that it is another session's.
    """

    def __init__(self, client: HttpClient, uid_text: str, page: Exchange) -> None:
        self.client = client
        self.uid_text = uid_text
        self.uid = int(uid_text)
        self.page = page
        self.logged_out = False
        self.reissued = False
        self.streams: list[LiveStream] = []
        self.downloads: list[Download] = []

    def get(
        self, key: str, *, prove_end: bool = False, timeout: float | None = None, **values: object
    ) -> Exchange:
        """A command of the table by its key (``session.get("keep_alive")``), with this UID."""
        path = self.path(key, **values)
        pace = CONTROL_PACE if path.startswith(("/cgi-bin/directctrl.cgi", "/cgi-bin/camctl.cgi")) else None
        return self.client.request("GET", path, timeout=timeout, prove_end=prove_end, pace=pace)

    def path(self, key: str, **values: object) -> str:
        """Path and query of a command with this UID, its digits as the recorder wrote them, however many."""
        return command_url(key, **{"UID": self.uid_text, **values})

    def raw(self, path_and_query: str, *, timeout: float | None = None, prove_end: bool = False) -> Exchange:
        """GET of this very text; ``{uid}`` in it stands for the UID."""
        path = path_and_query.replace("{uid}", self.uid_text)
        return self.client.get(path, timeout=timeout, prove_end=prove_end)

    def logout(self) -> Exchange:
        """End the UID."""
        self.logged_out = True
        return self.client.get(self.path("logout"))

    def notice_login(self, uid_text: str) -> None:
        """A login was given this UID: if it is ours, ours has ended, and who has it now logs it out."""
        if uid_text == self.uid_text:
            self.reissued = self.logged_out = True

    def is_alive(self, *, doubted: bool = False) -> bool:
        """Whether the UID is valid and still ours: a keep-alive is accepted, or where that does not tell, a
        log is given. It starts the 90 s again. ``doubted``: as in ``lives_by``."""
        if self.reissued:
            return False
        if not self.client.target.refusals_show:
            return self._is_given_a_log()
        return self.lives_by(self.get("keep_alive"), doubted=doubted)

    def lives_by(self, keep_alive: Exchange, *, doubted: bool = False) -> bool:
        """Whether the answer to a keep-alive means that this session is valid.

        A recorder that answers alike whether it obeys or not is asked for a log: only a valid UID is given
        its entries. So is one whose UID must have ended, by a logout or (``doubted``) by time or eviction:
        what a refusal looks like may differ by its cause.
        """
        target = self.client.target
        if self.reissued or not keep_alive.ok:
            return False
        if target.refusals_show and not (doubted or self.logged_out):
            return True
        alive = self._is_given_a_log()
        if not alive:
            target.distrust_answers()
        return alive

    def _is_given_a_log(self) -> bool:
        """PrerequisiteFailed where no log tells."""
        log = self.client.target.telling_log
        if not log:
            raise PrerequisiteFailed(NOTHING_TELLS)
        return not refused(self.get(log))

    def start_rtp(self, camera: int, comp: str) -> LiveRtp:
        """START with a PORT of ours. Whether it was refused: ``stream.refused`` (its
        socket listens all the same)."""
        stream = self.listen(camera, comp)
        stream.exchange = self.client.get(stream.exchange.target)
        return stream

    def listen(self, camera: int, comp: str) -> LiveRtp:
        """A stream over RTP that is not asked for yet; its ``exchange`` has the path and query of START."""
        capture = self.client.history.capture
        sock, flow = self.client.target.open_udp(capture)
        path = self.path("live_rtp", CAM=camera, CMD="START", COMP=comp, PORT=sock.getsockname()[1])
        placeholder = Exchange(0, "GET", path)
        stream = LiveRtp(camera, comp, placeholder, self.client.target, sock, self.client.receiver, flow)
        self.streams.append(stream)
        self.client.history.streams.append(stream)
        return stream

    def start_http(self, camera: int, comp: str) -> LiveHttp:
        """START with INTERNETMODE=ON; returns when the head of the answer (of a
        refusal: all of it) was read."""
        return self.open_http(self.start_of_http(camera, comp), camera, comp)

    def start_of_http(self, camera: int, comp: str) -> str:
        """Path and query of START with INTERNETMODE=ON."""
        return self.path("live_http", CAM=camera, CMD="START", COMP=comp, INTERNETMODE="ON")

    def start(self, transport: str, camera: int, comp: str) -> LiveStream:
        """START over "RTP" or "HTTP"."""
        if transport == "RTP":
            return self.start_rtp(camera, comp)
        return self.start_http(camera, comp)

    def run(self, transport: str, camera: int, comp: str, seconds: float = FIRST_PACKET) -> LiveStream:
        """A stream that should run: started, and waited for until its first packet has come, or ``seconds``
        are over.

        A recorder that has had START and STOP many times in quick succession may answer START by 204 for a
        while, as was seen: then it is left alone, and asked again. One whose 204 is its yes sends (OP-12).
        """
        for pause in CHURN:
            stream = self.start(transport, camera, comp)
            if stream.exchange.status != 204 or stream.wait_packets(1, seconds):
                break
            stream.close()
            self.client.target.pass_time(pause)
            self.get("keep_alive")
        else:
            stream = self.start(transport, camera, comp)
        stream.wait_packets(1, seconds)
        return stream

    def open_http(self, path_and_query: str, camera: int = 0, comp: str = "") -> LiveHttp:
        """As ``start_http``, for any request whose answer may be endless."""
        return self.follow(self.client.open_answer("GET", path_and_query), camera, comp)

    def follow(self, opened: Opened, camera: int, comp: str) -> LiveHttp:
        """The stream of an answer whose head was read."""
        client = self.client
        exchange, connection, reader, begun = opened
        stream = LiveHttp(camera, comp, exchange, client.target, client.receiver)
        self.streams.append(stream)
        client.history.streams.append(stream)
        if connection is None or reader is None:
            return stream
        if _is_endless(exchange):
            exchange.streaming = True
            stream.follow(connection, reader, begun)
            return stream
        try:
            connection.read_body(exchange, reader, begun, time.monotonic() + client.timeout)
        except WireError as failure:
            exchange.error, exchange.error_text = failure.kind, failure.text
        connection.close()
        client.target.end(exchange)
        return stream

    def download(self, camera: int, kind: str, begin: int, end: int) -> Download:
        """httpdl.cgi; returns when the head of the answer was read. Times in Unix seconds, whole minutes."""
        return self.open_download(self.path("download", CAM=camera, KIND=kind, STARTTIME=begin, ENDTIME=end))

    def open_download(self, path_and_query: str) -> Download:
        """As ``download``, for any request; ``{uid}`` stands for the UID."""
        download = open_download(self.client, path_and_query.replace("{uid}", self.uid_text))
        self.downloads.append(download)
        return download

    def stop(self, stream: LiveStream) -> Exchange:
        """STOP, over HTTP or RTP as it was started. The socket stays open, to see that nothing more comes."""
        if isinstance(stream, LiveRtp):
            return self.get("live_rtp", CAM=stream.camera, CMD="STOP", COMP=stream.comp, PORT=stream.port)
        return self.get("live_http", CAM=stream.camera, CMD="STOP", COMP=stream.comp)

    def stop_as_drawn(self, stream: LiveStream) -> Exchange:
        """STOP over HTTP as it is drawn, cut off behind COMP (§2.2.1.1)."""
        path = self.path("live_http", CAM=stream.camera, CMD="STOP", COMP=stream.comp)
        return self.raw(path.replace("&INTERNETMODE=ON", ""))


def _is_endless(exchange: Exchange) -> bool:
    """Whether the answer to START is a multipart, or of no known length and no page: what the document says
    of its header is nothing (OP-17)."""
    kind = exchange.content_type
    if not exchange.ok or exchange.status == 204:
        return False
    unknown = exchange.header("Content-Length") is None and not kind.startswith("text/")
    return kind.startswith("multipart/") or unknown
