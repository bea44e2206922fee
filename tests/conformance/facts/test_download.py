"""DWN-02, DWN-03, DWN-11, DWN-13: what the document leaves open of a download is held against nobody."""

from __future__ import annotations

import struct
from types import SimpleNamespace

import pytest

from nvr_conformance.facts import download as judging
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.decoding import Decoded, DecodedFile, Picture
from nvr_conformance.reading.mp4_boxes import build_of, top_boxes
from nvr_conformance.wire.download_multipart import DownloadPart

BEGIN = 1_714_000_000
GOP = 5.0  # seconds
PACE = 0.2


def part(temporary='filename = "a.tmp"', previous='filename = ""', status="0", names=str):
    fields = {"X-Temp-FileName": temporary, "X-Prev-Filename": previous, "X-RecData-Satus": status}
    return DownloadPart(tuple((names(name), value) for name, value in fields.items()))


@pytest.mark.parametrize(
    ("given", "right"),
    [
        (part(), True),
        (part(names=str.lower), True),
        (part('filename="a.tmp"', 'filename=""'), True),
        (part('FileName  =  "a.tmp"'), True),
        (part("filename = a.tmp"), False),
        (part(status="4"), False),
        (part(status="00"), False),
    ],
)
def test_blanks_and_case_of_the_part_headers_are_open(given, right):
    assert judging.part_headers([part(), given]).ok is right


FIRST, LAST = ('filename = "a.tmp"', 'filename = ""'), ('filename = ""', 'filename = "a.mp4"')
NAMELESS = ('filename = ""', 'filename = ""')


def refused(*parts, body=b""):
    """A download of these parts, each the two names and the status."""
    made = [part(temporary, previous, status) for (temporary, previous), status in parts]
    made[0].body, made[0].size = bytearray(body), len(body)
    return SimpleNamespace(parts=made, is_multipart=True, statuses=[each.status for each in made])


REFUSALS = {
    "one part": ((NAMELESS, "1"),),
    "one part, as at a begin": ((FIRST, "1"),),
    "as drawn": ((FIRST, "1"), (LAST, "1")),
    "as drawn, told at the end": ((FIRST, "0"), (LAST, "1")),
    "two parts, and no file to name": ((FIRST, "1"), (NAMELESS, "1")),
    "two parts without names": ((NAMELESS, "1"), (NAMELESS, "1")),
}


@pytest.mark.parametrize("parts", REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_not_drawn(parts):
    download = refused(*parts)
    assert judging.status_without_file(download, 1).ok
    assert judging.chain(download.parts).ok
    assert not judging.status_without_file(download, 2).ok
    assert not judging.status_without_file(refused(*parts, body=b"x"), 1).ok


@pytest.mark.parametrize(
    "parts",
    [
        ((NAMELESS, "0"),),
        ((FIRST, "0"), (LAST, "0")),
        ((FIRST, "1"), (LAST, "0")),
        ((FIRST, "2"), (LAST, "1")),
        ((FIRST, "1"), (LAST, "")),
    ],
)
def test_a_refusal_says_its_status_in_the_end_and_no_other(parts):
    assert not judging.status_without_file(refused(*parts), 1).ok


@pytest.mark.parametrize(
    "parts",
    [
        ((LAST, "1"),),
        ((FIRST, "1"), (FIRST, "1")),
        ((LAST, "1"), (LAST, "1")),
        ((FIRST, "0"), (NAMELESS, "0")),
        ((NAMELESS, "0"), (LAST, "0")),
        ((FIRST, "0"),),
    ],
)
def test_no_name_ahead_of_the_first_file_nor_behind_the_last_one(parts):
    assert not judging.chain(refused(*parts).parts).ok


def picture(number):
    return Picture(320, 180, f"picture {number}", number % 25 == 0)


def file_of(first, seconds, *, holes=(), audio=0.0):
    """Pictures from ``first`` s into the range on; numbered by their place in it."""
    numbers = [
        round(first / PACE) + number
        for number in range(round(seconds / PACE))
        if not any(begin <= first + number * PACE < end for begin, end in holes)
    ]
    times = [(number - numbers[0]) * PACE for number in numbers]
    made = DecodedFile(pictures=[picture(number) for number in numbers], times=times, stored=list(times))
    made.samples, made.rate = round(audio * 8000), 8000
    return made


def gop(second):
    """A GOP of playback that begins there, and what it decodes to."""
    numbers = range(round(second / PACE), round((second + GOP) / PACE))
    chunk = SimpleNamespace(problems=[])
    seen = SimpleNamespace(start=(BEGIN + second) * 100, length=GOP * 100, chunk=chunk, video=bytes([second]))
    return seen, Decoded([picture(number) for number in numbers])


GOPS, DECODED = zip(*(gop(second) for second in (0, 5, 10)), strict=True)


@pytest.mark.parametrize("first", [0.0, -4.8, 4.0, -9.8, 9.8])
def test_a_file_may_begin_at_a_key_picture_about_the_range(first):
    made = file_of(first, 60.0 - first)
    gops, decoded = (GOPS, DECODED) if first <= 0 else zip(*(gop(second) for second in (10, 15)), strict=True)
    assert judging.same_pictures(gops, decoded, made, BEGIN).ok
    (began,) = judging.shifts(gops, decoded, made, BEGIN)
    assert began == pytest.approx(first, abs=0.05)
    assert judging.covers([made], 60.0, judging.slack_of(gops), began).ok


@pytest.mark.parametrize(
    ("first", "seconds", "right"),
    [(-12.0, 72.0, False), (0.0, 48.0, False), (0.0, 69.0, True), (0.0, 72.0, False), (-9.0, 60.0, True)],
)
def test_each_end_has_its_own_slack(first, seconds, right):
    made = file_of(first, seconds)
    assert judging.covers([made], 60.0, 10.0, first).ok is right


def test_without_a_place_in_the_range_the_length_is_judged():
    assert judging.covers([file_of(0.0, 41.0)], 60.0, 10.0).ok
    assert not judging.covers([file_of(0.0, 39.0)], 60.0, 10.0).ok
    assert judging.covers([file_of(0.0, 30.0), file_of(30.0, 30.0)], 60.0, 10.0, 0.0).ok


def test_a_long_gop_is_room_enough():
    long = SimpleNamespace(length=2000)
    assert judging.slack_of([*GOPS, long]) == 20.0
    assert judging.covers([file_of(-19.0, 79.0)], 60.0, 20.0, -19.0).ok


def test_a_hole_is_found_unless_pictures_come_that_slowly():
    fact = judging.covers([file_of(0.0, 60.0, holes=[(30.0, 33.0)])], 60.0, 10.0, 0.0)
    assert not fact.ok
    assert "a hole of 3.20 s" in fact.actual
    slow = DecodedFile(stored=[3.0 * number for number in range(20)])
    assert judging.covers([slow], 60.0, 10.0, 0.0).ok


def test_a_gap_is_no_hole_but_what_is_recorded_behind_it_counts():
    over = file_of(0.0, 60.0, holes=[(10.0, 40.0)])
    assert judging.pieces_last([over], 30.0, 10.0).ok
    assert judging.pieces_last([file_of(0.0, 15.0), file_of(0.0, 15.0)], 30.0, 10.0).ok
    assert not judging.pieces_last([file_of(0.0, 15.0)], 40.0, 10.0).ok
    with pytest.raises(NothingToJudge):
        judging.pieces_last([], 30.0, 10.0)


def test_pictures_that_are_not_those_of_playback():
    made = file_of(0.0, 60.0)
    wrong = [DECODED[0], Decoded([picture(999) for _ in range(25)]), DECODED[2]]
    assert not judging.same_pictures(GOPS, wrong, made, BEGIN).ok
    assert not judging.same_pictures(GOPS, [DECODED[0], DECODED[0], DECODED[2]], made, BEGIN).ok
    assert judging.shifts(GOPS, [Decoded([picture(999)]), *DECODED[1:]], made, BEGIN) == []
    with pytest.raises(NothingToJudge):
        judging.same_pictures([], [], made, BEGIN)


def test_pictures_that_come_at_another_rate_than_was_set():
    """At night a camera may send half of them: they are held by their order and by when their GOP begins."""
    made = file_of(0.0, 20.0)
    made.times = [time if time < GOP else GOP + 2 * (time - GOP) for time in made.times]
    gops = [gop(0)[0], SimpleNamespace(**{**vars(gop(5)[0]), "length": 2 * GOP * 100})]
    assert judging.same_pictures(gops, DECODED[:2], made, BEGIN).ok


def test_a_gop_is_looked_for_around_its_time():
    made = file_of(0.0, 60.0)
    seen, decoded = gop(10)
    assert judging.has_pictures(seen, decoded, made, 10.0).ok
    decoded.pictures.reverse()
    assert not judging.has_pictures(seen, decoded, made, 10.0).ok
    assert not judging.has_pictures(seen, gop(10)[1], DecodedFile(), 10.0).ok
    with pytest.raises(NothingToJudge):
        judging.has_pictures(seen, Decoded(errors=["damaged"]), made, 10.0)


def test_holes_are_those_beyond_the_usual_pace():
    assert judging.holes(file_of(0.0, 60.0)) == judging.holes(DecodedFile()) == []
    ((before, after),) = judging.holes(file_of(0.0, 60.0, holes=[(30.0, 33.0)]))
    assert after - before == pytest.approx(3.2)


@pytest.mark.parametrize(
    ("seconds", "is_breach"),
    [
        (range(0, 65, 5), True),
        ([*range(0, 25, 5), *range(40, 65, 5)], False),  # the recording has the gap, too
        (range(0, 40, 5), False),  # it is not known what follows
        (range(20, 65, 5), False),
        ((), None),
    ],
)
def test_a_hole_is_one_where_playback_has_none(seconds, is_breach):
    gops = [gop(second)[0] for second in seconds]
    given = (gops, BEGIN, BEGIN + 60, 25.0, 40.0)
    if is_breach is None:
        with pytest.raises(NothingToJudge, match="a hole of"):
            judging.no_hole(*given)
    else:
        assert judging.no_hole(*given).ok is not is_breach


def test_a_gop_of_unknown_length_tells_nothing_of_a_hole():
    gops = [gop(second)[0] for second in range(0, 65, 5)]
    gops[3].length = None
    with pytest.raises(NothingToJudge, match="is not known"):
        judging.no_hole(gops, BEGIN, BEGIN + 60, 25.0, 40.0)


@pytest.mark.parametrize(("audio", "right"), [(60.0, True), (52.0, True), (20.0, False), (0.0, False)])
def test_audio_lasts_as_long_as_the_pictures(audio, right):
    assert judging.audio_lasts([file_of(-4.0, 60.0, audio=audio)]).ok is right


def box(name, body=b""):
    return struct.pack(">I4s", 8 + len(body), name) + body


@pytest.mark.parametrize(
    ("data", "built"),
    [
        (box(b"ftyp") + box(b"mdat", b"x" * 9) + box(b"moov"), "moov last"),
        (box(b"ftyp") + box(b"moov") + box(b"mdat"), "moov first"),
        (box(b"ftyp") + box(b"moov") + box(b"moof") + box(b"mdat"), "fragmented"),
        (box(b"ftyp") + struct.pack(">I4sQ", 1, b"mdat", 20) + b"abcd" + box(b"moov"), "moov last"),
        (box(b"ftyp") + box(b"moov"), "moov alone"),
        (b"", "no moov"),
        (b"\0\0\0\0mdat" + b"x" * 40, "no moov"),
        (b"\0\0\0\3free" * 3, "no moov"),
    ],
)
def test_how_an_mp4_is_built(data, built):
    assert build_of(data) == built
    assert len(top_boxes(data)) <= 4


def test_audio_of_each_file_lasts_as_long_as_its_pictures():
    assert judging.audio_lasts([file_of(0.0, 60.0, audio=60.0), file_of(60.0, 30.0, audio=30.0)]).ok
    assert not judging.audio_lasts([file_of(0.0, 60.0, audio=90.0), file_of(60.0, 30.0)]).ok


@pytest.mark.parametrize(("audio", "right"), [(30.0, True), (60.0, True), (45.0, True), (5.0, False)])
def test_audio_may_fill_a_hole_in_the_pictures_or_not(audio, right):
    assert judging.audio_lasts([file_of(0.0, 60.0, holes=[(10.0, 40.0)], audio=audio)]).ok is right


@pytest.mark.parametrize(("factor", "right"), [(1.0, True), (1.004, True), (0.996, True), (1.01, False)])
def test_the_clock_of_a_file_may_drift(factor, right):
    gops, decoded = zip(*(gop(second) for second in (0, 25, 45)), strict=True)
    made = file_of(0.0, 60.0)
    made.times = [time * factor for time in made.times]
    assert judging.same_pictures(gops, decoded, made, BEGIN).ok is right
