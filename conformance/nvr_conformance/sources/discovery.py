"""What the judge must find out about a recorder before it can judge: is it one, which model, which
cameras."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from nvr_conformance.client.client import Client, Login
from nvr_conformance.client.commands import command_url
from nvr_conformance.client.http_client import HARMLESS, LOGIN
from nvr_conformance.judgement.outcomes import PrerequisiteFailed, TargetUnreachableError
from nvr_conformance.judgement.verdicts import shown
from nvr_conformance.reading.connection_information import cameras_in
from nvr_conformance.reading.login_page import read_uid
from nvr_conformance.reading.nal_units import codec_in
from nvr_conformance.reading.refusals import refused
from nvr_conformance.reading.rtp import quick_payload
from nvr_conformance.sources.wrong_address import advice
from nvr_conformance.wire.digest import read_challenges

if TYPE_CHECKING:
    from nvr_conformance.client.target import Hop, Target

UIDS_TAKEN = 8  # at a time, by a run that may not throw anybody out
LIVE_WAIT = 12.0  # seconds that a camera is given for its first packet
TELLING = 4  # packets that tell what they carry
TELLING_WAIT = 2.0  # seconds for them
NEVER_ISSUED = ("48611", "4861148611")  # UIDs, as nearly as can be
_PAGE_LIMIT = 1_000_000  # bytes of an answer that may be anybody's
_MODEL_BY_DIGITS = {5: 1, 10: 2, 19: 3}


def require_recorder(target: Target) -> Login:
    """Log in once. TargetUnreachableError, in one line, where nothing answers like a recorder at the target's
    address, and where it does not let the user in."""
    client = Client(target)
    try:
        exchange = client.request("GET", LOGIN, limit=_PAGE_LIMIT)
        if exchange.error is not None:
            raise _unreachable(target, str(exchange), advice(target, exchange))
        # One that gives a UID without a challenge is wrong, and yet a recorder.
        if not read_challenges(exchange.all_headers("WWW-Authenticate")) and read_uid(exchange) is None:
            said = f"not a recorder: dlogin.cgi answers {exchange}"
            raise _unreachable(target, said, advice(target, exchange))
        login = client.try_login()
        if login.page is login.challenge and login.page.status == 401:
            asked = "; ".join(exchange.all_headers("WWW-Authenticate"))
            said = f"its Digest challenge is none that can be answered: {asked}"
            raise _unreachable(
                target, said, "SHA-256, MD5 and SHA-512-256 can be, with qop auth, auth-int or none"
            )
        if login.page.status in (None, 401) and login.uid_text is None:
            raise _unreachable(
                target, f"login of {target.user!r} failed: {login.page}", _password_hint(target)
            )
        return login
    finally:
        client.close()


def require_room(target: Target) -> None:
    """Look whether the UIDs that a run takes are free, so that no login throws somebody out (§1.3).
    TargetUnreachableError, in one line, where they are not."""
    with closing(Client(target)) as client:
        counts = client.uid_counts()
    if counts is not None and counts.maximum - counts.used < UIDS_TAKEN:
        said = f"{counts.used} of {counts.maximum} UIDs are in use, and a run takes up to {UIDS_TAKEN}"
        raise _unreachable(target, said, "judge at another time, or throw others out with --allow eviction")


def _password_hint(target: Target) -> str:
    return "" if target.password else "no password was given: say --password, or set its environment variable"


def find_model(target: Target, login: Login) -> int:
    """The model, by the number of digits of a UID. TargetUnreachableError where that tells nothing."""
    if login.uid_text is None:
        raise _unreachable(target, f"login of {target.user!r} failed: {login.page}", _password_hint(target))
    digits = len(login.uid_text)
    model = _MODEL_BY_DIGITS.get(digits)
    if model is None:
        raise _unreachable(target, f"cannot tell the model from a UID of {digits} digits", "use --model")
    return model


def _unreachable(target: Target, said: str, hint: str = "") -> TargetUnreachableError:
    return TargetUnreachableError(shown(f"{target.url}: {said}" + (f"; {hint}" if hint else "")))


def find_cameras(target: Target) -> dict[int, int]:
    """Camera number to connection state (0 not registered, 1 normal, 2 error), from as_getinfo.cgi
    (§5.3.1)."""
    client = Client(target)
    try:
        exchange = client.get_digest(HARMLESS)
    finally:
        client.close()
    cameras = cameras_in(exchange.text)
    if not exchange.ok or not cameras:
        raise PrerequisiteFailed(f"as_getinfo.cgi names no camera: {exchange}")
    return cameras


def find_live_codecs(target: Target, camera: int) -> tuple[str, ...]:
    """Which of "H265" and "H264" bring media of that codec from this camera over HTTP within ``LIVE_WAIT``
    seconds."""
    client = Client(target)
    found = []
    try:
        session = client.login()
        session.get("live_setup")
        for codec in ("H265", "H264"):
            stream = session.run("HTTP", camera, codec, LIVE_WAIT)
            if stream.total:
                stream.wait_packets(TELLING, TELLING_WAIT)
                if codec_in(quick_payload(packet.data) for packet in stream.packets) in ("", codec):
                    found.append(codec)
            session.stop(stream)
            stream.close()
    finally:
        client.close()
    return tuple(found)


def find_refusals(target: Target) -> bool:
    """Whether a keep-alive with a UID that was never issued gets another answer than one with a valid UID."""
    client = Client(target)
    try:
        return not any(client.adopt(uid).get("keep_alive").ok for uid in NEVER_ISSUED)
    finally:
        client.close()


def find_hop(target: Target) -> Hop:
    """What comes of the answers that the document draws with Connection: Keep-Alive: whether any says so, or
    else whether any connection is kept."""
    with closing(Client(target)) as client:
        paths = (HARMLESS, command_url("recorded_time"))
        asked = [client.get_digest(path, prove_end=True) for path in paths]
        asked.append(client.login().get("log_errors", prove_end=True))
    if any(exchange.says_keep_alive for exchange in asked):
        return "said"
    return "kept" if any(exchange.goes_on for exchange in asked) else "closed"


def find_telling_log(target: Target) -> str:
    """The command of a log that gives entries to a valid UID: that of events, where logins stand, else that
    of errors; empty where neither does."""
    with closing(Client(target)) as client:
        session = client.login()
        return next((log for log in ("log_events", "log_errors") if not refused(session.get(log))), "")
