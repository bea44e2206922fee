"""INF-04, INF-05: what is right is called right, and each fault by its own id."""

import dataclasses

import pytest

from nvr_conformance.facts import recorded_time
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.playback_video import ChunkWalk, walk_chunk
from nvr_conformance.wire.exchange import Exchange
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import Dialect
from nvr_protocol.playback.video import Picture, PlaybackVideo, write_playback_video
from nvr_protocol.timestamps import Zone, write_zone_info


def log(body, content_type="text/html", cached="no-cache", status=200):
    headers = (("Content-Type", content_type), ("Cache-Control", cached))
    return Exchange(1, "GET", "/", (), 0.0, status=status, headers=headers, body=body.encode())


DISKS = (
    "Recording information\r\n\r\nDisk,Capacity,Remain capacity,Recorded time range\r\n"
    "MAIN-1,4001GB(R),1529GB,2021/11/14,1,13:00:00,2021/12/24,0,15:30:12\r\n"
    "MAIN-2,4001GB,3710GB,,,,,,\r\nEXT5-9,,,,,,,,\r\n"
)


def disks(body, content_type="text/plain"):
    return dataclasses.replace(log(body), headers=(("Content-Type", content_type),))


def test_disks_as_the_document_draws_them():
    assert recorded_time.form(disks(DISKS)).ok
    first, last = recorded_time.stated_range(DISKS)
    assert (first.unix(180), last.unix(180)) == (1_636_880_400, 1_640_349_012)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("\r\n", "\n"),
        ("Recording information\r\n", ""),
        ("Disk,", "Slot,"),
        ("MAIN-2", "MAIN-1"),
        ("MAIN-2", "MAIN-10"),
        ("4001GB,", "4001,"),
        ("3710GB", "4002GB"),
        (",1529GB", ""),
        (",,,,,,\r\nEXT", ",,,,,\r\nEXT"),
        ("2021/12/24,0", "2021/12/24,2"),
        ("2021/12/24,0", "2021/12/32,0"),
        ("15:30:12", ""),
        (DISKS.partition("MAIN")[2], ""),
    ],
)
def test_disks_of_another_form(right, wrong):
    assert right in DISKS
    assert not recorded_time.form(disks(DISKS.replace(right, wrong))).ok


def test_blanks_ahead_of_the_ends_of_lines_are_open():
    assert recorded_time.form(disks(DISKS.replace(",,,\r\n", ",,, \r\n"))).ok
    assert recorded_time.form(disks(DISKS + "\r\n")).ok


def test_disks_that_are_refused():
    assert not recorded_time.form(dataclasses.replace(disks(DISKS), status=404)).ok


def test_no_range_is_none():
    assert recorded_time.stated_range(DISKS.replace("2021/11/14", "2021/11/44")) is None
    assert recorded_time.stated_range("") is None


def chunk(start, length=100) -> ChunkWalk:
    """A GOP of two pictures; times in hundredths."""
    pictures = tuple(Picture(b"\0\0\0\1\x65x", start + offset) for offset in (0, length))
    video = PlaybackVideo(
        codec=Codec.H264,
        camera=1,
        pictures=pictures,
        start=start,
        end=start + length,
        zone=Zone(-300, summer=True),
        frame_rate=10,
        operation=Operation.PLAYBACK,
    )
    return walk_chunk(write_playback_video(video))


SECOND = 1_714_000_000


@pytest.fixture
def chunks():
    return [chunk((SECOND + number) * 100 + 50) for number in range(3)]


@pytest.mark.parametrize(
    ("off", "is_confirmed", "may_have_moved"),
    [
        (0, True, True),
        (-9, True, True),
        (10, True, True),
        (-11, False, True),
        (59, False, True),
        (-62, False, False),
        (62, False, False),
    ],
)
def test_the_oldest_is_about_the_first_gop(chunks, off, is_confirmed, may_have_moved):
    end = recorded_time.oldest_confirmed(SECOND + off, chunks)
    assert (end.is_confirmed, end.may_have_moved) == (is_confirmed, may_have_moved)


@pytest.mark.parametrize(
    ("off", "elapsed", "is_confirmed", "may_have_moved"),
    [
        (3, 0.0, True, True),
        (13, 0.0, True, True),
        (-7, 0.0, True, True),
        (14, 0.0, False, True),
        (-9, 0.0, False, True),
        (-19, 12.0, True, True),
        (70, 0.0, False, False),
        (-70, 0.0, False, False),
    ],
)
def test_the_latest_lies_about_the_last_gop(chunks, off, elapsed, is_confirmed, may_have_moved):
    end = recorded_time.latest_confirmed(SECOND + off, chunks, elapsed)
    assert (end.is_confirmed, end.may_have_moved) == (is_confirmed, may_have_moved)


def test_a_long_gop_is_room_enough():
    gop = chunk(SECOND * 100, length=2000)
    assert recorded_time.oldest_confirmed(SECOND - 19, [gop]).is_confirmed
    assert not recorded_time.oldest_confirmed(SECOND - 21, [gop]).is_confirmed


def test_where_playback_gives_nothing_no_end_is_confirmed():
    for end in (
        recorded_time.oldest_confirmed(SECOND, []),
        recorded_time.latest_confirmed(SECOND, [], 0.0),
    ):
        assert not end.is_confirmed
        assert not end.may_have_moved


def test_one_wrong_time_of_three_is_outvoted(chunks):
    for field in ("gop_start", "picture_time"):
        altered = dataclasses.replace(chunks[0], **{field: getattr(chunks[0], field) + 360_000})
        assert recorded_time.start_of(altered) == SECOND + 0.5


@pytest.mark.parametrize("zone_info", ["high-bits", "low-bits", "half-bytes"])
def test_the_sign_of_the_zone_stands_where_the_dialect_has_it(chunks, zone_info):
    dialect = Dialect(zone_info=zone_info)
    info = write_zone_info(Zone(-210, summer=True), dialect)
    altered = dataclasses.replace(chunks[0], gop_start_zone=(3, 30, info), gop_end_zone=(3, 30, info))
    assert recorded_time.zone_of([altered]) == -210


def test_the_zone_is_what_most_fields_say(chunks):
    assert recorded_time.zone_of(chunks) == -300
    altered = dataclasses.replace(chunks[0], gop_start_zone=(9, 0, 0))
    assert recorded_time.zone_of([altered]) == -300
    with pytest.raises(NothingToJudge):
        recorded_time.zone_of([])
