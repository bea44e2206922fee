"""What the journal keeps of a request and its answer."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.journal.entries import LONGEST_QUERY, Exchange
from nvr_emulator.recorder.live.stream import LiveAnswer
from nvr_emulator.recorder.replies import Answer, Headers, Reply, Request
from nvr_protocol.download import CONTENT_TYPE


def exchange_of(request: Request, reply: Reply, live_content_type: Callable[[], str]) -> Exchange:
    """The entry, without its times and the headers of the request."""
    headers: Headers = ()
    if isinstance(reply, Answer):
        content_type, headers = reply.content_type, reply.headers
    else:
        content_type = live_content_type() if isinstance(reply, LiveAnswer) else CONTENT_TYPE
    return Exchange(
        peer=request.peer,
        method=request.method,
        path=request.path[:LONGEST_QUERY],
        query=request.query[:LONGEST_QUERY],
        target=request.target[:LONGEST_QUERY],
        status=reply.status,
        reason=reply.reason,
        challenged=reply.challenges,
        secure=request.secure,
        answer_headers=(("Content-Type", content_type), *headers),
        size=len(reply.content) if isinstance(reply, Answer) else None,
        no_picture=isinstance(reply, Answer) and reply.no_picture,
    )
