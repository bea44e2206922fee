"""What a recorder may do otherwise in playback, in the bytes of its answers (§3)."""

import msgspec
import pytest

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.settings import RecordingSettings
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.configuration.variant_choice import read_variants
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Request
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.commands.urls import build_command
from nvr_protocol.dialect import Dialect
from nvr_protocol.playback.audio import read_playback_audio
from nvr_protocol.playback.video import read_playback_video, walk_chunk

START = 1_714_000_020
NOW = float(START + 3600)
GAP = START + 1200, START + 1500
"""Recording begins at START, on the minute, and has this gap; GOPs of 1 s begin with the seconds."""
VIDEO, JPEG = 1, 3
AAC, G711 = 1, 2


def at(seconds):
    """TIMEF of a moment after START."""
    return round((START + seconds) * 100)


class Asking:
    """One UID of a recorder with variants."""

    def __init__(self, **variants):
        settings = small_recorder(2)
        cameras = tuple(
            msgspec.structs.replace(camera, recorded=Codec.JPEG) if camera.number == JPEG else camera
            for camera in settings.cameras
        )
        self.recorder = Recorder(
            plan(
                msgspec.structs.replace(
                    settings,
                    cameras=cameras,
                    recordings=(RecordingSettings(since=60, until=40), RecordingSettings(since=35)),
                    variants=read_variants({name.replace("_", "-"): text for name, text in variants.items()}),
                )
            ),
            NOW,
        )
        self.uid = self.recorder.sessions.login("ADMIN", 0, NOW).uid
        self.now = NOW

    def __call__(self, key, **values):
        path, _, query = build_command(key, UID=self.uid, **values).partition("?")
        answer = self.recorder.receive(Request("GET", path, query), self.now)
        if getattr(answer, "sent", None):
            answer.sent()
        return answer

    def playing(self, key, camera=VIDEO, **values):
        self("mask", MASK="".join("1" if number == camera else "0" for number in range(1, 5)))
        assert self(key, **values).status == 200
        return self

    def body(self, camera=VIDEO):
        answer = self("camera", CAM=camera)
        assert answer.status == 200
        return answer.body

    def read(self, camera=VIDEO):
        return read_playback_video(self.body(camera), self.recorder.plan.dialect)

    def starts(self, count, camera=VIDEO):
        """Seconds after START at which the next GOPs begin; None where there is no picture."""
        read = [self.read(camera) for _ in range(count)]
        return [video.start / 100 - START if video.pictures else None for video in read]


FORMS = {
    ("recorder-ids", "few"): lambda chunk: [tlv.id for tlv in chunk.tlvs] == [5, 0xC, 0x11, 0x12],
    ("recorder-ids", "none"): lambda chunk: [tlv.id for tlv in chunk.tlvs] == [0x11, 0x12],
    ("recorder-ids", "unknown-too"): lambda chunk: [tlv.id for tlv in chunk.tlvs][:2] == [1, 4],
    ("camera-information", "none"): lambda chunk: 0x11 not in {tlv.id for tlv in chunk.tlvs},
    ("camera-information", "unknown-ids"): lambda chunk: chunk.packets[1].tlvs[0].id == 0x0101,
    ("camera-information-place", "chunk-head"): lambda chunk: chunk.packets[1].tlvs == (),
    ("camera-information-place", "packets"): lambda chunk: chunk.tlvs[-1].id == 0x29,
    ("reserved-bytes", "ff"): lambda chunk: chunk.data[chunk.stream_header - 12 :][:12] == b"\xff" * 12,
    ("reserved-bytes", "noise"): lambda chunk: any(chunk.data[chunk.stream_header - 12 :][:12]),
    ("padding-bytes", "ff"): lambda chunk: set(chunk.data[chunk.end :]) == {0xFF},
    ("padding-bytes", "noise"): lambda chunk: len(set(chunk.data[chunk.end :])) > 100,
    ("padding-bytes", "further-block"): lambda chunk: 4096 <= len(chunk.data) - chunk.end < 8192,
}


@pytest.mark.parametrize(("name", "value"), FORMS)
def test_the_form_of_chunks_is_that_of_the_variant(name, value):
    pictures = Asking().playing("goto", TIMEF=at(100)).read().pictures
    otherwise = Asking(**{name: value}).playing("goto", TIMEF=at(100)).body()
    assert FORMS[name, value](walk_chunk(otherwise))
    assert not FORMS[name, value](walk_chunk(Asking().playing("goto", TIMEF=at(100)).body()))
    read = read_playback_video(otherwise)
    assert [picture.data for picture in read.pictures] == [picture.data for picture in pictures]


@pytest.mark.parametrize(
    ("name", "value", "dialect"),
    [
        ("byte-order", "little", Dialect(byte_order="little")),
        ("chunk-length", "other", Dialect(chunk_length="length-to-reserved")),
        ("packet-length", "other", Dialect(packet_length="length-to-padding")),
        ("data-size", "other", Dialect(data_size="headers-and-data")),
    ],
)
def test_a_reading_is_that_of_the_variant(name, value, dialect):
    body = Asking(**{name: value}).playing("goto", TIMEF=at(100)).body()
    assert len(read_playback_video(body, dialect).pictures) == 5
    with pytest.raises(ValueError, match="offset"):
        read_playback_video(body)


@pytest.mark.parametrize(("value", "expected"), [("absent", []), ("0", [0]), ("1", [1])])
def test_the_compression_of_jpeg(value, expected):
    chunk = walk_chunk(Asking(jpeg_compression_id=value).playing("goto", JPEG, TIMEF=at(100)).body(JPEG))
    assert [tlv.data[1] for tlv in chunk.tlvs if tlv.id == 5] == expected


@pytest.mark.parametrize(
    ("end", "inside", "ahead_of_the_gap", "newest"),
    [("last-picture", 0.8, 0.8, 0.8), ("its-end", 1, 1, 1), ("next-start", 1, 301, 1)],
)
def test_what_the_end_of_a_gop_is(end, inside, ahead_of_the_gap, newest):
    ask = Asking(gop_end=end)
    for place, expected in ((100, inside), (1199, ahead_of_the_gap), (3599, newest)):
        read = ask.playing("goto", TIMEF=at(place)).read()
        assert (read.start, read.end - read.start) == (at(place), round(expected * 100))


@pytest.mark.parametrize(
    ("no_image", "status", "content_type"),
    [("204", 204, None), ("404", 404, "text/html"), ("200-empty", 200, "application/octet-stream")],
)
def test_what_there_is_where_there_is_no_picture(no_image, status, content_type):
    ask = Asking(no_image=no_image).playing("goto", TIMEF=at(3599))
    assert ask.starts(1) == [3599]
    for _ in range(2):
        answer = ask("camera", CAM=VIDEO)
        assert answer.status == status
        assert content_type in (None, answer.content_type)
        assert not answer.body.startswith(b"\xff")
    ask.now += 2
    assert ask.starts(1) == [3600]


def test_where_there_is_no_picture_a_chunk_says_so_by_default():
    ask = Asking(recorder_ids="none", padding_bytes="noise").playing("goto", TIMEF=at(3599))
    assert ask.starts(2) == [3599, None]
    chunk = walk_chunk(Asking().playing("reverse", TIMEF=at(0)).body())
    assert chunk.packets == ()
    assert [tlv.data for tlv in chunk.tlvs if tlv.id == 0xC] == [bytes(4)]


@pytest.mark.parametrize(
    ("pause", "given", "afterwards"), [("timef", 50, 51), ("none", None, 50), ("last", 101, 102)]
)
def test_what_pause_gives(pause, given, afterwards):
    ask = Asking(pause=pause).playing("goto", TIMEF=at(100))
    assert ask.starts(2) == [100, 101]
    ask("pause", TIMEF=at(50))
    assert ask.starts(2) == [given, given]
    assert Operation.PAUSE in {ask.read().operation}
    ask("play")
    assert ask.starts(1) == [afterwards]


def test_pause_gives_the_gop_of_timef_where_none_was_given():
    assert Asking(pause="last").playing("pause", TIMEF=at(50)).starts(2) == [50, 50]


@pytest.mark.parametrize(
    ("steps", "speeds", "strides", "speed_in_play"),
    [
        ("eight", [1, 2, 3, 4, 5, 6, 7, 8, 8], [2, 4, 8, 16, 32, 64, 128, 256, 256], 0),
        ("four", [1, 2, 3, 4, 4, 4, 4, 4, 4], [2, 4, 8, 16, 16, 16, 16, 16, 16], 0),
        ("first-is-one", [1, 2, 3, 4, 5, 6, 7, 8, 8], [1, 2, 4, 8, 16, 32, 64, 128, 128], 0),
        ("speed-in-play", [1, 2, 3, 4, 5, 6, 7, 8, 8], [2, 4, 8, 16, 32, 64, 128, 256, 256], 1),
    ],
)
@pytest.mark.parametrize(("command", "direction"), [("FF", 1), ("REW", -1)])
def test_the_steps_of_fast_play(steps, speeds, strides, speed_in_play, command, direction):
    ask = Asking(fast_steps=steps).playing("goto", TIMEF=at(2500))
    first = ask.read()
    assert (first.operation, first.speed) == (Operation.PLAYBACK, speed_in_play)
    place, told, moved = first.start, [], []
    for _ in speeds:
        ask("fast", PLAYCMD=command, TIMEF=at(2500))
        video = ask.read()
        told.append(video.speed)
        moved.append(direction * (video.start - place) // 100)
        place = video.start
    assert (told, moved) == (speeds, strides)
    ask("pause", TIMEF=at(2500))
    assert ask.read().speed == 0


@pytest.mark.parametrize(
    ("play_from", "fresh", "again"),
    [
        ("stood", [0, 1], [2, 3]),
        ("newest", [3599, None], [3599, None]),
        ("now-60s", [3540, 3541], [3540, 3541]),
    ],
)
def test_where_play_starts(play_from, fresh, again):
    ask = Asking(play_from=play_from).playing("play")
    assert ask.starts(2) == fresh
    ask("stop", TIMEF=at(0))
    ask("play")
    assert ask.starts(2) == again


@pytest.mark.parametrize("play_from", ["stood", "newest", "now-60s"])
def test_play_goes_on_where_something_plays(play_from):
    ask = Asking(play_from=play_from).playing("goto", TIMEF=at(100))
    assert ask.starts(2) == [100, 101]
    ask("pause", TIMEF=at(101))
    ask("play")
    assert ask.starts(2) == [101, 102]


def test_play_goes_on_behind_what_was_given_last_of_whichever_camera():
    ask = Asking(play_from="one-place").playing("goto", TIMEF=at(100))
    assert ask.starts(2) == [100, 101]
    ask("pause", TIMEF=at(101))
    ask("play")
    assert ask.starts(2) == [102, 103]


@pytest.mark.parametrize(
    ("go_to", "inside", "at_a_start", "in_the_gap", "too_early", "too_late"),
    [
        ("containing", 100, 100, 1500, 0, 3595),
        ("next", 105, 100, 1500, 0, 3595),
        ("before", 95, 95, 1195, 0, 3595),
    ],
)
def test_which_gop_gotodate_gives(go_to, inside, at_a_start, in_the_gap, too_early, too_late):
    ask = Asking(go_to=go_to, gop_seconds="5")
    for moment, expected in (
        (102, inside),
        (100, at_a_start),
        (1300, in_the_gap),
        (-60, too_early),
        (3700, too_late),
    ):
        assert ask.playing("goto", TIMEF=at(moment)).starts(1) == [expected]
    assert ask.playing("goto", TIMEF=at(102)).starts(2) == [inside, inside + 5]
    assert ask.playing("pause", TIMEF=at(102)).starts(1) == [100], "GOTODATE alone"


@pytest.mark.parametrize(("go_to", "second"), [("containing", 100), ("next", 105), ("before", 95)])
def test_audio_begins_where_gotodate_does(go_to, second):
    ask = Asking(go_to=go_to, gop_seconds="5").playing("goto", TIMEF=at(102))
    audio = read_playback_audio(ask("playaudio", CAM=VIDEO).body)
    assert audio.start - START == second


def audio_of_ten(camera=AAC, **variants):
    ask = Asking(**variants).playing("goto", camera, TIMEF=at(100))
    bodies = [ask("playaudio", CAM=camera).body for _ in range(10)]
    return bodies, [read_playback_audio(body) for body in bodies]


@pytest.mark.parametrize("camera", [AAC, G711])
def test_answers_with_audio_may_be_longer_and_shorter_than_a_second(camera):
    _, exact = audio_of_ten(camera)
    _, varying = audio_of_ten(camera, audio_chunk="varying")
    per_second = 48000 / 1024 if camera == AAC else 8000
    lengths = [(len(audio.units) or len(audio.samples)) / per_second for audio in varying]
    assert all(0.88 <= length <= 1.12 for length in lengths)
    assert min(lengths) < 0.92
    assert max(lengths) > 1.06
    assert {len(audio.samples) for audio in exact} == ({0} if camera == AAC else {8000})
    first = 100 if camera == AAC else 99  # the GOP of camera 2 at 100 s began a little earlier
    assert [audio.start - START for audio in varying] == list(range(first, first + 10))
    assert all(audio.end == audio.start + 1 for audio in varying)


def test_varying_answers_leave_nothing_out_and_repeat_nothing():
    _, exact = audio_of_ten(G711)
    _, varying = audio_of_ten(G711, audio_chunk="varying")
    middle = b"".join(audio.samples for audio in varying)[400:-1200]
    assert middle in b"".join(audio.samples for audio in exact)
    units = [unit.data for audio in audio_of_ten(AAC, audio_chunk="varying")[1] for unit in audio.units]
    all_units = [unit.data for audio in audio_of_ten(AAC)[1] for unit in audio.units]
    assert units[5:-10] == all_units[all_units.index(units[5]) :][: len(units) - 15]


def test_a_zero_may_stand_ahead_of_samples():
    without, read = audio_of_ten(G711)
    otherwise, read_otherwise = audio_of_ten(G711, audio_leading_zero="with")
    for one, other, said, said_otherwise in zip(without, otherwise, read, read_otherwise, strict=True):
        assert int.from_bytes(other[4:8], "big") == 8001
        assert other[64:8065] == b"\0" + one[64:8064]
        assert said_otherwise.samples == said.samples
    assert audio_of_ten(AAC, audio_leading_zero="with")[0] == audio_of_ten(AAC)[0]


def test_access_units_may_have_an_au_header():
    plain, read = audio_of_ten(AAC)
    otherwise, read_otherwise = audio_of_ten(AAC, au_info="1")
    assert (plain[0][73], otherwise[0][73]) == (0, 1)
    first = read[0].units[0].data
    assert otherwise[0][76:80] == bytes((0, 16)) + (len(first) << 3).to_bytes(2, "big")
    assert otherwise[0][80:].startswith(first)
    for said, said_otherwise in zip(read, read_otherwise, strict=True):
        assert [unit.data for unit in said_otherwise.units] == [unit.data for unit in said.units]
        assert all(unit.au_header for unit in said_otherwise.units)


@pytest.mark.parametrize(("value", "expected"), [("ff14", b"\xff\x14"), ("ff04", b"\xff\x04")])
def test_the_id_ahead_of_access_units(value, expected):
    bodies, _ = audio_of_ten(AAC, access_unit_id=value)
    assert bodies[0][68:70] == expected
