"""What the judge must find out about a recorder before it can judge: is it one, which model, which
cameras."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nvr_conformance.client import HARMLESS, Client
from nvr_conformance.outcomes import PrerequisiteFailed, TargetUnreachableError

if TYPE_CHECKING:
    from nvr_conformance.target import Target

LIVE_WAIT = 12.0  # seconds that a camera is given for its first packet
_MODEL_BY_DIGITS = {5: 1, 10: 2, 19: 3}
_CAMERA_LINE = re.compile(r"CAM_CONNECT_0*(\d{1,5})CH=(\d)")


def require_recorder(target: Target) -> None:
    """TargetUnreachableError, in one line, where nothing answers like a recorder at the target's address."""
    client = Client(target)
    try:
        exchange = client.get("/cgi-bin/dlogin.cgi?UID=-1")
        if exchange.error is not None:
            raise TargetUnreachableError(f"{target.url}: {exchange}")
        challenged = exchange.status == 401 and exchange.header("WWW-Authenticate") is not None
        if not (challenged or exchange.status == 200):
            raise TargetUnreachableError(f"{target.url}: not a recorder: dlogin.cgi answers {exchange}")
    finally:
        client.close()


def find_model(target: Target) -> int:
    """The model, by the number of digits of a UID. TargetUnreachableError where that tells nothing."""
    client = Client(target)
    try:
        login = client.try_login()
        if login.uid_text is None:
            raise TargetUnreachableError(f"{target.url}: login of {target.user!r} failed: {login.page}")
        model = _MODEL_BY_DIGITS.get(len(login.uid_text))
        if model is None:
            digits = len(login.uid_text)
            raise TargetUnreachableError(
                f"{target.url}: cannot tell the model from a UID of {digits} digits: use --model"
            )
        return model
    finally:
        client.close()


def find_cameras(target: Target) -> dict[int, int]:
    """Camera number to connection state (0 not registered, 1 normal, 2 error), from as_getinfo.cgi
    (§5.3.1)."""
    client = Client(target)
    try:
        exchange = client.get_digest(HARMLESS)
    finally:
        client.close()
    cameras = {int(number): int(state) for number, state in _CAMERA_LINE.findall(exchange.text[:100_000])}
    if not exchange.ok or not cameras:
        raise PrerequisiteFailed(f"as_getinfo.cgi names no camera: {exchange}")
    return cameras


def find_live_codecs(target: Target, camera: int) -> tuple[str, ...]:
    """Which of "H265" and "H264" bring media from this camera over HTTP within ``LIVE_WAIT`` seconds."""
    client = Client(target)
    found = []
    try:
        session = client.login()
        session.get("live_setup")
        for codec in ("H265", "H264"):
            stream = session.start_http(camera, codec)
            if not stream.refused and stream.wait_packets(1, LIVE_WAIT):
                found.append(codec)
            session.stop(stream)
            stream.close()
    finally:
        client.close()
    return tuple(found)
