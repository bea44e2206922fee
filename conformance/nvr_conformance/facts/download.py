"""Judging the answer to ``httpdl.cgi`` (§6.3): its part headers, its file names, its files.

Pure functions over what was read. Each looks at one thing: a file is judged by its bytes and not by its name,
a name not by the file.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, TypeVar

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from nvr_conformance.client.downloads import Download
    from nvr_conformance.reading.decoding import Decoded, DecodedFile
    from nvr_conformance.reading.gop import Gop
    from nvr_conformance.wire.download_multipart import DownloadPart

T = TypeVar("T")

TEMPORARY, PREVIOUS, STATUS = "X-Temp-FileName", "X-Prev-Filename", "X-RecData-Satus"
NORMAL = "0"
EDGE = 10.0  # seconds, or one GOP: a range may begin and end so far from where it was asked for
CLOCK = 0.03  # seconds: times on the wire are hundredths
DRIFT = 0.005  # by which the clock of a file, which may count pictures of one length, may be off
HOLE = 2.0  # seconds between two pictures: more is a hole, unless they come that slowly
SHORT_HOLE = 0.5  # what may be one: a GOP that is left out
_NAMED = re.compile(r'=\s*"?([^"]*)')
_STATUS = re.compile(r"[0-3]")
_VALUE = re.compile(r'filename\s*=\s*"([^"]*)"', re.IGNORECASE)


def name_in(part: DownloadPart, header: str) -> str:
    """The file name in a header, empty if there is none."""
    found = _NAMED.search(part.header(header) or "")
    return found[1].strip() if found else ""


def suffix(name: str) -> str:
    """Behind the last dot, in lower case."""
    return name.rpartition(".")[2].lower()


def told_names(download: Download) -> list[str]:
    """All names in the headers, in order."""
    headers = ((part, header) for part in download.parts for header in (PREVIOUS, TEMPORARY))
    return [name for part, header in headers if (name := name_in(part, header))]


def told_suffixes(download: Download) -> set[str]:
    """The suffixes of the final names that the parts tell; a name that is still temporary does not count."""
    names = {suffix(name) for part in download.parts[1:] if (name := name_in(part, PREVIOUS))}
    return names - {"tmp"}


def bodies(download: Download) -> list[bytes]:
    """The content of each file, whatever its name."""
    return [bytes(part.body) for part in download.parts if part.size]


def part_headers(parts: Sequence[DownloadPart]) -> Fact:
    """DWN-03: each part has the three headers, once, in the form of §6.3.1; blanks and case are open."""
    expected = f'{TEMPORARY} and {PREVIOUS}: filename = "…", {STATUS}: 0 … 3 in each part'
    for number, part in enumerate(_some(parts), 1):
        for header in (TEMPORARY, PREVIOUS, STATUS):
            value = part.header(header)
            if value is None or part.count(header) != 1:
                said = f"part {number} at offset {part.offset}: {part.count(header)} headers {header}"
                return Fact(False, expected, said)
            form = _STATUS.fullmatch(value) if header == STATUS else _VALUE.fullmatch(value)
            if form is None:
                return Fact(False, expected, f"part {number} at offset {part.offset}: {header}: {value}")
    return Fact(True, expected, f"{len(parts)} parts")


def chain(parts: Sequence[DownloadPart]) -> Fact:
    """DWN-04: "" first and last; each part in between names the file of the part before, none twice.

    A refusal is not drawn: its one part may have a name, and there is no file whose names must agree.
    """
    expected = 'previous name "" first, temporary name "" last, each file named once'
    first, last = _some(parts)[0], parts[-1]
    if name := name_in(first, PREVIOUS):
        return Fact(False, expected, f"the first part has the previous name {name}")
    refused = _is_refusal(parts)
    if not (refused and last is first) and ((name := name_in(last, TEMPORARY)) or last.size):
        said = f"the last part, at offset {last.offset}, has the temporary name {name!r}, {last.size} bytes"
        return Fact(False, expected, said)
    for number, (part, following) in enumerate(pairwise(parts), 1):
        temporary, final = name_in(part, TEMPORARY), name_in(following, PREVIOUS)
        if not refused and (not temporary or not final or suffix(final) == "tmp"):
            where = f"part {number} at offset {part.offset}"
            return Fact(False, expected, f"{where} is {temporary!r} first and {final!r} in the end")
    for header in (TEMPORARY, PREVIOUS):
        names = Counter(name for part in parts if (name := name_in(part, header)))
        name, count = max(names.items(), key=lambda item: item[1], default=("", 0))
        if count > 1:
            return Fact(False, expected, f"{header} names {name} {count} times")
    return Fact(True, expected, f"{len(parts)} parts")


def _is_refusal(parts: Sequence[DownloadPart]) -> bool:
    """Whether no file came, and the end says why."""
    return not any(part.size for part in parts) and parts[-1].status not in (None, NORMAL)


def status_without_file(download: Download, wanted: int) -> Fact:
    """DWN-06 … DWN-08: this status and no file. In how many parts is open: the last one says it, those before
    say it as well, or that all is normal so far."""
    *before, last = download.statuses or [None]
    said = last == str(wanted) and set(before) <= {NORMAL, str(wanted)}
    good = download.is_multipart and said and not bodies(download)
    return Fact(good, f"status {wanted} in the end, no file", str(download))


def plays(files: Sequence[DecodedFile]) -> Fact:
    """DWN-01, DWN-05: each file decodes by itself, without a complaint."""
    expected = "files that each play by themselves"
    for number, file in enumerate(files, 1):
        if file.errors or not file.pictures:
            problem = file.errors[0] if file.errors else "no pictures"
            return Fact(False, expected, f"file {number} of {len(files)}: {problem}")
    return Fact(
        bool(files), expected, f"{len(files)} files, {sum(len(file.pictures) for file in files)} pictures"
    )


def streams(files: Sequence[DecodedFile], *, audio: bool) -> Fact:
    """DWN-01, DWN-02: one stream of pictures, and one of audio or none."""
    expected = f"one stream of pictures, {'one' if audio else 'none'} of audio"
    found = {(file.video_streams, file.audio_streams) for file in _some(files)}
    actual = " and ".join(f"{video} of pictures, {heard} of audio" for video, heard in sorted(found))
    return Fact(found == {(1, int(audio))}, expected, actual)


def audio_lasts(files: Sequence[DecodedFile]) -> Fact:
    """DWN-02: the audio of each file decodes and lasts about as long as its pictures; of a hole between them
    it is open whether audio fills it."""
    told = []
    for file in _some(files):
        whole = file.stored[-1] - file.stored[0] if file.stored else 0.0
        shown = _shown(file) if len(file.stored) > 1 else 0.0
        lasts = file.samples / file.rate if file.rate else 0.0
        off = 0.0 if shown <= lasts <= whole else min(abs(lasts - shown), abs(lasts - whole))
        told.append((bool(file.errors), off, lasts, whole))
    _, off, lasts, whole = max(told)
    errors = [error for file in files for error in file.errors]
    actual = f"{lasts:.2f} s of audio" + (f", {errors[0]}" if errors else "")
    return Fact(not errors and off <= EDGE, f"{whole:.0f} s ± {EDGE:.0f} of audio", actual)


def slack_of(gops: Iterable[Gop]) -> float:
    """By how many seconds a range may begin and end elsewhere: one GOP, or 10 s."""
    return max([EDGE, *(gop.length / 100 for gop in gops if gop.length is not None)])


def covers(files: Sequence[DecodedFile], seconds: float, slack: float, began: float | None = None) -> Fact:
    """DWN-13: the pictures begin within ``slack`` of the range's begin, reach to within it of its end, and
    leave no hole.

    ``began``: where the first picture lies in the range, in seconds, where that is known (``shifts``); else
    the length alone is judged.
    """
    expected = f"{seconds:.0f} s of pictures without a hole, each end ± {slack:.0f} s"
    total = sum(_length(file) for file in _some(files))
    hole = max(_hole(file) for file in files)
    if began is None:
        right = abs(total - seconds) <= 2 * slack
        actual = f"{total:.2f} s"
    else:
        right = abs(began) <= slack and abs(began + total - seconds) <= slack
        actual = f"{began:+.2f} s to {began + total:.2f} s of the range"
    return Fact(right and not hole, expected, actual + (f", a hole of {hole:.2f} s" if hole else ""))


def where_it_begins(files: Sequence[DecodedFile], shifts: Sequence[float], seconds: float) -> float:
    """Where the first picture lies in a range of so many seconds. ``shifts``: where the first file's time 0
    may lie; of a scene that looks the same several times that counts which suits both ends best."""
    first, total = files[0].stored[0], sum(_length(file) for file in files)
    return min(
        (shift + first for shift in shifts),
        key=lambda began: max(abs(began), abs(began + total - seconds)),
    )


def pieces_last(files: Sequence[DecodedFile], seconds: float, slack: float) -> Fact:
    """DWN-13: pictures of so many seconds, whatever lies between them: a gap may stand in one file or end it;
    each of the two ends of the range, and of the gap, is known to ``slack``."""
    total = shown(files)
    return Fact(abs(total - seconds) <= 2 * slack, f"{seconds:.0f} s of pictures", f"{total:.2f} s")


def shown(files: Sequence[DecodedFile]) -> float:
    """Seconds of pictures in these files, holes left out."""
    return sum(_shown(file) for file in _some(files) if len(file.stored) > 1)


def _length(file: DecodedFile) -> float:
    """Seconds from its first picture to the end of its last."""
    if len(file.stored) < 2:
        return 0.0
    return file.stored[-1] - file.stored[0] + _usual(file)


def _usual(file: DecodedFile) -> float:
    """Seconds from picture to picture, mostly."""
    return median(after - before for before, after in pairwise(file.stored))


def _shown(file: DecodedFile) -> float:
    """Seconds of pictures, holes left out; how long each stands may change."""
    usual, hole = _usual(file), _hole_from(file)
    steps = (after - before for before, after in pairwise(file.stored))
    return usual + sum(step if step <= hole else usual for step in steps)


def _hole(file: DecodedFile) -> float:
    """The longest time without a picture, where that is a hole; else 0."""
    if len(file.stored) < 2:
        return 0.0
    longest = max(after - before for before, after in pairwise(file.stored))
    return longest if longest > _hole_from(file) else 0.0


def _hole_from(file: DecodedFile) -> float:
    """Seconds from picture to picture beyond which there is a hole between them."""
    return max(HOLE, 3 * _usual(file))


def suffixes(download: Download, wanted: Collection[str], at_least: int) -> Fact:
    """DWN-10: as many files, and each final name that is told ends as it should."""
    told, count = told_suffixes(download), len(bodies(download))
    expected = f"at least {at_least} file(s): {', '.join(sorted(wanted))}"
    good = count >= at_least and (told == set(wanted) or not told) and not download.problem
    return Fact(good, expected, f"{count} file(s): {', '.join(sorted(told)) or 'no names'} ({download})")


def witnesses(gops: Sequence[Gop], begin: int, end: int) -> list[Gop]:
    """Of GOPs of playback, those that a download can be held against: well formed, followed by another one
    within ``EDGE``, and beginning in a range (Unix seconds) but not at its very end."""
    return [
        gop
        for gop, following in pairwise(gops)
        if gop.start is not None
        and following.start is not None
        and not gop.chunk.problems
        and 0 < following.start - gop.start <= 100 * max(EDGE, (gop.length or 0) / 100 + 1)
        and begin <= gop.start / 100 < end - EDGE
    ]


def shifts(gops: Sequence[Gop], decoded: Sequence[Decoded], file: DecodedFile, begin: int) -> list[float]:
    """Where the file's time 0 lies in the range from ``begin`` on, in seconds, by the first of ``witnesses``:
    the nearest first, as a scene may look the same several times. Empty where its pictures are not there.

    ``decoded``: the pictures of each GOP.
    """
    first, pictures = _some(gops)[0], _some(decoded)[0]
    assert first.start is not None
    start = first.start / 100 - begin
    lumas = [picture.luma for picture in pictures.pictures]
    return sorted((start - time for time in file.times if _stands_at(file, time, lumas)), key=abs)


def same_pictures(gops: Sequence[Gop], decoded: Sequence[Decoded], file: DecodedFile, begin: int) -> Fact:
    """DWN-11: the pictures of each of ``witnesses`` are in a file of the range from ``begin`` on, one behind
    the other, and each GOP at its time: the file's clock is told by the first of them (``shifts``)."""
    expected = "the pictures of playback at their times"
    starts = [(gop.start or 0) / 100 - begin for gop in _some(gops)]
    slacks = [clock_slack(gop, gops[0]) for gop in gops]
    lumas = [[picture.luma for picture in pictures.pictures] for pictures in decoded]
    found = shifts(gops, decoded, file, begin)
    missing = starts[0]
    for shift in found:
        wanted = zip(starts, lumas, slacks, strict=True)
        absent = [start for start, gop, slack in wanted if not _stands_at(file, start - shift, gop, slack)]
        if not absent:
            return Fact(True, expected, f"{sum(map(len, lumas))} pictures in {len(gops)} GOPs")
        missing = absent[0]
    return Fact(False, expected, f"the GOP {missing:.2f} s into the range is not at its place in the file")


def has_pictures(gop: Gop, decoded: Decoded, part: DecodedFile, place: float) -> Fact:
    """DWN-11: the pictures of a GOP of playback follow one another in this part of a file. ``place``: seconds
    into the range, for reports."""
    expected = "the pictures of playback"
    lumas = [picture.luma for picture in decoded.pictures]
    if decoded.errors or not lumas:
        raise NothingToJudge("what playback gives does not decode")
    first, last = min(part.times, default=0.0), max(part.times, default=0.0)
    there = _stands_at(part, (first + last) / 2, lumas, last - first)
    where = f"the GOP {place:.2f} s into the range"
    found = f"those of {where}" if there else f"{where} is not among {len(part.pictures)} pictures around it"
    return Fact(there, expected, found)


def holes(file: DecodedFile) -> list[tuple[float, float]]:
    """Where a file has no pictures for a while: from when to when, in its own time."""
    if len(file.stored) < 2:
        return []
    least = max(SHORT_HOLE, 3 * _usual(file))
    return [(before, after) for before, after in pairwise(file.stored) if after - before > least]


def no_hole(gops: Sequence[Gop], begin: float, end: float, before: float, after: float) -> Fact:
    """DWN-13: a hole of a file, from ``before`` to ``after`` in its own time, is one of playback, too.

    ``gops``: what playback gives from ``begin`` to ``end`` (Unix seconds), between which the hole must lie.
    """
    told = f"a hole of {after - before:.1f} s, {before:.0f} s into the file"
    spans = [(gop.start / 100, gop.length / 100) for gop in gops if gop.start is not None and gop.length]
    if not spans or len(spans) < len(gops):
        raise NothingToJudge(f"{told}; how long what playback gives lasts is not known")
    gaps = [following - start - length for (start, length), (following, _) in pairwise(spans)]
    lasts = after - before
    if lasts <= HOLE and lasts <= max(length for _, length in spans):
        raise NothingToJudge(f"{told}, as a camera leaves that sends now fast and now slowly")
    is_whole = spans[0][0] <= begin + EDGE and spans[-1][0] >= end and max(gaps, default=0.0) < lasts / 2
    return Fact(not is_whole, "no hole where playback has none", told)


def clock_slack(gop: Gop, first: Gop) -> float:
    """Seconds by which a GOP may stand elsewhere in a file whose clock is told by another one."""
    return CLOCK + DRIFT * abs((gop.start or 0) - (first.start or 0)) / 100


def _stands_at(file: DecodedFile, time: float, lumas: Sequence[str], slack: float = CLOCK) -> bool:
    """Whether these pictures follow one another in a file from about ``time`` on."""
    place = bisect_left(file.times, time - slack)
    while lumas and place < len(file.pictures) and file.times[place] <= time + slack:
        if [picture.luma for picture in file.pictures[place : place + len(lumas)]] == list(lumas):
            return True
        place += 1
    return False


def _some(items: Sequence[T]) -> Sequence[T]:
    if not items:
        raise NothingToJudge("nothing was downloaded")
    return items
