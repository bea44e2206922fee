"""Ranges that are recorded in part, whole or not at all: how long their files are (§6.3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvr_conformance.facts import download as facts
from nvr_conformance.procedures.crowded_downloads import whole_download
from nvr_conformance.procedures.download_lag import let_lag_pass
from nvr_conformance.reading.mp4_samples import read_times

if TYPE_CHECKING:
    from nvr_conformance.client.client import Client
    from nvr_conformance.client.downloads import Download
    from nvr_conformance.client.session import Session
    from nvr_conformance.engine.books import Check, Observe

MP4_KINDS = ("MP4VO", "MP4")
KINDS = (*MP4_KINDS, "N3", "N3VO", "LIST")


@dataclass(frozen=True)
class Range:
    """Whole minutes in Unix seconds, and of how many seconds between them there is a recording."""

    name: str
    begin: int
    end: int
    recorded: float


def judge_range(check: Check, client: Client, camera: int, asked: Range, slack: float) -> None:
    """MP4 without and with audio of a range, a part of which is recorded. ``slack``: seconds by which each of
    two ends may be elsewhere."""
    for kind in MP4_KINDS:
        download = whole_download(client, camera, kind, asked.begin, asked.end)
        judge_files(check, download, f"{kind} {asked.name}", asked.recorded, slack)


def judge_newest(
    check: Check, observe: Observe, client: Client, waiting: Session, camera: int, asked: Range, slack: float
) -> None:
    """As ``judge_range``, of what was recorded just now: where less is given at first, what is given some
    minutes later. ``waiting``: kept alive meanwhile."""
    given = {kind: whole_download(client, camera, kind, asked.begin, asked.end) for kind in MP4_KINDS}
    late = [kind for kind in MP4_KINDS if _falls_short(given[kind], asked.recorded, slack)]
    told = ", ".join(f"{kind} {'later' if kind in late else 'at once'}" for kind in MP4_KINDS)
    observe("DWN-12", told, f"a file {asked.name} is there")
    if late:
        let_lag_pass(waiting, asked.end)
        given |= {kind: whole_download(client, camera, kind, asked.begin, asked.end) for kind in late}
    for kind, download in given.items():
        judge_files(check, download, f"{kind} {asked.name}", asked.recorded, slack)


def judge_files(check: Check, download: Download, name: str, seconds: float, slack: float) -> None:
    """MP4 of so many seconds of recording, which may lie anywhere in a range."""
    files = [read_times(body) for body in facts.bodies(download)]
    if not check("DWN-13", files, f"{seconds:.0f} s of pictures", download, f"a file: {name}"):
        return
    check("DWN-13", *facts.pieces_last(files, seconds, slack), name)
    if any(file.audio_streams for file in files):
        check("DWN-02", *facts.audio_lasts(files), f"length of the audio: {name}")


def _falls_short(download: Download, seconds: float, slack: float) -> bool:
    files = [read_times(body) for body in facts.bodies(download)]
    return not files or facts.shown(files) < seconds - 2 * slack


def judge_nothing(check: Check, client: Client, camera: int, name: str, begin: int, end: int) -> None:
    """Every KIND of a range in which nothing is recorded."""
    for kind in KINDS:
        download = whole_download(client, camera, kind, begin, end)
        check("DWN-06", *facts.status_without_file(download, 1), f"{kind} {name}")


def over_a_gap(ahead: float, behind: float, slack: float) -> tuple[list[Range], tuple[int, int] | None]:
    """The ranges that begin or end about a gap in the recording, which begins at ``ahead`` and ends at
    ``behind`` (Unix seconds, each known to ``slack``); and one inside it, where it has room for a minute."""
    begin, end = int(ahead - 30) // 60 * 60, (int(behind + 30) // 60 + 1) * 60
    first, last = -(-int(ahead + slack + 1) // 60) * 60, int(behind - slack) // 60 * 60
    ranges = [Range("over a gap", begin, end, ahead - begin + end - behind)]
    if last > ahead + slack:
        ranges.append(Range("up to a gap", begin, last, ahead - begin))
    if first < behind - slack:
        ranges.append(Range("from a gap on", first, end, end - behind))
    return ranges, (first, last) if first < last else None
