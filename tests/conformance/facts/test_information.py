"""INF-01 … INF-05: what is right is called right, and each fault by its own id."""

import dataclasses

import pytest

from nvr_conformance.facts import logs, recorded_time
from nvr_conformance.facts.answer_headers import as_drawn
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.playback_video import ChunkWalk, walk_chunk
from nvr_conformance.wire.exchange import Exchange
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import Dialect
from nvr_protocol.playback.video import Picture, PlaybackVideo, write_playback_video
from nvr_protocol.timestamps import Zone, write_zone_info

ENTRY = '"{:03d}","2021/11/14 14:10:00","0","CAM 3 COMMUNICATION ERROR","GMT+03:00"'


def log(body, content_type="text/html", cached="no-cache", status=200):
    headers = (("Content-Type", content_type), ("Cache-Control", cached))
    return Exchange(1, "GET", "/", (), 0.0, status=status, headers=headers, body=body.encode())


def error_log(count=2, stated=None, entry=ENTRY):
    entries = ",".join(entry.format(number) for number in range(1, count + 1))
    number = count if stated is None else stated
    return f"FILENAME=as_errorlog.html\r\nERROR_LOG_NO={number}\r\nERROR_LOG={entries}\r\n\r\n"


@pytest.mark.parametrize("count", [0, 1, 1000])
def test_a_log_as_the_document_draws_it(count):
    exchange = log(error_log(count))
    assert logs.form(exchange, "ERROR").ok
    if count:
        assert logs.count(exchange).ok
        assert logs.fields(exchange).ok
    else:
        for judge in (logs.count, logs.fields):
            with pytest.raises(NothingToJudge):
                judge(exchange)


@pytest.mark.parametrize(
    "body",
    [
        error_log()[:-4],
        error_log() + "\r\n",
        error_log().replace("\r\n", "\n"),
        error_log().replace("as_errorlog", "as_eventlog"),
        error_log().replace("ERROR_LOG_NO=2", "ERROR_LOG_NO="),
        error_log().replace('","GMT+03:00"', '"'),
        error_log(1000).replace(',"GMT+03:00"', ""),
        error_log().replace('00","002', '00";"002'),
    ],
)
def test_a_log_of_another_form(body):
    assert not logs.form(log(body), "ERROR").ok


@pytest.mark.parametrize(
    "body",
    [
        error_log()[:-2],
        error_log().replace("\r\n", " \r\n"),
        error_log().replace('"\r\n\r\n', '" \r\n\r\n'),
        error_log(0)[:-2],
    ],
)
def test_blanks_and_the_empty_line_are_open(body):
    assert logs.form(log(body), "ERROR").ok
    if '"001"' in body:
        assert logs.count(log(body)).ok


def test_a_log_that_is_none():
    assert not logs.form(log(error_log(), status=500), "ERROR").ok
    assert not logs.form(log(error_log()), "EVENT").ok


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (("14:10:00", "14:48:00", "15:00:00"), "rising"),
        (("15:00:00", "14:48:00", "14:48:00"), "falling"),
        (("14:10:00", "15:00:00", "14:48:00"), "neither"),
        (("14:10:00", "14:10:00"), "not told"),
        ((), "not told"),
    ],
)
def test_the_order_of_a_log(times, said):
    entries = ",".join(ENTRY.format(number).replace("14:10:00", time) for number, time in enumerate(times, 1))
    body = f"FILENAME=as_errorlog.html\r\nERROR_LOG_NO={len(times)}\r\nERROR_LOG={entries}\r\n\r\n"
    assert logs.order(log(body)).startswith(said)


HEADERS = (("Connection", "Keep-Alive"), ("Cache-Control", "no-cache"), ("Content-type", "text/html"))


def answer(*headers, status=200):
    return Exchange(1, "GET", "/", status=status, headers=headers, body=b"x")


@pytest.mark.parametrize(
    ("headers", "right"),
    [
        (HEADERS, True),
        (tuple((name.upper(), value.lower()) for name, value in reversed(HEADERS)), True),
        ((*HEADERS[:2], ("content-type", "text/html; charset=UTF-8"), ("Date", "now")), True),
        ((("Connection", "close"), *HEADERS[1:]), False),
        (HEADERS[1:], False),
        (HEADERS[::2], False),
        ((*HEADERS[:2], ("Content-type", "text/plain")), False),
    ],
)
def test_the_header_of_the_examples(headers, right):
    assert as_drawn(answer(*headers), "text/html", caching=True).ok is right


def test_what_is_no_answer_has_no_header_to_judge():
    assert as_drawn(answer(*HEADERS[::2]), "text/html", caching=False).ok
    with pytest.raises(NothingToJudge):
        as_drawn(answer(*HEADERS, status=401), "text/html", caching=True)


@pytest.mark.parametrize("exchange", [log(error_log(3, 2)), log(error_log(2, 3)), log(error_log(1001))])
def test_a_count_that_is_wrong_is_no_fault_of_form(exchange):
    assert not logs.count(exchange).ok
    assert logs.fields(exchange).ok
    assert logs.form(exchange, "ERROR").ok


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("14:10:00", "24:10:00"),
        ("2021/11/14", "2021/11/31"),
        ("2021/11/14", "21/11/14"),
        ('"0"', '"2"'),
        ('"0"', '""'),
        ("+03:00", "+3"),
        ("+03:00", "+15:00"),
        ("+03:00", "+03:60"),
        ("GMT+03:00", "GMT"),
    ],
)
def test_a_field_that_is_wrong_is_no_fault_of_form(right, wrong):
    exchange = log(error_log(entry=ENTRY.replace(right, wrong)))
    assert not logs.fields(exchange).ok
    assert logs.count(exchange).ok
    assert logs.form(exchange, "ERROR").ok


def test_zones():
    assert logs.zone_minutes("GMT-03:30") == -210
    assert logs.zone_minutes("GMT+00:00") == 0
    assert logs.zone_minutes("UTC") is None


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
