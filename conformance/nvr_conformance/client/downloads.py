"""One download under way: opened, read as far as one likes, hung up (§6.3)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from zlib import crc32

from nvr_conformance.bounds import DOWNLOAD_KEPT, DOWNLOAD_LIMIT, DOWNLOAD_SECONDS
from nvr_conformance.wire.connection import ResponseReader, WireError
from nvr_conformance.wire.download_multipart import DownloadCutter, DownloadPart
from nvr_conformance.wire.exchange import WireProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.client.http_client import HttpClient
    from nvr_conformance.wire.connection import Connection
    from nvr_conformance.wire.exchange import Exchange


GIVEN_UP = "download given up"
"""Under this, the target remembers when it was that the last one was."""


class Download:
    """The answer to ``httpdl.cgi``. The head was read; ``read`` goes on, ``close`` hangs up.

    ``parts`` as far as they were read (together at most 64 MiB are kept), ``problem`` what is wrong with the
    multipart, ``ended`` whether the answer came to its end.
    """

    def __init__(
        self,
        client: HttpClient,
        exchange: Exchange,
        connection: Connection | None,
        reader: ResponseReader | None,
    ) -> None:
        self.exchange = exchange
        self.ended = connection is None
        self._client = client
        self._connection = connection
        self._reader = reader
        self._cutter = DownloadCutter(DOWNLOAD_KEPT, exchange.header("Content-Type") or "")
        self._size = self._crc = 0

    @property
    def parts(self) -> list[DownloadPart]:
        """What was read, part by part."""
        return self._cutter.parts

    @property
    def problem(self) -> str:
        """What keeps it from being a multipart that was read to its end; empty if nothing."""
        return self._cutter.problem or (str(self.exchange.error) if self.exchange.error else "")

    @property
    def is_multipart(self) -> bool:
        """Whether the head of the answer says so."""
        return self.exchange.ok and self.exchange.content_type.startswith("multipart/")

    @property
    def is_whole(self) -> bool:
        """Whether all of its files was kept: of a large one only the begin is."""
        return all(part.size == len(part.body) for part in self.parts)

    @property
    def began(self) -> bool:
        """Whether some of a file came."""
        return self.is_multipart and any(part.size for part in self.parts)

    @property
    def statuses(self) -> list[str | None]:
        """What each part says of how it goes."""
        return [part.status for part in self.parts]

    def read(self, until: Callable[[], bool] | None = None) -> None:
        """Read on to the end, or until the condition holds. A connection that dies ends it, too."""
        if self._connection is None or self._reader is None:
            return
        deadline = time.monotonic() + DOWNLOAD_SECONDS
        try:
            while not self._reader.complete and not self._cutter.problem and not (until and until()):
                patience = time.monotonic() + self._client.timeout
                data = self._connection.receive(min(patience, deadline))
                self.take(self._reader.feed(data))
                if self._size > DOWNLOAD_LIMIT:
                    raise WireError(WireProblem.ENDLESS, f"{DOWNLOAD_LIMIT} bytes of download")
        except WireError as failure:
            self.take(failure.ahead)
            self.exchange.error, self.exchange.error_text = failure.kind, failure.text
        if until is not None and until():
            return
        self._cutter.end()
        if self._cutter.closed:
            self.exchange.crc = self._crc
        self.close()

    def begin(self) -> None:
        """Read until it shows whether there is a file: the first bytes of a body, or the end."""
        self.read(until=lambda: any(part.size for part in self.parts))

    def take(self, data: bytes) -> None:
        """Further bytes of the body."""
        self._size += len(data)
        self._crc = crc32(data, self._crc)
        self._cutter.feed(data)

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None and self.began and not self._over:
            self._client.target.remember(GIVEN_UP, [str(self._client.target.arrival())])
        self.ended = True
        self._client.target.end(self.exchange)
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    @property
    def _over(self) -> bool:
        return self._cutter.closed or (self._reader is not None and self._reader.complete)

    def __str__(self) -> str:
        """One line for reports."""
        if not self.is_multipart:
            return str(self.exchange)
        parts = ", ".join(
            f"{part.header('X-Temp-FileName')} {part.size} bytes status {part.header('X-RecData-Satus')}"
            for part in self.parts[:4]
        )
        more = f" and {len(self.parts) - 4} more" if len(self.parts) > 4 else ""
        return f"{self.exchange.status}: {parts or 'no parts'}{more}" + (
            f"; {self.problem}" if self.problem else ""
        )


def open_download(client: HttpClient, path_and_query: str) -> Download:
    """Send the request and read the head of the answer; of a refusal, all of it."""
    exchange, connection, reader, begun = client.open_answer("GET", path_and_query)
    download = Download(client, exchange, connection, reader)
    if connection is None or reader is None:
        return download
    if download.is_multipart:
        exchange.streaming = True
        download.take(begun)
        return download
    try:
        connection.read_body(exchange, reader, begun, time.monotonic() + client.timeout)
    except WireError as failure:
        exchange.error, exchange.error_text = failure.kind, failure.text
    download.close()
    return download
