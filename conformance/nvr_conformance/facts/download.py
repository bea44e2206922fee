"""Judging the answer to ``httpdl.cgi`` (§6.3): its part headers, its file names, its files.

Pure functions over what was read. Each looks at one thing: a file is judged by its bytes and not by its name,
a name not by the file.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from nvr_conformance.client.downloads import Download
    from nvr_conformance.reading.decoding import Decoded, DecodedFile
    from nvr_conformance.reading.gop import Gop
    from nvr_conformance.wire.download_multipart import DownloadPart

T = TypeVar("T")

TEMPORARY, PREVIOUS, STATUS = "X-Temp-FileName", "X-Prev-Filename", "X-RecData-Satus"
EDGE = 5.0  # seconds: a range may be cut at the GOPs at its ends
CLOCK = 0.02  # seconds: times on the wire are hundredths
_VALUE = re.compile(r'filename = "([^"]*)"')
_NAME = re.compile(r"(\d{3})_\d{12}_\d+_[0-9A-Fa-f]{2}_[0-9A-Fa-f]{2}_[0-9A-Fa-f]{2}\.(\w+)")
_FINAL = ("mp4", "n3r", "n3a", "n3n")


def name_in(part: DownloadPart, header: str) -> str:
    """The file name in a header, empty if there is none."""
    found = re.search(r'=\s*"?([^"]*)', part.header(header) or "")
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
    """DWN-03: each part has the three headers, once, in the form of §6.3.1."""
    expected = f'{TEMPORARY} and {PREVIOUS}: filename = "…", {STATUS}: 0 … 3 in each part'
    for number, part in enumerate(_some(parts), 1):
        for header in (TEMPORARY, PREVIOUS, STATUS):
            value = part.header(header)
            if value is None or part.count(header) != 1:
                said = f"part {number} at offset {part.offset}: {part.count(header)} headers {header}"
                return Fact(False, expected, said)
            form = re.fullmatch(r"[0-3]", value) if header == STATUS else _VALUE.fullmatch(value)
            if form is None:
                return Fact(False, expected, f"part {number} at offset {part.offset}: {header}: {value}")
    return Fact(True, expected, f"{len(parts)} parts")


def file_names(names: Sequence[str], camera: int) -> Fact:
    """DWN-03: the names are of the form of §6.3.1, and name the camera."""
    expected = f"names like {camera:03}_yymmddhhmmss_1000_7f_00_01.tmp"
    for name in _some(names):
        form = _NAME.fullmatch(name)
        if form is None or int(form[1]) != camera or suffix(name) not in ("tmp", *_FINAL):
            return Fact(False, expected, name)
    return Fact(True, expected, names[0])


def chain(parts: Sequence[DownloadPart]) -> Fact:
    """DWN-04: "" first and last; each part in between names the file of the part before, none twice."""
    expected = 'previous name "" first, temporary name "" last, each file named once'
    first, last = _some(parts)[0], parts[-1]
    if name := name_in(first, PREVIOUS):
        return Fact(False, expected, f"the first part has the previous name {name}")
    if (name := name_in(last, TEMPORARY)) or last.size:
        said = f"the last part, at offset {last.offset}, has the temporary name {name!r}, {last.size} bytes"
        return Fact(False, expected, said)
    for number, (part, following) in enumerate(pairwise(parts), 1):
        temporary, final = name_in(part, TEMPORARY), name_in(following, PREVIOUS)
        if not temporary or not final or suffix(final) == "tmp":
            where = f"part {number} at offset {part.offset}"
            return Fact(False, expected, f"{where} is {temporary!r} first and {final!r} in the end")
    for header in (TEMPORARY, PREVIOUS):
        names = Counter(name for part in parts if (name := name_in(part, header)))
        name, count = max(names.items(), key=lambda item: item[1], default=("", 0))
        if count > 1:
            return Fact(False, expected, f"{header} names {name} {count} times")
    return Fact(True, expected, f"{len(parts)} parts")


def status_without_file(download: Download, wanted: int) -> Fact:
    """DWN-06 … DWN-08: one part, with this status, without a body."""
    good = download.is_multipart and download.statuses == [str(wanted)] and not bodies(download)
    return Fact(good, f"one part, status {wanted}, no file", str(download))


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


def lasts(files: Sequence[DecodedFile], seconds: float) -> Fact:
    """DWN-01: the pictures of all files together last as long as the range, but for a GOP at its ends."""
    total = sum(max(file.times) - min(file.times) for file in _some(files) if file.times)
    return Fact(abs(total - seconds) <= EDGE, f"{seconds:.0f} s ± {EDGE:.0f}", f"{total:.2f} s of pictures")


def audio_lasts(files: Sequence[DecodedFile], seconds: float) -> Fact:
    """DWN-02: the audio decodes and lasts as long as the range."""
    total = sum(file.samples / file.rate for file in _some(files) if file.rate)
    errors = [error for file in files for error in file.errors]
    actual = f"{total:.2f} s of audio" + (f", {errors[0]}" if errors else "")
    return Fact(not errors and abs(total - seconds) <= EDGE, f"{seconds:.0f} s ± {EDGE:.0f} of audio", actual)


def suffixes(download: Download, wanted: Collection[str], at_least: int) -> Fact:
    """DWN-10: as many files, and each final name that is told ends as it should."""
    told, count = told_suffixes(download), len(bodies(download))
    expected = f"at least {at_least} file(s): {', '.join(sorted(wanted))}"
    good = count >= at_least and (told == set(wanted) or not told) and not download.problem
    return Fact(good, expected, f"{count} file(s): {', '.join(sorted(told)) or 'no names'} ({download})")


def witnesses(gops: Sequence[Gop], begin: int, end: int) -> list[Gop]:
    """Of GOPs of playback, those that a download can be held against: well formed, followed by another one
    right where they end, and beginning in a range (Unix seconds) but not at its very end."""
    return [
        gop
        for gop, following in pairwise(gops)
        if gop.start is not None
        and gop.length is not None
        and following.start is not None
        and not gop.chunk.problems
        and gop.video != following.video
        and abs(gop.start + gop.length - following.start) <= 100 * CLOCK
        and begin <= gop.start / 100 < end - EDGE
    ]


def same_pictures(gops: Sequence[Gop], decoded: Sequence[Decoded], file: DecodedFile, begin: int) -> Fact:
    """DWN-11: each picture of ``witnesses`` is in a file of the range from ``begin`` on, at its time.

    ``decoded``: the pictures of each GOP. The file's clock begins with its first picture, which is that of a
    GOP near ``begin``: which one, the first GOP tells.
    """
    expected = "the pictures of playback at their times"
    wanted = [
        (gop.start / 100 - begin, gop.interval / 100, [picture.luma for picture in pictures.pictures])
        for gop, pictures in zip(gops, decoded, strict=True)
        if gop.start is not None and gop.interval
    ]
    start, interval, lumas = _some(wanted)[0]
    shifts = [
        start - time
        for time in file.times
        if abs(start - time) < interval * len(lumas) - CLOCK and _stands_at(file, time, interval, lumas)
    ]
    if not shifts:
        return Fact(False, expected, f"the GOP {start:.2f} s into the range is not at its place in the file")
    for shift in shifts:
        missing = [at for at, pace, gop in wanted if not _stands_at(file, at - shift, pace, gop)]
        if not missing:
            return Fact(
                True, expected, f"{sum(len(gop[2]) for gop in wanted)} pictures in {len(wanted)} GOPs"
            )
    return Fact(False, expected, f"the GOP {missing[0]:.2f} s into the range is not at its place in the file")


def _stands_at(file: DecodedFile, time: float, interval: float, lumas: Sequence[str]) -> bool:
    """Whether these pictures follow one another in a file from ``time`` on, ``interval`` seconds apart."""
    first = bisect_left(file.times, time - CLOCK)
    times = file.times[first : first + len(lumas)]
    pictures = file.pictures[first : first + len(lumas)]
    return [picture.luma for picture in pictures] == list(lumas) and all(
        abs(at - time - number * interval) <= CLOCK for number, at in enumerate(times)
    )


def _some(items: Sequence[T]) -> Sequence[T]:
    if not items:
        raise NothingToJudge("nothing was downloaded")
    return items
