"""PLB-01 … PLB-11 over what one ``camera.cgi`` gave; checks that go on where one fact cannot be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.facts import playback_chunk as judging
from nvr_conformance.facts.playback_order import ends_with_its_last_picture, zones_agree
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.decoding import decode_pictures, decodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.client.player import Gop
    from nvr_conformance.engine.books import Check, NotTested
    from nvr_conformance.wire.exchange import Exchange
    from nvr_protocol.dialect import Dialect

CHUNK_IDS = tuple(f"PLB-{number:02}" for number in range(1, 12))
"""What ``ChunkChecks`` checks."""


class Judge:
    """``judge(id, name, function, …)`` checks the fact that a judging function gives; where there is nothing
    to judge, that one requirement is not tested and the scenario goes on."""

    def __init__(self, check: Check, not_tested: NotTested) -> None:
        self._check = check
        self._not_tested = not_tested

    def __call__(
        self, id_: str, name: str, function: Callable[..., Fact], *args: object, **options: object
    ) -> bool:
        try:
            return self._check(id_, *function(*args, **options), name)
        except NothingToJudge as nothing:
            self._not_tested(id_, f"{name}: {nothing.reason}")
            return False


class ChunkChecks:
    """Makes the checks of ``CHUNK_IDS`` on one GOP."""

    def __init__(self, check: Check, not_tested: NotTested) -> None:
        self._judge = Judge(check, not_tested)

    def __call__(self, gop: Gop, dialect: Dialect | None, name: str) -> None:
        """Judge an answer that should hold a GOP. ``name`` tells the checks apart."""
        judge, chunk, codec = self._judge, gop.chunk, gop.codec
        if not judge("PLB-01", name, one_gop, gop):
            return
        judge("PLB-02", name, answer_headers, gop.exchange)
        judge("PLB-03", name, judging.padded, chunk)
        judge("PLB-05", name, judging.information, chunk, gop.camera, codec)
        judge("PLB-06", name, judging.stream_header, chunk)
        judge("PLB-07", f"{name}, times", judging.times, chunk)
        judge("PLB-07", f"{name}, end", ends_with_its_last_picture, gop)
        judge("PLB-07", f"{name}, zone", zones_agree, gop)
        judge("PLB-08", name, judging.packet_headers, chunk)
        judge("PLB-10", name, judging.counts, chunk, dialect)
        if codec:
            judge("PLB-04", name, judging.chunk_id, chunk, codec)
            judge("PLB-09", name, judging.start_codes, chunk, codec)
            judge("PLB-11", name, decodable, gop)


def one_gop(gop: Gop) -> Fact:
    """PLB-01: an answer that is no refusal, with one chunk of pictures."""
    if not gop.given:
        return Fact(False, "200 with one GOP", str(gop))
    return judging.one_chunk(gop.chunk)


def answer_headers(exchange: Exchange) -> Fact:
    """PLB-02: the headers of §3.2.1, and as many bytes as Content-Length says. Ask with ``prove_end``."""
    expected = "octet-stream, keep-alive, no-cache, Content-Length as long as the body"
    kept = (exchange.header("Connection") or "").lower()
    cache = (exchange.header("Cache-Control") or "").lower()
    length = exchange.header("Content-Length") or ""
    size = f"Content-Length {length or 'absent'} of {len(exchange.body) + len(exchange.extra)}"
    actual = f"{exchange.content_type}, {kept or 'no Connection'}, {cache or 'no Cache-Control'}, {size}"
    right = (
        exchange.content_type == "application/octet-stream"
        and "keep-alive" in kept
        and "no-cache" in cache
        and length == str(len(exchange.body))
        and not exchange.extra
    )
    return Fact(right, expected, actual)


def decodable(gop: Gop) -> Fact:
    """PLB-11: an independent decoder makes as many pictures of it as there are packets."""
    if judging.packet_headers(gop.chunk).ok:
        return decodes(decode_pictures(gop.codec, gop.chunk.pictures), exactly=len(gop.chunk.packets))
    raise NothingToJudge("the pictures cannot be told apart")
