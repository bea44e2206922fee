"""Downloads on a recorder that others download from as well (§6.3): all its places may be theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.judgement.outcomes import PrerequisiteFailed

if TYPE_CHECKING:
    from nvr_conformance.client.client import Client
    from nvr_conformance.client.downloads import Download

UNAUTHORISED = 401
TRIES = 6
PATIENCE = 10.0  # seconds between two tries
TAKEN = "other clients are logged in, and all places for downloads are taken"


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
    for _ in range(TRIES):
        download = downloaded(client, camera, kind, begin, end)
        if not is_crowded_out(client, download):
            return download
        client.target.pass_time(PATIENCE)
    raise PrerequisiteFailed(TAKEN)


def is_crowded_out(client: Client, download: Download) -> bool:
    """Whether a download got status 3 (too many at once) and no file, and others may have the places."""
    refused = download.statuses[-1:] == ["3"] and not any(part.size for part in download.parts)
    return refused and others(client) > 0


def others(client: Client) -> int:
    """How many UIDs are valid that are not ours; 0 where the recorder does not tell."""
    own = sum(session.is_alive() for session in client.sessions if not session.logged_out)
    counts = client.uid_counts()
    return 0 if counts is None else max(0, counts.used - own)
