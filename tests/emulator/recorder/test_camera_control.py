"""§4.2: what the commands of camera control do, and to which cameras."""

import dataclasses

import msgspec
import pytest

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.settings import CameraState
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.configuration.variant_choice import read_variants
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Request
from nvr_protocol.commands.urls import build_command
from nvr_protocol.models import SERIES_BY_NAME, Source, Sourced

NOW = 1_714_000_000.0


class Desk:
    """One user at one recorder; `now` is where time stands."""

    def __init__(self, settings=None):
        self.recorder = Recorder(plan(settings or small_recorder(2)), NOW)
        self.uid = self.recorder.sessions.login("ADMIN", 0, NOW).uid
        self.now = NOW

    def send(self, key, camera=1, **values):
        path, _, query = build_command(key, UID=self.uid, CH=camera, **values).partition("?")
        return self.recorder.receive(Request("GET", path, query), self.now).status

    def raw(self, cgi, query):
        request = Request("GET", f"/cgi-bin/{cgi}.cgi", f"UID={self.uid}&{query}")
        return self.recorder.receive(request, self.now).status

    def seen(self, camera=1):
        return self.recorder.camera_control.seen(camera, self.now)

    def after(self, seconds, camera=1):
        self.now += seconds
        return self.seen(camera)


@pytest.fixture
def desk():
    return Desk()


def test_positive_speeds_go_right_down_and_in(desk):
    assert desk.send("pan_tilt_zoom", PAN=256, TILT=128, ZOOM=4) == 200
    assert (desk.seen()["pan"], desk.seen()["moving"]) == (0.0, True)
    halfway, end, later = desk.after(1.0), desk.after(1.0), desk.after(60.0)
    assert (halfway["pan"], halfway["tilt"], halfway["zoom"]) == pytest.approx((60, 30, 6), abs=0.01)
    assert (end["pan"], end["tilt"], end["zoom"]) == pytest.approx((120, 60, 11), abs=0.01)
    assert end["moving"] is False
    assert later == end


def test_an_axis_that_is_left_out_goes_on(desk):
    desk.send("pan_tilt_zoom", PAN=256)
    desk.now += 1.0
    assert desk.send("pan_tilt_zoom", TILT=256) == 200
    assert desk.send("pan_tilt_zoom") == 200
    assert desk.after(1.0)["pan"] == pytest.approx(120, abs=0.01)


def test_speed_0_stops(desk):
    desk.send("pan_tilt_zoom", PAN=-256)
    desk.now += 0.5
    desk.send("pan_tilt_zoom", PAN=0)
    assert desk.after(5.0)["pan"] == pytest.approx(-30, abs=0.01)


@pytest.mark.parametrize(
    "values",
    [
        "PAN=257&TILT=0&ZOOM=0",
        "PAN=0&TILT=-257&ZOOM=0",
        "PAN=0&TILT=0&ZOOM=5",
        "PAN=x&TILT=0&ZOOM=0",
        "PAN=1.0",
        "PAN=",
    ],
)
def test_what_is_out_of_range_is_refused_and_moves_nothing(desk, values):
    before = desk.seen()
    assert desk.raw("directctrl", f"CH=1&{values}&PC=AS60") == 400
    assert desk.after(1.0) == before


def test_a_narrow_series_refuses_more_than_16(monkeypatch):
    narrow = dataclasses.replace(SERIES_BY_NAME["WJ-NU101"], pan_tilt_speed=Sourced(16, Source.ASSUMED))
    monkeypatch.setitem(SERIES_BY_NAME, "WJ-NU101", narrow)
    desk = Desk()
    assert desk.send("pan_tilt_zoom", PAN=17) == 400
    assert desk.send("pan_tilt_zoom", TILT=-17) == 400
    assert desk.send("pan_tilt_zoom", PAN=16, TILT=-16) == 200
    assert desk.after(2.0)["pan"] == pytest.approx(120)


@pytest.mark.parametrize(
    ("x", "y", "pan", "tilt"), [(0, 0, 30, 17), (32, 32, -30, -17), (16, 16, 0, 0), (32, 0, -30, 17)]
)
def test_centering_turns_towards_the_point(desk, x, y, pan, tilt):
    assert desk.send("centering", X=x, Y=y) == 200
    seen = desk.after(3.0)
    assert (seen["pan"], seen["tilt"]) == (pan, tilt)


def test_centering_takes_cam_for_ch(desk):
    assert desk.raw("camctl", "CAM=1&CMD=CENTERING&CTRL=START&X=0&Y=16&PC=AS60") == 200
    assert desk.after(3.0)["pan"] == 30


def test_centering_turns_less_when_zoomed_in(desk):
    desk.send("pan_tilt_zoom", ZOOM=4)
    desk.now += 3.0
    desk.send("centering", X=0, Y=16)
    assert desk.after(3.0)["pan"] == pytest.approx(30 / 11, abs=0.01)


def test_focus(desk):
    assert desk.send("focus", CTRL=("FAR", "START")) == 200
    assert (desk.after(3.0)["focus"], desk.seen()["auto_focus"]) == (0.7, False)
    assert desk.send("focus", CTRL=("NEAR", "START")) == 200
    assert desk.after(3.0)["focus"] == 0.5
    desk.send("focus", CTRL=("FAR", "START"))
    desk.now += 3.0
    assert desk.send("focus", CTRL=("AUTO", "START")) == 200
    assert (desk.after(9.0)["focus"], desk.seen()["auto_focus"]) == (0.5, True)


def test_iris(desk):
    assert desk.send("iris", CTRL=("OPEN", "START")) == 200
    assert desk.after(3.0)["iris"] == 0.7
    assert desk.send("iris", CTRL=("CLOSE", "START")) == 200
    desk.now += 3.0
    assert desk.send("iris", CTRL=("CLOSE", "START")) == 200
    assert desk.after(3.0)["iris"] == pytest.approx(0.3)
    assert desk.send("iris", CTRL=("RESET", "START")) == 200
    assert desk.after(9.0)["iris"] == 0.5


@pytest.mark.parametrize("number", [1, 256])
def test_a_preset_keeps_its_place(desk, number):
    desk.send("pan_tilt_zoom", PAN=128, TILT=-64, ZOOM=2)
    kept = desk.after(3.0)
    assert desk.send("preset_set", NO=number) == 200
    desk.send("pan_tilt_zoom", PAN=-256, TILT=256, ZOOM=-4)
    assert desk.after(3.0)["pan"] != kept["pan"]
    assert desk.send("preset_go", NO=number) == 200
    found = desk.after(10.0)
    assert [found[name] for name in ("pan", "tilt", "zoom")] == [
        kept[name] for name in ("pan", "tilt", "zoom")
    ]
    assert found["presets"] == [number]


def test_a_preset_that_is_not_there_moves_nothing(desk):
    before = desk.seen()
    assert desk.send("preset_go", NO=7) == 200
    assert desk.after(3.0) == before


@pytest.mark.parametrize("number", ["0", "257", "x"])
def test_presets_are_1_to_256(desk, number):
    assert desk.raw("camctl", f"CH=1&CMD=PRESETPRG&NO={number}&PC=AS60") == 400
    assert desk.raw("camctl", f"CH=1&CMD=PRESET&NO={number}&PC=AS60") == 400


def test_auxiliaries_open_and_close(desk):
    for number in (8, 1):
        assert desk.send("auxiliary", CMD=f"AUX{number}", CTRL="OPEN") == 200
    assert desk.seen()["open_auxiliaries"] == [1, 8]
    desk.send("auxiliary", CMD="AUX8", CTRL="CLOSE")
    assert desk.send("auxiliary", CMD="AUX8", CTRL="CLOSE") == 200
    assert desk.seen()["open_auxiliaries"] == [1]
    assert desk.raw("camctl", "CH=1&CMD=AUX9&CTRL=OPEN&PC=AS60") == 400
    assert desk.raw("camctl", "CH=1&CMD=AUX0&CTRL=OPEN&PC=AS60") == 400


def test_each_camera_moves_for_itself(desk):
    desk.send("pan_tilt_zoom", camera=2, PAN=256)
    assert (desk.after(3.0, 2)["pan"], desk.seen(1)["pan"]) == (120, 0)


def test_a_camera_that_is_not_registered_is_refused():
    settings = small_recorder(2)
    desk = Desk(msgspec.structs.replace(settings, cameras=settings.cameras[:2]))
    assert desk.send("pan_tilt_zoom", camera=2, PAN=1) == 200
    assert desk.send("pan_tilt_zoom", camera=3, PAN=1) == 404
    assert desk.send("focus", camera=3, CTRL=("FAR", "START")) == 404


def test_a_camera_without_ptz_has_its_auxiliaries_alone():
    settings = small_recorder(2)
    fixed = msgspec.structs.replace(settings.cameras[0], ptz=False)
    desk = Desk(msgspec.structs.replace(settings, cameras=(fixed,)))
    before = desk.seen()
    assert desk.send("pan_tilt_zoom", PAN=256) == 200
    assert desk.send("preset_set", NO=1) == 200
    assert desk.send("focus", CTRL=("FAR", "START")) == 200
    assert desk.after(1.0) == before
    assert desk.send("auxiliary", CMD="AUX1", CTRL="OPEN") == 200
    assert desk.seen()["open_auxiliaries"] == [1]


def test_a_recorder_may_refuse_what_a_camera_without_ptz_cannot_do():
    settings = small_recorder(2)
    fixed = msgspec.structs.replace(settings.cameras[0], ptz=False)
    variants = read_variants({"fixed-camera-control": "refused"})
    desk = Desk(msgspec.structs.replace(settings, cameras=(fixed, *settings.cameras[1:]), variants=variants))
    assert desk.send("pan_tilt_zoom", PAN=0, TILT=0, ZOOM=0) == 404
    assert desk.send("preset_go", NO=1) == 404
    assert desk.send("auxiliary", CMD="AUX1", CTRL="OPEN") == 200
    assert desk.send("pan_tilt_zoom", camera=2, PAN=256) == 200


def test_a_lost_camera_does_nothing(desk):
    desk.recorder.set_camera_state(1, CameraState.LOST, desk.now)
    assert desk.send("pan_tilt_zoom", PAN=256) == 200
    assert desk.after(1.0)["pan"] == 0


def test_reset_brings_all_back(desk):
    before = desk.seen()
    desk.send("pan_tilt_zoom", PAN=256)
    desk.send("preset_set", NO=1)
    desk.send("auxiliary", CMD="AUX1", CTRL="OPEN")
    desk.recorder.reset(desk.now)
    assert desk.after(1.0) == before


def test_a_viewer_may_control_cameras(desk):
    desk.uid = desk.recorder.sessions.login("VIEWER", 3, NOW).uid
    assert desk.send("pan_tilt_zoom", PAN=256) == 200
