"""`run --profile-out`: a recorder in another dialect is judged, and its profile makes its double."""

from __future__ import annotations

import msgspec
import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_emulator.cli.main import main as emulator_main
from nvr_emulator.configuration.recorder_toml import read_recorder
from nvr_emulator.configuration.settings import CameraSettings, UserSettings
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_emulator.server.ports import Ports
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.dialect import dialect_from_name

STARTED = 1_772_000_000.0
USERS = (UserSettings("ADMIN", "secret"),)
CAMERAS = (
    CameraSettings(1, video=(Codec.H264,), recorded=Codec.H264, audio=AudioCodec.AAC),
    CameraSettings(2, video=(Codec.H264, Codec.H265), recorded=Codec.H265, audio=AudioCodec.G711),
    CameraSettings(3, recorded=Codec.JPEG, jpeg=False),
)
LENGTHS = (
    "byte_order=little,chunk_length=behind-header,packet_length=data,zone_info=low-bits,data_size=packets"
)
NAMES = (
    "boundary=plain,g711_content_type=audio/pcmu,chunk_length=to-reserved,packet_length=reserved-to-padding,"
    "zone_info=half-bytes,data_size=with-padding,aac_unit_id=0xFF04,jpeg_form=one-soi"
)
WHAT_A_PROFILE_IS_MADE_OF = (
    *("SES-04", "LIV-02", "LIV-16", "LIV-19", "LIV-29", "PLB-0*", "PLB-18", "PLB-2[2-5]", "PLB-34", "PLB-37"),
    "INF-06",
)


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


def ends_whole(judged):
    # With one user alone not all can be tested; what is tested holds.
    return (judged.exit_code, "\nincomplete with" in judged.output) == (1, True)


def ends_with_what_was_selected(judged):
    return (judged.exit_code, "\nconformant" in judged.output) == (0, True)


@pytest.mark.parametrize(
    ("dialect", "zone", "selected", "ends"),
    [
        (LENGTHS, "America/St_Johns", WHAT_A_PROFILE_IS_MADE_OF, ends_with_what_was_selected),
        pytest.param(
            NAMES,
            "America/Bogota",
            WHAT_A_PROFILE_IS_MADE_OF,
            ends_with_what_was_selected,
            marks=pytest.mark.long,
        ),
        pytest.param(LENGTHS, "America/St_Johns", (), ends_whole, marks=pytest.mark.long),
        pytest.param(NAMES, "America/Bogota", (), ends_whole, marks=pytest.mark.long),
    ],
    ids=["lengths", "names", "lengths, whole", "names, whole"],
)
def test_the_profile_of_a_recorder_in_another_dialect(tmp_path, dialect, zone, selected, ends):
    settings = recorder_in(dialect, zone)
    path = tmp_path / "seen.toml"
    with EmbeddedRecorder(settings=settings) as recorder:
        arguments = ["run", recorder.url, "--password", "secret", "--model", "2", "--pace", "0"]
        arguments += ["--control", recorder.control_url, "--profile-out", str(path)]
        arguments += [word for id_ in selected for word in ("--select", id_)]
        judged = CliRunner().invoke(main, arguments, env={"COLUMNS": "300"})
    assert ends(judged), judged.output
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
