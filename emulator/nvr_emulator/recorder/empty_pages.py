"""What a recorder whose pages are filled in by a program shows those that it refuses: the page that was asked
for, with nothing in it (OP-11)."""

from __future__ import annotations

from nvr_emulator.recorder.replies import ACCEPTED, Request
from nvr_protocol.texts.log_list import LogKind, LogList, write_log_list
from nvr_protocol.texts.login_page import LoginPage, write_login_page

_LOGIN = write_login_page(LoginPage(1, "Network Disk Recorder")).replace(b"UID=1&", b"UID=0&")
_LOGS = {kind: write_log_list(LogList(kind, ())) for kind in LogKind}


def empty_page(request: Request) -> bytes:
    """A log without entries, the page of a login with UID=0, or a page that says OK."""
    match request.path.rpartition("/")[2]:
        case "dlogin.cgi":
            return _LOGIN
        case "loglist.cgi":
            return _LOGS[LogKind.EVENT if "KIND=EVENT" in request.query else LogKind.ERROR]
        case _:
            return ACCEPTED.body
