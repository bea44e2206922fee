"""A whole answer as HTTP: its header fields in the order and letter case of the document's examples (§5,
§3.3.1)."""

from __future__ import annotations

from email.utils import formatdate

from aiohttp import web

from nvr_emulator.configuration.variants import Variants
from nvr_emulator.recorder.replies import Answer
from nvr_emulator.server.library_internals import speak_http_1_0

SERVER = "recorder"


def response_of(incoming: web.BaseRequest, answer: Answer, variants: Variants, now: float) -> web.Response:
    """The response that carries an answer; nothing of it is sent yet. `now` is the recorder's time, as
    clients read it
    from `Date`; that and `Server` come behind the rest."""
    fields = _fields(answer, keep_alive=incoming.keep_alive)
    if variants.header_order == "other":
        fields = [(name.lower(), _with_charset(name, value)) for name, value in reversed(fields)]
    response = web.Response(status=answer.status, body=answer.body or None)
    response.headers.clear()
    for name, value in (*fields, ("Date", formatdate(now, usegmt=True)), ("Server", SERVER)):
        response.headers.add(name, value)
    if not answer.stays and variants.keep_alive != "kept":
        response.force_close()
        if variants.keep_alive == "http-1.0":
            speak_http_1_0(incoming)
    return response


def _fields(answer: Answer, *, keep_alive: bool | None) -> list[tuple[str, str]]:
    fields = [(name, value) for name, value in answer.headers if keep_alive or name != "Connection"]
    if answer.status != 204:
        fields += [("Content-type", answer.content_type), ("Content-Length", str(len(answer.body)))]
    drawn = {name.lower(): (place, name) for place, name in enumerate(answer.drawn)}
    placed = [(*drawn.get(name.lower(), (len(drawn), name)), value) for name, value in fields]
    return [(name, value) for _, name, value in sorted(placed, key=lambda field: field[0])]


def _with_charset(name: str, value: str) -> str:
    is_text = name.lower() == "content-type" and value.startswith("text/")
    return f"{value}; charset=us-ascii" if is_text else value
