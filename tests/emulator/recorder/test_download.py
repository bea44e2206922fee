"""§6.3: which downloads run, and the multipart that each gives."""

import importlib.util
import zoneinfo
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.configuration.variants import Variants
from nvr_emulator.footage.audio import audio_of
from nvr_emulator.footage.footage import footage_of, ticks
from nvr_emulator.footage.recordings import Recording, Stretch
from nvr_emulator.recorder.download.files import DownloadFiles
from nvr_emulator.recorder.download.table import DownloadTable
from nvr_emulator.recorder.happenings import WENT_AWAY
from nvr_emulator.recorder.replies import Refused
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.dialect import DEFAULT
from nvr_protocol.download import Status, read_file_name, read_part_headers
from nvr_protocol.multipart import MultipartReader
from nvr_protocol.playback.audio import read_playback_audio
from nvr_protocol.playback.video import read_playback_video
from nvr_protocol.timestamps import zone_at

TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")
START = 1_700_006_400  # 2023-11-15, midnight UTC, 09:00:00 in Tokyo
MINUTE = 60
H264 = footage_of("counter-small", Codec.H264, 1)
H265 = footage_of("counter-small", Codec.H265, 1)
JPEG = footage_of("counter-small", Codec.JPEG, 1)


def recording(*stretches):
    """Stretches of (footage, first minute, last minute or None), counted from START."""
    return Recording(
        [
            Stretch(
                footage,
                ticks(START + MINUTE * first),
                None if last is None else ticks(START + MINUTE * last),
            )
            for footage, first, last in stretches
        ]
    )


def files(
    kind="N3VO", minutes=(0, 1), *, stretches=((H264, -60, None),), now=90, audio=None, largest=1 << 29
):
    """A download of camera 7; `minutes` and `now` count from START."""
    return DownloadFiles(
        camera=7,
        kind=kind,
        begin=START + MINUTE * minutes[0],
        end=START + MINUTE * minutes[1],
        recording=recording(*stretches),
        audio=audio and audio_of(audio, 1),
        zone=TOKYO,
        dialect=DEFAULT,
        now=ticks(START + MINUTE * now),
        largest=largest,
    )


def parts_of(download):
    reader = MultipartReader(by="boundary", max_part=1 << 28)
    parts = [part for block in download.blocks() for part in reader.feed(block)]
    parts += reader.close()
    return [(read_part_headers(part.headers), part.body) for part in parts]


def chunks(gops, last=Operation.DOWNLOADED):
    operations = [Operation.DOWNLOADING] * (len(gops) - 1) + [last]
    return b"".join(
        bytes(
            gop.footage.prepared(gop, DEFAULT).stamp(
                7, gop.picture_hundredths(), zone_at(TOKYO, gop.start // 90_000), operation
            )
        )
        for gop, operation in zip(gops, operations, strict=True)
    )


def seconds_of(download):
    """When each GOP of a download begins, in seconds from START."""
    return [gop.start / 90_000 - START for gop in download.gops()]


# The table


def test_a_third_download_at_once_is_refused_until_a_place_is_free():
    table = DownloadTable(2)
    first, second = (table.answer(files(), uid, 0.0).download for uid in (1, 2))
    refused = table.answer(files(), 3, 0.0)
    assert refused.download is None
    assert b"".join(refused.blocks).count(b"Satus: 3") == 1
    assert table.running() == [first, second]
    table.end(first, "the client went away")
    table.end(first, "again")
    assert table.answer(files(), 3, 0.0).download is not None


def test_the_end_of_a_uid_ends_its_downloads_alone():
    table = DownloadTable(4)
    hung_up = []
    downloads = [table.answer(files(), uid, 0.0).download for uid in (1, 1, 2)]
    for download in downloads:
        download.when_ended = lambda number=download.number: hung_up.append(number)
    table.end_uid(1, "expired")
    assert [download.ended for download in downloads] == ["expired", "expired", None]
    assert hung_up == [downloads[0].number, downloads[1].number]
    assert table.running() == [downloads[2]]


def test_a_download_that_is_given_up_may_keep_its_place_until_it_is_worked_off():
    table = DownloadTable(1)
    hour = files(minutes=(0, 60))
    hour.variants = Variants(given_up_download="runs-on")
    download = table.answer(hour, 1, 0.0).download
    table.end(download, WENT_AWAY)
    assert table.running() == []
    assert table.answer(files(), 2, 3600 / 26 - 1).download is None
    assert table.answer(files(), 2, 3600 / 26).download is not None


@pytest.mark.parametrize("hung_up_first", [True, False])
def test_a_clock_that_is_set_back_keeps_no_place_for_longer(hung_up_first):
    table = DownloadTable(1)
    hour = files(minutes=(0, 60))
    hour.variants = Variants(given_up_download="runs-on")
    download = table.answer(hour, 1, 5000.0).download
    if hung_up_first:
        table.end(download, WENT_AWAY)
    table.clock_stepped(-5000.0)
    table.end(download, WENT_AWAY)
    assert table.answer(files(), 2, 3600 / 26 - 1).download is None
    assert table.answer(files(), 2, 3600 / 26 + 1).download is not None


def test_only_a_client_that_hangs_up_gives_a_download_up():
    table = DownloadTable(1)
    hour = files(minutes=(0, 60))
    hour.variants = Variants(given_up_download="runs-on")
    table.end(table.answer(hour, 1, 0.0).download, "complete")
    assert table.answer(files(), 2, 0.0).download is not None


def test_mp4_without_pyav_names_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Refused, match="pip install av") as refusal:
        DownloadTable(2).answer(files("MP4"), 1, 0.0)
    assert refusal.value.status == 501
    assert DownloadTable(2).answer(files("N3"), 1, 0.0).download is not None


# Which GOPs


def test_a_range_has_the_gops_that_begin_in_it():
    assert seconds_of(files(minutes=(0, 1))) == list(range(60))


def test_a_range_ends_where_the_recording_does():
    assert seconds_of(files(minutes=(0, 60), now=0.5)) == list(range(30))


def test_a_range_goes_on_behind_a_gap():
    gap = files(minutes=(0, 3), stretches=((H264, -5, 1), (H264, 2, None)))
    assert seconds_of(gap) == [*range(60), *range(120, 180)]


@given(
    first=st.integers(0, 8),
    length=st.integers(0, 8),
    bounds=st.lists(st.integers(0, 10), min_size=2, max_size=6, unique=True).map(sorted),
    now=st.integers(1, 12),
)
def test_any_range_of_any_recording_has_each_recorded_second_once(first, length, bounds, now):
    pairs = [(low, high) for low, high in zip(bounds[::2], bounds[1::2], strict=False)]
    download = files(
        minutes=(first, first + length), stretches=[(H264, low, high) for low, high in pairs], now=now
    )
    wanted = [
        second
        for second in range(MINUTE * first, MINUTE * min(first + length, now))
        if any(MINUTE * low <= second < MINUTE * high for low, high in pairs)
    ]
    assert seconds_of(download) == wanted


# The parts


@pytest.mark.parametrize(
    ("kind", "audio", "suffixes"),
    [
        ("MP4", None, ["mp4"]),
        ("MP4VO", None, ["mp4"]),
        ("N3", AudioCodec.AAC, ["n3r", "n3a"]),
        ("N3", None, ["n3r"]),
        ("N3VO", None, ["n3r"]),
        ("LIST", None, ["n3n"]),
    ],
)
def test_parts_name_their_files(kind, audio, suffixes):
    parts = parts_of(files(kind, audio=audio))
    assert len(parts) == len(suffixes) + 1
    assert parts[0][0].previous_name == ""
    assert parts[-1][0].temporary_name == ""
    assert parts[-1][1] == b""
    assert {headers.status for headers, _ in parts} == {Status.NORMAL}
    for number, ((headers, body), (following, _)) in enumerate(pairwise(parts), 1):
        assert body
        temporary, final = read_file_name(headers.temporary_name), read_file_name(following.previous_name)
        assert (temporary.suffix, final.suffix) == ("tmp", suffixes[number - 1])
        assert (temporary.camera, temporary.number, temporary.start) == (7, number, final.start)


def test_names_show_local_time():
    assert parts_of(files())[0][0].temporary_name == "007_231115090000_1000_7f_00_01.tmp"


@pytest.mark.parametrize("kind", ["MP4", "MP4VO", "N3", "N3VO", "LIST"])
@pytest.mark.parametrize("minutes", [(0, 0), (100, 160)])
def test_nothing_recorded_gives_one_part_with_status_1(kind, minutes):
    ((headers, body),) = parts_of(files(kind, minutes, audio=AudioCodec.G711))
    assert (headers.temporary_name, headers.previous_name, headers.status) == (
        "",
        "",
        Status.NO_RECORDED_DATA,
    )
    assert body == b""


@pytest.mark.parametrize("kind", ["MP4", "MP4VO"])
def test_mp4_of_jpeg_gives_one_part_with_status_2(kind):
    ((headers, body),) = parts_of(files(kind, stretches=((JPEG, -60, None),)))
    assert headers.status is Status.CODEC_NOT_COMPATIBLE
    assert body == b""


def test_mp4_leaves_jpeg_out_and_says_so_last():
    mixed = files("MP4VO", (0, 3), stretches=((H264, -5, 1), (JPEG, 1, 2), (H265, 2, None)))
    parts = parts_of(mixed)
    assert [bool(body) for _, body in parts] == [True, True, False]
    assert [headers.status for headers, _ in parts] == [0, 0, Status.CODEC_NOT_COMPATIBLE]


def test_a_download_of_too_many_gives_one_part_with_status_3():
    download = files()
    download.status = Status.TOO_MANY_AT_ONCE
    ((headers, body),) = parts_of(download)
    assert (headers.status, body) == (Status.TOO_MANY_AT_ONCE, b"")


# N3R, N3A, N3N


def test_n3r_has_the_playback_chunks_and_the_last_says_completed():
    download = files("N3VO")
    (_, body), _ = parts_of(download)
    gops = list(download.gops())
    assert body == chunks(gops)
    size = len(chunks(gops[:1], last=Operation.DOWNLOADING))
    assert read_playback_video(body[:size]).operation is Operation.DOWNLOADING
    size = len(chunks(gops[-1:]))
    assert read_playback_video(body[-size:]).operation is Operation.DOWNLOADED


def test_n3r_is_one_file_whatever_changes():
    changing = files("N3VO", (0, 2), stretches=((H264, -5, 1), (JPEG, 1, None)))
    (_, body), _ = parts_of(changing)
    assert body == chunks(list(changing.gops()))


@pytest.mark.parametrize("codec", list(AudioCodec))
def test_n3a_has_each_second_of_the_audio_once(codec):
    audio = audio_of(codec, 1)
    _, (_, body), _ = parts_of(files("N3", audio=codec))
    heard = []
    while body:
        size = 4096 * next(count for count in range(1, 99) if _ends_a_chunk(body, 4096 * count))
        second = read_playback_audio(body[:size])
        assert (second.start, second.end) == (START + len(heard), START + len(heard) + 1)
        heard.append(b"".join(unit.data for unit in second.units) or second.samples)
        body = body[size:]
    assert len(heard) == 60
    assert b"".join(heard) == b"".join(audio.between(ticks(START), ticks(START + 60)))


def _ends_a_chunk(body, size):
    return size == len(body) or body[size : size + 2] in (b"\xff\x03", b"\xff\x13")


def test_n3n_has_a_line_for_each_uninterrupted_piece():
    changing = files(
        "LIST", (0, 5), stretches=((H264, -5, 1), (H264, 2, 3), (H265, 3, None)), audio=AudioCodec.AAC
    )
    (_, body), _ = parts_of(changing)
    assert body.decode().split("\r\n") == [
        "camera,begin,end,video,width,height,pictures per second,audio",
        "7,2023-11-15T00:00:00.00Z,2023-11-15T00:01:00.00Z,H264,320,180,5,AAC",
        "7,2023-11-15T00:02:00.00Z,2023-11-15T00:03:00.00Z,H264,320,180,5,AAC",
        "7,2023-11-15T00:03:00.00Z,2023-11-15T00:05:00.00Z,H265,320,180,5,AAC",
        "",
    ]


# Size


def test_a_file_that_grows_too_large_is_followed_by_another():
    largest = 150_000
    parts = parts_of(files("N3VO", largest=largest))
    bodies = [body for _, body in parts[:-1]]
    assert len(bodies) > 2
    assert max(map(len, bodies)) <= largest
    assert b"".join(bodies) == chunks(list(files().gops()))
    numbers = [read_file_name(headers.previous_name).number for headers, _ in parts[1:]]
    assert numbers == list(range(1, len(parts)))


@pytest.mark.parametrize("kind", ["MP4VO", "N3VO"])
def test_no_block_holds_more_than_some_gops(kind):
    sizes = [len(block) for block in files(kind, (0, 60)).blocks()]
    assert len(sizes) > 3500
    assert sum(sizes) > 20_000_000
    assert max(sizes) < 200_000  # an MP4 ends with a table of its GOPs
