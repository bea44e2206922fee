"""`run --profile-out`: a recorder in another dialect is judged, and its profile makes its double."""

from __future__ import annotations

import msgspec
import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.profile import recorder_toml as writing
from nvr_conformance.profile.observing import CameraProfile, Profile
from nvr_conformance.profile.recorder_toml import profile_toml
from nvr_emulator.cli.main import main as emulator_main
from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.recorder_toml import read_recorder
from nvr_emulator.configuration.settings import CameraSettings, UserSettings
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_emulator.server.ports import Ports
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.dialect import dialect_from_name
from nvr_protocol.texts.recorded_time import Disk, Slot
from nvr_protocol.timestamps import Zone

STARTED = 1_772_000_000.0
USERS = (UserSettings("ADMIN", "secret"),)
CAMERAS = (
    CameraSettings(1, video=(Codec.H264,), recorded=Codec.H264, audio=AudioCodec.AAC),
    CameraSettings(2, video=(Codec.H264, Codec.H265), recorded=Codec.H265, audio=AudioCodec.G711),
    CameraSettings(3, recorded=Codec.JPEG, jpeg=False),
)
DIALECTS = {
    "byte_order=little,zone_info=low-bits": "America/St_Johns",
    "chunk_length=behind-header,packet_length=data,zone_info=half-bytes,data_size=packets": "America/Bogota",
    "boundary=plain,g711_content_type=audio/pcmu,chunk_length=to-reserved,packet_length=reserved-to-padding,"
    "data_size=with-padding,aac_unit_id=0xFF04,jpeg_form=one-soi": "Asia/Tokyo",
}


def recorder_in(dialect, zone):
    return msgspec.structs.replace(
        small_recorder(2, seed=7),
        users=USERS,
        cameras=CAMERAS,
        time_zone=zone,
        uid_digits=9,
        clock_start=STARTED,
        dialect=dialect_from_name(dialect),
    )


def answers_of(settings):
    """What camera.cgi and playaudio.cgi say of each camera, byte by byte."""
    from nvr_conformance.client.client import Client
    from nvr_conformance.client.options import TargetOptions
    from nvr_conformance.client.player import Player
    from nvr_conformance.sources.source import TargetSource

    with EmbeddedRecorder(settings=settings, ports=Ports()) as recorder:
        options = TargetOptions(
            url=recorder.url, password="secret", model=2, control=recorder.control_url, pace=0
        )
        source = TargetSource(options)
        source.prepare()
        with source.open() as target:
            client = Client(target)
            player, found = Player(client.login()), []
            for camera in (1, 2, 3):
                player.choose(camera)
                player.goto(int(STARTED - 7200) * 100)
                found += [player.fetch(camera).exchange.body for _ in range(3)]
                found.append(player.session.get("playaudio", CAM=camera).body)
            client.close()
    return found


@pytest.mark.parametrize(("dialect", "zone"), DIALECTS.items(), ids=["little", "lengths", "names"])
def test_the_profile_of_a_recorder_in_another_dialect(tmp_path, dialect, zone):
    settings = recorder_in(dialect, zone)
    path = tmp_path / "seen.toml"
    with EmbeddedRecorder(settings=settings) as recorder:
        arguments = ["run", recorder.url, "--password", "secret", "--model", "2", "--pace", "0"]
        arguments += ["--control", recorder.control_url, "--profile-out", str(path)]
        judged = CliRunner().invoke(main, arguments, env={"COLUMNS": "300"})
    assert judged.exit_code == 0, judged.output
    video = [pair for pair in dialect.split(",") if pair.split("=")[0] not in ("boundary", "aac_unit_id")]
    assert f"dialect {dialect}" in judged.output.replace("\n", "")
    assert video[0].partition("=")[2] in judged.output  # PLB-34 names it
    text = path.read_text()
    assert "secret" not in text
    assert "# PLB-34 FF: GOPs at each step: +" in text
    checked = CliRunner().invoke(emulator_main, ["config", "--check", str(path)])
    assert checked.exit_code == 0, checked.output

    seen = read_recorder(path)
    assert seen.dialect == settings.dialect
    assert (seen.model, seen.uid_digits, seen.transport) == (2, 9, "both")
    assert seen.cameras == CAMERAS
    double = msgspec.structs.replace(seen, users=USERS, seed=7, clock_start=STARTED, transport=None)
    answers = answers_of(settings)
    assert all(answers[:3])
    assert answers_of(double) == answers


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
