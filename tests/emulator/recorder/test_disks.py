"""§5.2: the slots, and from when to when something is recorded."""

from zoneinfo import ZoneInfo

import msgspec
import pytest

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.settings import CameraState, RecordingSettings
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.footage.footage import TICKS, ticks
from nvr_emulator.recorder.disks import CAPACITY, Disks, DiskState
from nvr_emulator.recorder.recorder import Recorder
from nvr_protocol.texts.local_time import LocalTime
from nvr_protocol.texts.recorded_time import read_recorded_time

NOW = 1_714_000_000.0
TOKYO = 9 * 3600
NEW_YORK = ZoneInfo("America/New_York")


def slots(recorder, now):
    answer = recorder.information.recorded_time(now)
    assert (answer.status, answer.content_type) == (200, "text/plain")
    return read_recorded_time(answer.body)


def test_the_range_is_that_of_the_oldest_and_the_latest_gop():
    recorder = Recorder(plan(small_recorder(2)), NOW)
    recorder.set_camera_state(1, CameraState.LOST, NOW)
    now = NOW + 100
    first, last = slots(recorder, now)[0].disk.recorded
    gops = [
        recorder.cameras.recording(2).oldest(ticks(now)).gop,
        recorder.cameras.recording(2).latest(ticks(now)).gop,
    ]
    assert first == LocalTime(gops[0].start // TICKS + TOKYO)
    assert last == LocalTime(gops[1].picture_at(gops[1].pictures - 1) // TICKS + TOKYO)
    assert NOW + 97 + TOKYO < last.wall <= now + TOKYO


@pytest.mark.parametrize(
    ("model", "count", "disks"), [(1, 54, 4), (2, 1, 1), (3, 54, 4)], ids=["NX400", "NU101", "NX510"]
)
def test_the_slots_are_those_of_the_series(model, count, disks):
    found = slots(Recorder(plan(small_recorder(model)), NOW), NOW + 10)
    assert len(found) == count
    assert [slot.name for slot in found if slot.disk] == [f"MAIN-{number}" for number in range(1, disks + 1)]
    assert [slot.name for slot in found if slot.disk and slot.disk.recording] == ["MAIN-1"]
    assert found[0].disk.remaining < CAPACITY
    assert all(slot.disk.remaining == CAPACITY for slot in found[1:disks])


def test_nothing_recorded_leaves_the_range_empty():
    settings = msgspec.structs.replace(small_recorder(2), recordings=(RecordingSettings(since=0),))
    recorder = Recorder(plan(settings), 1_714_000_020.0)
    assert slots(recorder, 1_714_000_020.0)[0].disk.recorded is None
    assert slots(recorder, 1_714_000_080.0)[0].disk.recorded is not None


def test_a_range_over_the_end_of_summer_time():
    disks = Disks(["MAIN-1"], ["MAIN-1"], NEW_YORK)
    ended = 1_730_613_600
    text = disks.text((ended - 60, ended + 60), 120).decode()
    assert "2024/11/03,1,01:59:00,2024/11/03,0,01:01:00" in text


def test_a_removed_disk_leaves_its_slot_empty_and_the_next_is_recorded_to():
    disks = Disks(
        [f"MAIN-{slot}" for slot in range(1, 10)], [f"MAIN-{slot}" for slot in range(1, 5)], NEW_YORK
    )
    assert disks.set_state("MAIN-2", DiskState.WARNING) == "MAIN-2 SMART WARNING"
    assert disks.set_state("MAIN-2", DiskState.WARNING) is None
    assert disks.set_state("MAIN-1", DiskState.REMOVED) == "MAIN-1 LOGICALLY REMOVED"
    found = read_recorded_time(disks.text((int(NOW), int(NOW) + 1), 2))
    assert found[0].disk is None
    assert found[1].disk.recording
    assert found[1].disk.recorded is not None
    assert disks.set_state("MAIN-1", DiskState.NORMAL) is None
    assert disks.present() == ["MAIN-1", "MAIN-2", "MAIN-3", "MAIN-4"]


def test_the_last_disk_cannot_be_removed():
    disks = Disks(["MAIN-1"], ["MAIN-1"], NEW_YORK)
    with pytest.raises(ValueError, match="MAIN-1"):
        disks.set_state("MAIN-1", DiskState.REMOVED)
    with pytest.raises(KeyError):
        disks.set_state("MAIN-2", DiskState.REMOVED)
