"""What is written of a profile as a recorder.toml, and what is left out."""

from __future__ import annotations

import msgspec
import pytest

from nvr_conformance.profile import recorder_toml as writing
from nvr_conformance.profile.observing import CameraProfile, Profile
from nvr_conformance.profile.recorder_toml import profile_toml
from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.recorder_toml import read_recorder
from nvr_emulator.configuration.settings import CameraSettings, UserSettings
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.texts.recorded_time import Disk, Slot
from nvr_protocol.timestamps import Zone

STARTED = 1_772_000_000.0


USERS = (UserSettings("ADMIN", "secret"),)


CAMERAS = (
    CameraSettings(1, video=(Codec.H264,), recorded=Codec.H264, audio=AudioCodec.AAC),
    CameraSettings(2, video=(Codec.H264, Codec.H265), recorded=Codec.H265, audio=AudioCodec.G711),
    CameraSettings(3, recorded=Codec.JPEG, jpeg=False),
)


def test_what_was_not_seen_is_left_out(tmp_path):
    path = tmp_path / "seen.toml"
    profile = Profile(1, uid_digits=5, channels=64, digest=("SHA-256", "MD5", "SHA-512"))
    profile.cameras = [CameraProfile(3, connected=False), CameraProfile(9, connected=True)]
    profile.notes.append("camera 9:\nodd")
    path.write_text(profile_toml(profile))
    seen = read_recorder(path)
    assert (seen.channels, seen.uid_digits, seen.digest) == (64, 5, ("SHA-256", "MD5"))
    assert [(camera.number, camera.state) for camera in seen.cameras] == [(3, "lost"), (9, "normal")]
    assert seen.transport is None
    assert "# camera 9: odd" in path.read_text()


def test_audio_that_the_model_does_not_have_is_no_key(tmp_path):
    path = tmp_path / "seen.toml"
    profile = Profile(2)
    profile.cameras = [CameraProfile(1, connected=True, video=("H264",), audio="G726", looked_at=True)]
    path.write_text(profile_toml(profile))
    assert read_recorder(path).cameras[0].audio is None
    assert "G726" in path.read_text()


def test_disks_and_slots(tmp_path):
    path = tmp_path / "seen.toml"
    disk = Disk(4000, 100)
    slots = [Slot("MAIN-1", disk), Slot("MAIN-2"), Slot("EXT1-1", disk), Slot("EXT1-2")]
    path.write_text(profile_toml(Profile(1, slots=tuple(slots))))
    made = plan(msgspec.structs.replace(read_recorder(path), users=USERS))
    assert made.slots == ("MAIN-1", "MAIN-2", "EXT1-1", "EXT1-2")
    assert made.disks == ("MAIN-1", "EXT1-1")


@pytest.mark.parametrize(
    ("zones", "name"),
    [
        ([(1_772_000_000, Zone(540))], "Asia/Tokyo"),
        ([(1_772_000_000, Zone(60))], "Etc/GMT-1"),
        ([(1_772_000_000, Zone(-300))], "Etc/GMT+5"),
        ([(1_772_000_000, Zone(0))], "Etc/UTC"),
        ([(1_772_000_000, Zone(-210))], "America/St_Johns"),
        ([(1_772_000_000, Zone(17))], None),
    ],
)
def test_a_time_zone_that_has_the_offset(zones, name):
    assert writing._zone_name(Profile(2, zones=zones)) == name


def test_summer_time_finds_a_zone_that_has_it():
    import zoneinfo

    from nvr_protocol.timestamps import zone_at

    summer = (1_783_000_000, Zone(60, summer=True))
    name = writing._zone_name(Profile(2, zones=[summer]))
    assert zone_at(zoneinfo.ZoneInfo(name), summer[0]) == summer[1]
