"""§1.3, §6.3: what is open about the end of a UID, and about the recorder's clock: downloads, and Date."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

from nvr_conformance.procedures.crowded_downloads import require_room, where_room_is
from nvr_conformance.scenario import (
    HARMLESS,
    LOGIN,
    Check,
    Client,
    Download,
    Exchange,
    Observe,
    Require,
    Target,
    player_in_recording,
    scenario,
)

HOUR = 3600
UNDERWAY = 12_000_000  # bytes: more than networks hold of what was sent already
PATIENCE = 5.0  # seconds that they may take
MINUTE = 60


@scenario("SES-09", "SES-21", "DWN-01", needs=("load",))
def test_a_download_whose_uid_ends(
    client: Client, target: Target, check: Check, observe: Observe, require: Require
) -> None:
    """An hour is asked for; when the first bytes of it have come, another UID logs out, and then this one."""
    player, first = player_in_recording(target, client)
    begin = (first.start or 0) // 100 // MINUTE * MINUTE
    player.session.logout()
    session = client.login()

    def ask() -> Download:
        download = session.download(first.camera, "MP4VO", begin, begin + HOUR)
        download.begin()
        return download

    download = where_room_is(client, ask)
    require_room(client, download)
    require(download.began, f"no file: {download}")
    client.login().logout()
    until = time.monotonic() + PATIENCE
    download.read(
        until=lambda: time.monotonic() > until or sum(part.size for part in download.parts) >= UNDERWAY
    )
    goes_on = not download.ended or (not download.problem and not download.parts[-1].size)
    check("DWN-01", goes_on, "goes on", download, "a download while another UID logs out")
    session.logout()
    answer = session.get("keep_alive")
    lives = session.lives_by(answer)
    check("SES-09", not lives, "refused", answer, "a UID with a download, right behind logout")
    require(not lives, "logout.cgi does not end the UID")
    download.read()
    whole = not download.problem and not download.parts[-1].size
    said = "goes on to its end" if whole else f"ends with it: {download.problem or 'no last part'}"
    observe("SES-21", said, "a download whose UID logs out")


@scenario("SES-21")
def test_the_date_of_answers(client: Client, target: Target, observe: Observe) -> None:
    """Whether answers of all kinds have a Date, and how far it is from the time of this host."""
    session = client.login()
    answers = {
        "the challenge": client.get(LOGIN),
        "the login page": session.page,
        "status.cgi": session.get("keep_alive"),
        "a log": session.get("log_errors"),
        "as_getinfo.cgi": client.get_digest(HARMLESS),
        "HEAD /": client.request("HEAD", "/"),
        "a path that is not there": client.get("/cgi-bin/none.cgi"),
        "a UID that has ended": _after_logout(client),
    }
    without = [name for name, answer in answers.items() if answer.header("Date") is None]
    observe("SES-21", f"every answer but {', '.join(without)}" if without else "every answer", "Date is in")
    now = target.unix_time()
    told = answers["as_getinfo.cgi"].header("Date")
    offset = None if told is None else _seconds_off(told, now)
    observe("SES-21", "not told" if offset is None else f"{offset:+.0f} s", "Date is off by")


def _after_logout(client: Client) -> Exchange:
    session = client.login()
    session.logout()
    return session.get("keep_alive")


def _seconds_off(date: str, now: float) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() - now
    except ValueError:
        return None
