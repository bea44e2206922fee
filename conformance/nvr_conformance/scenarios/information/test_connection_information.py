"""§5.3.1: the form of as_getinfo.cgi, and what it says of cameras."""

from __future__ import annotations

import re

from nvr_conformance.client.mask import mask_lengths
from nvr_conformance.reading.connection_information import cameras_in
from nvr_conformance.scenario import (
    HARMLESS,
    Check,
    Client,
    Fact,
    NotTested,
    Observe,
    Require,
    Target,
    scenario,
)

_CAMERA = re.compile(rb"CAM_CONNECT_(\d{2,3})CH=([012])")
_DRAWN = (b"CAM_CONNECT", b"MAXUID", b"USEDUID")


@scenario("INF-06", setup={"channels": 128})
def test_connection_lines(
    client: Client, check: Check, observe: Observe, require: Require, not_tested: NotTested
) -> None:
    """The text line by line, and as many cameras as MASK has digits."""
    answer = client.get_digest(HARMLESS)
    require(answer.status != 401, f"as_getinfo.cgi lets nobody in: {answer}")
    check("INF-06", answer.ok, 200, answer, "status", basis="form")
    require(answer.ok, f"as_getinfo.cgi: {answer}")
    check("INF-06", *_line_ends(answer.body), "line ends", basis="form")
    lines = [line.strip() for line in answer.body.split(b"\n")]
    while lines and not lines[-1]:
        lines.pop()
    check("INF-06", lines[:1] == [b"<HTML>"], "<HTML>", lines[:1], "first line", basis="form")
    check("INF-06", lines[-1:] == [b"</HTML>"], "</HTML>", lines[-1:], "last line", basis="form")
    further = [line.decode("latin-1") for line in lines[1:-1] if _is_of_another_name(line)]
    observe("INF-06", ", ".join(further) or "none", "lines of other names")
    drawn = [line for line in lines[1:-1] if not _is_of_another_name(line)]
    tail = [line.partition(b"=")[0] for line in drawn if not line.startswith(b"CAM_CONNECT_")]
    counts = tail == [b"MAXUID", b"USEDUID"]
    check("INF-06", counts, "MAXUID, USEDUID", tail, "the lines behind the cameras", basis="form")
    check("INF-06", *_cameras_in_order(drawn[:-2]), "one line a camera, in their order", basis="form")

    count = len({line for line in lines if line.startswith(b"CAM_CONNECT_")})
    session = client.login()
    lengths = mask_lengths(session, count)
    if len(lengths) == 1:
        check(
            "INF-06", lengths == [count], lengths[0], count, "as many lines as MASK has digits", basis="form"
        )
    else:
        not_tested("INF-06", f"MASK is taken with {lengths or 'no number of'} digits")


def _is_of_another_name(line: bytes) -> bool:
    """Whether it is a maker's own: the document names what there is, and forbids nothing besides."""
    name, equals, _ = line.partition(b"=")
    return bool(equals) and name.replace(b"_", b"").isalnum() and not name.startswith(_DRAWN)


def _line_ends(body: bytes) -> Fact:
    bare = body.replace(b"\r\n", b"").count(b"\n")
    whole = body.endswith(b"\r\n") and not bare
    return Fact(whole, "CRLF behind every line", f"{bare} bare LF, ends with {body[-8:]!r}")


def _cameras_in_order(lines: list[bytes]) -> Fact:
    for number, line in enumerate(lines, 1):
        match = _CAMERA.fullmatch(line)
        expected = b"%02d" % number
        if match is None or match[1] != expected:
            wanted = f"CAM_CONNECT_{expected.decode()}CH=0, 1 or 2"
            return Fact(False, wanted, line.decode("latin-1"))
    return Fact(bool(lines), "CAM_CONNECT_01CH and on", f"{len(lines)} cameras")


@scenario(
    "INF-06",
    needs=("state",),
    setup={
        "channels": 128,
        "cameras": [
            *({"number": number, "fixture": "counter-small"} for number in (1, 10, 100)),
            *({"number": number, "fixture": "counter-small", "state": "lost"} for number in (3, 65, 128)),
        ],
    },
)
def test_connection_states(target: Target, client: Client, check: Check, require: Require) -> None:
    """Each camera's line against what the recorder's control port knows: 0, 1 or 2; of high numbers too."""
    state = require(target.state(), "the control port tells nothing")
    assert state is not None
    known = {int(camera["number"]): int(camera["connection"]) for camera in state["cameras"]}
    require(known, "no camera is registered")
    answer = client.get_digest(HARMLESS)
    require(answer.ok, f"as_getinfo.cgi: {answer}")
    said = cameras_in(answer.text)
    for number, wanted in known.items():
        actual = said.get(number)
        check("INF-06", actual == wanted, wanted, actual, f"camera {number}", basis="state")
    others = {number: state for number, state in said.items() if number not in known}
    wrong = {number: state for number, state in others.items() if state != 0}
    check(
        "INF-06",
        not wrong,
        "0 of each",
        wrong or "0 of each",
        "cameras that are not registered",
        basis="state",
    )
