"""Whether a command was refused: it had no effect and gave no media. The status is no matter of it (OP-11).

What an answer has to have in it depends on the command. Of those whose answer the document does not describe
(``hdrctl.cgi``, ``status.cgi``, ``logout.cgi``, STOP, RTP, camera control) an accepted answer and a refusal
may look alike: what they did is to be looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nvr_conformance.reading.connection_information import cameras_in
from nvr_conformance.reading.login_page import read_uid
from nvr_conformance.reading.playback_audio import AAC_ID, TELEPHONE_ID, walk_audio
from nvr_conformance.reading.playback_video import walk_chunk
from nvr_conformance.wire.download_multipart import DownloadCutter
from nvr_conformance.wire.exchange import says_no

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.wire.exchange import Exchange

# A log without entries gives nothing, whoever gets it.
_LOG = re.compile(r'(?:ERROR|EVENT)_LOG(?:_NO=0*[1-9]|=[ \t]*")')
_NO_ENTRIES = re.compile(r"(?:ERROR|EVENT)_LOG_NO=0")
_DISK = re.compile(r"(?m)^(?:MAIN|EXT[0-9]{1,9})-[0-9]{1,9},")


def refused(exchange: Exchange) -> bool:
    """Whether the answer gives nothing of what the command gives: no picture, no audio, no part of a file, no
    entry, no UID; with whatever status it comes.

    Of a command whose answer is not described: whether the answer says no (an error status, 204 or an empty
    body where something is due, a connection closed). If it does not, the command may still have had no
    effect. An endless multipart has been opened, and no more: whether a part comes is to be waited for.
    """
    gives = _GIVING.get(command_of(exchange))
    return says_no(exchange) if gives is None else not gives(exchange)


def is_empty_log(exchange: Exchange) -> bool:
    """Whether the answer is a log without entries: that of a valid UID may be one, and so may a refusal."""
    return _NO_ENTRIES.search(exchange.text) is not None and refused(exchange)


def gives_something(exchange: Exchange) -> bool:
    """Whether a command is one whose answer, if it is obeyed, shows it: then ``refused`` is certain."""
    return command_of(exchange) in _GIVING


def command_of(exchange: Exchange) -> str:
    """What was asked: ``camera.cgi``; of ``push.cgi`` START over HTTP alone ``push.cgi START``."""
    path, _, query = exchange.target.partition("?")
    name = path.rpartition("/")[2]
    if name == "push.cgi" and "INTERNETMODE=" in query and "CMD=START" in query:
        return "push.cgi START"
    return name


def _picture(exchange: Exchange) -> bool:
    return walk_chunk(exchange.body).present


def _audio(exchange: Exchange) -> bool:
    heads = (id_.to_bytes(2, order) for id_ in (TELEPHONE_ID, AAC_ID) for order in ("big", "little"))
    return exchange.body[:2] in heads and walk_audio(exchange.body).stated > 0


def _file(exchange: Exchange) -> bool:
    cutter = DownloadCutter(content_type=exchange.header("Content-Type") or "")
    cutter.feed(exchange.body)
    return any(part.size for part in cutter.parts)


_GIVING: dict[str, Callable[[Exchange], bool]] = {
    "camera.cgi": _picture,
    "playaudio.cgi": _audio,
    "push.cgi START": lambda exchange: exchange.streaming,
    "loglist.cgi": lambda exchange: _LOG.search(exchange.text) is not None,
    "recordedtime.cgi": lambda exchange: _DISK.search(exchange.text) is not None,
    "as_getinfo.cgi": lambda exchange: bool(cameras_in(exchange.text)),
    "dlogin.cgi": lambda exchange: read_uid(exchange) is not None,
    "httpdl.cgi": _file,
}
