"""Half-hour zones and summer time, in everything that the recorder says: read by hand, held against zoneinfo.

`struct` and regular expressions read here, not the project's own readers.
"""

import re
import struct
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.settings import RecordingSettings
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.footage.footage import TICKS
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Request

ZONES = {
    "Asia/Kolkata": [(2026, 1, 15)],
    "Asia/Kathmandu": [(2026, 7, 15)],
    "Pacific/Chatham": [(2026, 1, 15), (2026, 7, 15)],
    "America/St_Johns": [(2026, 1, 15), (2026, 7, 15)],
    "Australia/Lord_Howe": [(2026, 1, 15), (2026, 7, 15)],
    "Europe/Dublin": [(2026, 1, 15), (2026, 7, 15)],
    "UTC": [(2026, 1, 15)],
}
CASES = [(zone, datetime(*day, 12, 0, 30, tzinfo=UTC)) for zone, days in ZONES.items() for day in days]
END_OF_SUMMER = datetime(2026, 11, 1, 4, 30, tzinfo=UTC)
"""When the clocks of Newfoundland went from 2:00 to 1:00."""

cases = pytest.mark.parametrize(("zone", "noon"), CASES, ids=lambda value: str(value).replace(" ", "T"))


class Bench:
    """A recorder somewhere, some time; asks it without HTTP."""

    def __init__(self, zone, now):
        self.tz = ZoneInfo(zone)
        self.now = now.timestamp()
        settings = msgspec.structs.replace(
            small_recorder(2), time_zone=zone, recordings=(RecordingSettings(since=24 * 60),)
        )
        self.recorder = Recorder(plan(settings), self.now)
        self.uid = self.recorder.sessions.login("ADMIN", 0, self.now).uid

    def ask(self, command, now=None):
        path, _, query = command.format(uid=self.uid).partition("?")
        moment = self.now if now is None else now.timestamp()
        reply = self.recorder.receive(Request("GET", f"/cgi-bin/{path}", query), moment)
        assert reply.status == 200, reply.reason
        return reply

    def local(self, seconds):
        """What a clock on the recorder's wall shows, by zoneinfo alone."""
        return datetime.fromtimestamp(seconds, self.tz).replace(tzinfo=None)

    def chunk(self, at):
        """A GOP around a moment."""
        stamp = f"{at:%y%m%d%H%M%S}00"
        self.ask("hdrctl.cgi?UID={uid}&PC=AS60&MASK=1000")
        goto = f"&PLAYCMD=GOTODATE&2ND=OFF&TIMEF={stamp}&SDBACKUP=0&NOTIME=ON"
        self.ask("hdrctl.cgi?UID={uid}&PC=AS60" + goto)
        answer = self.ask("camera.cgi?UID={uid}&CAM=1")
        answer.sent()
        return answer.body


def tlvs(data):
    """id -> data of TLVs that stand one behind the other."""
    found = {}
    while len(data) >= 4:
        identifier, length = struct.unpack_from(">HH", data)
        if not 4 <= length <= len(data):
            break
        found[identifier] = data[4:length]
        data = data[length:]
    return found


def wall(seconds, sign, hours, minutes, summer):
    """Local time as a client works it out of the fields."""
    standard = timedelta(hours=hours, minutes=minutes) * (-1 if sign else 1)
    assert summer in (0, 1)
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None) + standard + timedelta(hours=summer)


@cases
def test_live(zone, noon):
    bench = Bench(zone, noon)
    stream = bench.ask("push.cgi?UID={uid}&CAM=1&CMD=START&COMP=H264&INTERNETMODE=ON").stream
    packets = [packet for picture in bench.recorder.run_until(bench.now + 2) for packet in picture.packets]
    assert stream.pictures_sent
    for packet in packets:
        assert packet[0] & 0x10
        words = struct.unpack_from(">H", packet, 14)[0]
        seconds, *fields = struct.unpack(">I4B", tlvs(packet[16 : 16 + 4 * words])[0x0007])
        assert bench.now <= seconds <= bench.now + 2
        assert wall(seconds, *fields) == bench.local(seconds)


@cases
def test_playback(zone, noon):
    bench = Bench(zone, noon)
    body = bench.chunk(noon - timedelta(hours=1))
    identifier, length = struct.unpack_from(">HH", body)
    assert identifier == 0xFF15
    seconds, *fields = struct.unpack(">I4B", tlvs(body[4:length])[0x0007])
    assert wall(seconds, *fields) == bench.local(seconds)
    assert struct.unpack_from(">HH", body, length) == (0xFF06, 0x44)
    for place in (length + 4 + 16, length + 4 + 24):
        seconds, _, hours, minutes, info = struct.unpack_from(">I4B", body, place)
        assert abs(seconds - (bench.now - 3600)) < 5
        assert wall(seconds, info >> 7, hours, minutes, info >> 6 & 1) == bench.local(seconds)


@cases
def test_file_names_of_downloads(zone, noon):
    bench = Bench(zone, noon)
    start = noon.replace(second=0) - timedelta(hours=1)
    span = f"STARTTIME={start:%y%m%d%H%M%S}&ENDTIME={start + timedelta(minutes=1):%y%m%d%H%M%S}"
    blocks = bench.ask("httpdl.cgi?UID={uid}&KIND=LIST&CAM=1&PC=AS60&" + span).blocks
    names = re.findall(rb'"001_(\d{12})_', b"".join(blocks))
    assert names
    assert {name.decode() for name in names} == {f"{bench.local(start.timestamp()):%y%m%d%H%M%S}"}


ENTRY = re.compile(rb'"001","([^"]+)","([01])","[^"]*","GMT([+-])(\d\d):(\d\d)"')


@cases
def test_logs(zone, noon):
    bench = Bench(zone, noon)
    bench.ask("logout.cgi?UID={uid}")
    bench.uid = bench.recorder.sessions.login("ADMIN", 0, bench.now).uid
    body = bench.ask("loglist.cgi?UID={uid}&KIND=EVENT&HTML=as_eventlog.html").body
    text, summer, sign, hours, minutes = ENTRY.search(body).groups()
    stated = datetime.strptime(text.decode(), "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007 - it is a wall's time
    assert stated == bench.local(bench.now)
    assert wall(bench.now, sign == b"-", int(hours), int(minutes), int(summer)) == stated


@cases
def test_recorded_time(zone, noon):
    bench = Bench(zone, noon)
    body = bench.recorder.information.recorded_time(bench.now).body
    fields = body.split(b"MAIN-1,")[1].split(b"\r\n")[0].decode().split(",")
    stated = datetime.strptime(f"{fields[2]} {fields[4]}", "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007
    expected = bench.local(bench.now - 24 * 3600)
    # Recordings begin on the minute, with the first GOP that begins behind it.
    assert timedelta(seconds=-30) <= stated - expected <= timedelta(seconds=30)


# Across the end of summer time


def test_the_hour_that_comes_twice_is_told_apart_by_summer_time():
    bench = Bench("America/St_Johns", END_OF_SUMMER + timedelta(minutes=30))
    told = {}
    for minutes in (-20, 20):
        moment = END_OF_SUMMER + timedelta(minutes=minutes)
        body = bench.chunk(moment)
        _, length = struct.unpack_from(">HH", body)
        seconds, *fields = struct.unpack(">I4B", tlvs(body[4:length])[0x0007])
        assert abs(seconds - moment.timestamp()) < 5
        assert wall(seconds, *fields) == bench.local(seconds)
        told[minutes] = tuple(fields)
    assert told == {-20: (1, 3, 30, 1), 20: (1, 3, 30, 0)}


def test_a_live_stream_changes_its_flag_at_the_change():
    bench = Bench("America/St_Johns", END_OF_SUMMER - timedelta(seconds=3))
    bench.ask("push.cgi?UID={uid}&CAM=1&CMD=START&COMP=H264&INTERNETMODE=ON")
    flags = {}
    for second in range(1, 7):
        for picture in bench.recorder.run_until(bench.now + second):
            extension = picture.packets[0][16:44]
            seconds, _, _, _, summer = struct.unpack(">I4B", tlvs(extension)[0x0007])
            assert seconds == picture.taken // TICKS
            flags.setdefault(summer, []).append(seconds)
    assert max(flags[1]) == END_OF_SUMMER.timestamp() - 1
    assert min(flags[0]) == END_OF_SUMMER.timestamp()
