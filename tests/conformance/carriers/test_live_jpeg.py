"""What stands ahead of live JPEG pictures agrees with them, in every form; what does not is found by name."""

import pytest

from nvr_conformance.carriers.live_jpeg import ROWS, JpegCapture
from nvr_conformance.carriers.rows import walk
from nvr_conformance.facts.clock import Now
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.live_jpeg import read_jpeg_part
from nvr_fixtures import load_jpeg
from nvr_protocol.additional_information import AdditionalInformation, Operation
from nvr_protocol.dialect import Dialect
from nvr_protocol.live_jpeg import write_live_jpeg
from nvr_protocol.timestamps import Zone

START = 1_714_000_000
PICTURES = load_jpeg("city", 1).pictures[:4]


def capture(dialect=None, *, camera=True, **changes):
    """Four pictures, five a second. `changes`: of a field, what it says of picture number, size."""
    bodies = []
    for number, jpeg in enumerate(PICTURES):
        told = {
            "camera": 2,
            "data_size": len(jpeg),
            "seconds": START,
            "zone": Zone(330),
            "frame_rate": 50,
            "frame_hundredths": 20 * number,
            "operation": Operation.LIVE,
            "speed": 0,
        }
        own = {"camera_seconds": START, "camera_zone": Zone(330), "camera_frame_hundredths": 20 * number}
        for field, change in changes.items():
            (own if field.startswith("camera_") else told)[field] = change(number, len(jpeg))
        camera_information = AdditionalInformation(**own) if camera else None
        recorder = AdditionalInformation(**told)
        bodies.append(write_live_jpeg(jpeg, recorder, camera_information, dialect or Dialect()))
    return JpegCapture([read_jpeg_part(body) for body in bodies], bodies, 2, Now(START))


def failing(captured):
    """The names of the checks that do not hold."""
    failed = []

    def judge(id_, name, rule, what, *, basis):
        assert (id_, basis in ("form", "values")) == ("LIV-19", True)
        try:
            if not rule(what).ok:
                failed.append(name)
        except NothingToJudge:
            pass

    walk(ROWS, judge, captured, "")
    return failed


@pytest.mark.parametrize("camera", [True, False])
@pytest.mark.parametrize("dialect", [Dialect(), Dialect(jpeg_form="one-soi"), Dialect(byte_order="little")])
def test_right_in_every_form(dialect, camera):
    assert failing(capture(dialect, camera=camera)) == []


@pytest.mark.parametrize(
    ("field", "change", "name"),
    [
        ("data_size", lambda number, size: size - 4, "0x0006"),
        ("data_size", lambda number, size: size - (number == 2), "0x0006"),
        ("data_size", lambda number, size: size if number else size - 2, "0x0006"),
        ("frame_rate", lambda number, size: 50 + number, "0x0009"),
        ("frame_hundredths", lambda number, size: 0, "0x000A"),
        ("frame_hundredths", lambda number, size: 99 - 20 * number, "0x000A"),
        ("camera_frame_hundredths", lambda number, size: 7, "0x0012"),
        ("camera", lambda number, size: 3, "0x0004"),
        ("operation", lambda number, size: Operation.PLAYBACK, "fixed values"),
    ],
)
def test_the_field_that_is_wrong_is_named(field, change, name):
    told = {field: change} if field != "camera" else {}
    captured = capture(**told)
    if field == "camera":
        captured = JpegCapture(captured.parts, captured.bodies, 3, Now(START))
    assert failing(captured) == [name]


@pytest.mark.parametrize(("counted", "right"), [(-2, True), (24, True), (5, False)])
def test_what_the_size_counts_is_open(counted, right):
    assert failing(capture(data_size=lambda number, size: size + counted)) == ([] if right else ["0x0006"])
