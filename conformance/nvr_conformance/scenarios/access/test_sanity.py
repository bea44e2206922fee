"""First and last: does it work at all? What worked at first must work when all is over."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from nvr_conformance.client.player import AGO
from nvr_conformance.procedures.uid_commands import first_camera, written_uid
from nvr_conformance.scenario import (
    SECOND,
    Check,
    Client,
    Player,
    Require,
    ScenarioStopped,
    Session,
    Target,
    refused,
    scenario,
)
from nvr_conformance.wire.digest import choose_challenge, read_challenges

if TYPE_CHECKING:
    from collections.abc import Callable

WORKED = "worked at first"


@scenario("SES-02", place="first")
def test_sanity_at_first(target: Target, client: Client, check: Check) -> None:
    """Login, keep-alive, cameras, live, playback, logout: each once, and what works is remembered."""
    working = _working(target, client, check)
    target.remember(WORKED, working)


@scenario("SES-02", place="last")
def test_sanity_at_last(target: Target, client: Client, check: Check, require: Require) -> None:
    """The same again, when everything else is over."""
    working = _working(target, client, check)
    lost = [name for name in target.recall(WORKED) or () if name not in working]
    require(not lost, f"what worked at first works no more: {', '.join(lost)}")


def _working(target: Target, client: Client, check: Check) -> list[str]:
    """What works, by name."""
    login = client.try_login()
    asked = choose_challenge(read_challenges(login.challenge.all_headers("WWW-Authenticate")))
    if asked is None:  # that is for SES-01 to tell
        return []
    written = login.uid_text or written_uid(login.page)  # whether it can be a UID is for SES-04 to tell
    if not check("SES-02", written is not None, "a page with a UID", login.page, "login"):
        return []
    if login.uid_text is None:
        return []
    session = client.sessions[-1]
    steps: dict[str, Callable[[], bool]] = {
        "keep-alive": session.is_alive,
        "cameras": lambda: bool(target.cameras),
        "live": lambda: _live(target, session),
        "playback": lambda: _playback(target, session),
        "logout": lambda: not refused(session.logout()),
    }
    working = ["login"]
    for name, works in steps.items():
        with suppress(ScenarioStopped):
            if works():
                working.append(name)
    return working


def _live(target: Target, session: Session) -> bool:
    camera = first_camera(target)
    session.get("live_setup")
    stream = session.start_http(camera, target.live_codecs(camera)[0])
    came = not stream.refused and bool(stream.wait_packets(1))
    session.stop(stream)
    stream.close()
    return came


def _playback(target: Target, session: Session) -> bool:
    player, camera = Player(session), first_camera(target)
    player.choose(camera)
    # Where PLAY begins is open: perhaps with what is being recorded, of which nothing may be there yet.
    gop = player.with_room(camera, round(target.unix_time() - AGO) * SECOND)
    player.stop(round(target.unix_time()) * 100)
    return gop.given
