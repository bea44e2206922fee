"""Downloads on a recorder that others download from as well (§6.3): all its places may be theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.client.downloads import GIVEN_UP
from nvr_conformance.judgement.outcomes import PrerequisiteFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.client.client import Client
    from nvr_conformance.client.downloads import Download

UNAUTHORISED = 401
TRIES = 6
PATIENCE = 10.0  # seconds between two tries
WORKED_OFF = 180.0  # seconds that an hour takes at twenty times real time; 26 were seen
TAKEN = "all places for downloads are taken: by other clients, or by what was given up"


def downloaded(client: Client, camera: int, kind: str, begin: int, end: int) -> Download:
    """One download on a UID of its own, read to its end. Times in Unix seconds, whole minutes.
    PrerequisiteFailed where the UID has ended meanwhile: that is for other requirements."""
    session = client.login()
    download = session.download(camera, kind, begin, end)
    download.read()
    if download.exchange.status == UNAUTHORISED and not session.is_alive():
        raise PrerequisiteFailed("the UID of a download ended before it")
    session.logout()
    return download


def whole_download(client: Client, camera: int, kind: str, begin: int, end: int) -> Download:
    """As ``downloaded``; where all places are taken and others may have them, again after a while.
    PrerequisiteFailed if no place becomes free."""
    download = where_room_is(client, lambda: downloaded(client, camera, kind, begin, end))
    require_room(client, download)
    return download


def where_room_is(client: Client, ask: Callable[[], Download]) -> Download:
    """A download as soon as a place is free; the last answer where none becomes free."""
    tries = 1
    while is_crowded_out(client, download := ask()):
        if tries >= TRIES and not may_run_on(client):
            break
        client.target.pass_time(PATIENCE)
        tries += 1
    return download


def require_room(client: Client, download: Download) -> None:
    """PrerequisiteFailed where a download did not begin for want of a place that others may have."""
    if is_crowded_out(client, download):
        raise PrerequisiteFailed(TAKEN)


def is_crowded_out(client: Client, download: Download) -> bool:
    """Whether a download got status 3 (too many at once) and no file, and others may have the places, or
    downloads that were given up."""
    refused = download.statuses[-1:] == ["3"] and not any(part.size for part in download.parts)
    return refused and (others(client) > 0 or may_run_on(client))


def may_run_on(client: Client) -> bool:
    """Whether a download that was given up may take its place still: nothing says when a recorder sees that
    nobody reads it, nor that it ends it then."""
    target = client.target

    def ask() -> bool:
        told = target.recall(GIVEN_UP)
        return told is not None and 0 <= target.arrival() - float(told[0]) < WORKED_OFF

    return target.told(GIVEN_UP, ask)


def others(client: Client) -> int:
    """How many UIDs are valid that are not ours; 0 where the recorder does not tell."""
    own = sum(session.is_alive() for session in client.sessions if not session.logged_out)
    counts = client.uid_counts()
    return 0 if counts is None else max(0, counts.used - own)
