"""Whole answers: their heads, and bodies that go out without being copied."""

import asyncio
import re
import socket
from types import SimpleNamespace

import pytest
from aiohttp import HttpVersion11

from nvr_emulator.configuration.variants import Variants
from nvr_emulator.recorder.replies import KEEP_ALIVE_NO_CACHE, Answer
from nvr_emulator.server.unsent import LONG, MOST_PIECES, write
from nvr_emulator.server.whole_answer import response_of
from nvr_protocol.pieces import Pieces

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
LONG_BODY = bytes(range(256)) * (LONG // 64)


def sent(answer, now=0.0):
    """What goes out for an answer to a GET that keeps its connection."""
    written = bytearray()

    async def drained():
        pass

    transport = SimpleNamespace(is_closing=lambda: False, write=written.extend)
    request = SimpleNamespace(
        method="GET",
        keep_alive=True,
        version=HttpVersion11,
        transport=transport,
        writer=SimpleNamespace(output_size=0, drain=drained),
    )
    asyncio.run(response_of(request, answer, Variants(), now).prepare(request))
    assert request.writer.output_size == len(written)
    return bytes(written)


def test_answers_that_are_alike_have_their_own_length_and_date():
    first = sent(Answer(200, b"one", headers=KEEP_ALIVE_NO_CACHE), now=0)
    other = sent(Answer(200, b"eleven", headers=KEEP_ALIVE_NO_CACHE), now=1)
    assert first == (
        b"HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\nCache-Control: no-cache\r\nContent-type: text/html\r\n"
        b"Content-Length: 3\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nServer: recorder\r\n\r\none"
    )
    assert other == first.replace(b"h: 3", b"h: 6").replace(b"00:00:00", b"00:00:01")[:-3] + b"eleven"


def test_what_has_no_body_has_no_length():
    assert not re.search(rb"(?i)content-", sent(Answer(204)))


def test_a_header_field_cannot_bring_another():
    with pytest.raises(ValueError, match="control characters"):
        sent(Answer(200, b"", headers=(("Allow", "GET\r\nSet-Cookie: a=b"),)))


def test_each_challenge_is_its_own():
    for challenges in (["Digest a"], ["Digest b"], ["Digest c", "Digest d"], []):
        headers = (*KEEP_ALIVE_NO_CACHE, *(("WWW-Authenticate", each) for each in challenges))
        head = sent(Answer(401, b"", headers=headers))
        assert re.findall(rb"WWW-Authenticate: ([^\r]*)\r\n", head) == [each.encode() for each in challenges]
    with pytest.raises(ValueError, match="control characters"):
        sent(Answer(401, b"", headers=(("WWW-Authenticate", "Digest a\r\nb: c"),)))


def taken(content, *, room):
    """What a connection with so much room takes at once of a head and what follows, and what is left."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)
        ours.setblocking(False)
        left = bytearray()
        known = {"socket": ours}
        transport = SimpleNamespace(
            get_extra_info=known.get, get_write_buffer_size=lambda: 0, write=left.extend
        )
        write(transport, HEAD, content)
        ours.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: theirs.recv(1 << 20), b"")), bytes(left)


def test_a_long_body_goes_out_as_it_is():
    at_once, left = taken(LONG_BODY[:LONG], room=1 << 20)
    assert (at_once, left) == (HEAD + LONG_BODY[:LONG], b"")


def test_pieces_go_out_as_they_are():
    at_once, left = taken(Pieces([LONG_BODY, b"", b"end"]), room=1 << 20)
    assert (at_once, left) == (HEAD + LONG_BODY + b"end", b"")


def test_more_pieces_than_the_kernel_takes_are_left_to_be_written():
    content = Pieces([bytes([number % 251]) * 16 for number in range(MOST_PIECES + 100)])
    at_once, left = taken(content, room=1 << 20)
    assert at_once + left == HEAD + bytes(content)
    assert at_once
    assert left


@pytest.mark.parametrize("parts", [1, 3, 40])
def test_pieces_that_found_no_room_are_left_to_be_written(parts):
    size = len(LONG_BODY) // parts + 1
    content = Pieces([LONG_BODY[begin : begin + size] for begin in range(0, len(LONG_BODY), size)])
    at_once, left = taken(content, room=1)
    assert at_once + left == HEAD + LONG_BODY
    assert left


def test_pieces_are_joined_for_tls():
    written = []
    transport = SimpleNamespace(
        get_extra_info=lambda name: name == "sslcontext" or None, write=written.append
    )
    write(transport, HEAD, Pieces([LONG_BODY, b"end"]))
    assert written == [HEAD + LONG_BODY + b"end"]


def test_what_found_no_room_is_left_to_be_written():
    at_once, left = taken(LONG_BODY, room=1)
    assert at_once + left == HEAD + LONG_BODY
    assert len(HEAD) < len(at_once) < len(HEAD + LONG_BODY)


def test_what_waits_already_goes_first():
    left = bytearray(b"before")
    transport = SimpleNamespace(
        get_extra_info=lambda name: None, get_write_buffer_size=lambda: len(left), write=left.extend
    )
    write(transport, HEAD, LONG_BODY)
    assert bytes(left) == b"before" + HEAD + LONG_BODY
