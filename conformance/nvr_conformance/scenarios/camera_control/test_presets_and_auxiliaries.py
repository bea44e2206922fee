"""Camera control (§4.2.6 … §4.2.8): presets and AUX, and what the camera does where the control port tells.

Cameras move, and their AUX are switched: on a real recorder only with --allow ptz. Every AUX is left closed.
Presets are touched with --allow presets alone, and so that they stay what they are: the camera goes to a
preset first, and the preset is registered again there, when the camera has arrived. (One that did not
exist is registered where the camera stood; the document has no way to remove it, nor to tell where a camera
stands.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.facts.camera_control import is_at, stands
from nvr_conformance.procedures.camera_functions import Functions
from nvr_conformance.procedures.camera_operator import PAUSE, STOPPED, Operator, another, operator_of
from nvr_conformance.procedures.uid_commands import RECALLED
from nvr_conformance.scenario import Check, Client, NotTested, Observe, Target, refused, scenario

if TYPE_CHECKING:
    from nvr_conformance.facts.camera_control import Camera

PLACES = {
    1: (64, 0, 0),
    10: (0, 64, 1),
    17: (-128, -32, 0),
    65: (-64, -96, 0),
    100: (32, 16, 1),
    101: (32, 16, -1),
    128: (160, 0, 1),
    129: (32, 32, 0),
    200: (-32, 16, 1),
    255: (16, 16, -2),
    256: (-64, -64, 1),
}
"""PAN, TILT and ZOOM that lead from the place of one preset to that of the next. Numbers of one digit, two
and three, and those that are one number where a recorder counts to 16, 64, 100 or 128."""
OF_THE_OTHER = (1, 128, 256)
AUXILIARIES = range(1, 9)
BRIEF = 0.2  # seconds in which a camera that moves shows it


@scenario("CTL-08", needs=("ptz", "presets"))
def test_presets(
    target: Target, client: Client, check: Check, not_tested: NotTested, observe: Observe
) -> None:
    """Presets 1, 128 and 256 are gone to and registered again where they are. Then 0 and 257, which no client
    should name: the camera is sent there, and nothing is registered."""
    operator = operator_of(target, client.login())
    accepted = Functions(operator, check, not_tested)
    for number in (1, 128, 256):
        gone = operator.send("preset_go", NO=number)
        target.pass_time(RECALLED)
        registered = operator.send("preset_set", NO=number)
        accepted("CTL-08", "presets", registered, f"register preset {number}")
        if refused(gone):  # as one may be that there is not
            gone = operator.send("preset_go", NO=number)
        accepted("CTL-08", "presets", gone, f"go to preset {number}")
    accepted.close()
    if operator.sight() is not None:
        operator = _judge_recall(target, client, operator, check)
    for number in (0, 257) if accepted.has("presets") else ():
        observe("CTL-08", operator.raw(f"CMD=PRESET&NO={number}"), f"go to preset {number}")


def _judge_recall(target: Target, client: Client, operator: Operator, check: Check) -> Operator:
    """Presets bring the camera back to where each was registered, whatever other presets and other cameras
    have, though it is under way, and though who registered them has left. For cameras that can be seen.
    Returns who came instead."""
    other = another(target, operator)
    kept: dict[tuple[int, int], Camera] = {}
    for number, (pan, tilt, zoom) in PLACES.items():
        for one in _those(operator, other, number):
            # The other camera keeps other places under the same numbers.
            one.move(PAN=pan if one is operator else tilt, TILT=tilt, ZOOM=zoom)
            target.pass_time(PAUSE)
            one.move()
            one.send("preset_set", NO=number)
            kept[one.camera, number] = one.sight() or {}
    last = operator.follow(STOPPED)
    if last is not None:
        here = operator.sight() or {}
        registered = kept[operator.camera, max(PLACES)]
        check("CTL-08", *stands(registered, here), "the camera stands when a preset is registered")
    operator.session.logout()
    operator = Operator(target, client.login(), operator.camera)
    other = another(target, operator)
    for number in PLACES:
        for one in _those(operator, other, number):
            one.send("preset_go", NO=number)
            _judge_arrival(target, one, check, kept, number, "")
    operator.move(PAN=256)
    operator.send("preset_go", NO=1)
    _judge_arrival(target, operator, check, kept, 1, ", under way")
    return operator


def _those(operator: Operator, other: Operator | None, number: int) -> list[Operator]:
    return [other, operator] if other is not None and number in OF_THE_OTHER else [operator]


def _judge_arrival(
    target: Target,
    one: Operator,
    check: Check,
    kept: dict[tuple[int, int], Camera],
    number: int,
    how: str,
) -> None:
    target.pass_time(RECALLED)
    found = one.sight() or {}
    name = f"preset {number} of camera {one.camera} is recalled{how}"
    check("CTL-08", *is_at(found, kept[one.camera, number]), name)


@scenario("CTL-09", needs=("ptz",))
def test_auxiliaries(
    target: Target, client: Client, check: Check, not_tested: NotTested, observe: Observe
) -> None:
    """AUX1 … AUX8 are opened and closed; then AUX0 and AUX9, which no client should name, are closed."""
    operator = operator_of(target, client.login())
    accepted = Functions(operator, check, not_tested)
    seen = operator.sight()
    opened: set[int] = set() if seen is None else set(seen["open_auxiliaries"])
    with operator.away():
        for number in AUXILIARIES:
            try:
                _switch(operator, check, accepted, opened, number, "OPEN")
            finally:  # closed again, whatever ends the run
                _switch(operator, check, accepted, opened, number, "CLOSE")
        if seen is not None:
            _judge_several(operator, check, accepted, opened)
    accepted.close()
    for number in (0, 9) if accepted.has("AUX") else ():
        observe("CTL-09", operator.raw(f"CMD=AUX{number}&CTRL=CLOSE"), f"AUX{number} CLOSE")


def _judge_several(operator: Operator, check: Check, accepted: Functions, opened: set[int]) -> None:
    """Each is its own, whatever the others are, and stays as it is when told so again."""
    for number in AUXILIARIES:
        _switch(operator, check, accepted, opened, number, "OPEN")
    _switch(operator, check, accepted, opened, 3, "OPEN", ", again")
    for number in (5, 2, 7):
        _switch(operator, check, accepted, opened, number, "CLOSE")
    _switch(operator, check, accepted, opened, 2, "CLOSE", ", again")
    operator.move(PAN=1)
    operator.move()
    found = (operator.sight() or {})["open_auxiliaries"]
    check("CTL-09", found == sorted(opened), sorted(opened), found, "while the camera moves")
    # Where speed 0 stops no camera, which is for CTL-01, it turns.
    for number in sorted(opened & set(AUXILIARIES)):
        operator.send("auxiliary", CMD=f"AUX{number}", CTRL="CLOSE")


def _switch(
    operator: Operator,
    check: Check,
    accepted: Functions,
    opened: set[int],
    number: int,
    wanted: str,
    again: str = "",
) -> None:
    """CTL-09: AUX ``number``, OPEN or CLOSE, is accepted, and does so where the control port tells: of those
    that are ``opened`` none other changes, and the camera stands."""
    before = operator.sight()
    switched = operator.send("auxiliary", CMD=f"AUX{number}", CTRL=wanted)
    accepted("CTL-09", "AUX", switched, f"AUX{number} {wanted}")
    operator.target.pass_time(BRIEF)
    after = operator.sight()
    if not switched.ok or before is None or after is None:
        return
    opened ^= {number} if (number in opened) is (wanted == "CLOSE") else set()
    found = after["open_auxiliaries"]
    name = f"AUX{number} after {wanted}{again}{f', {len(opened)} open' if len(opened) > 1 else ''}"
    check("CTL-09", found == sorted(opened), sorted(opened), found, name)
    if not stands(before, after).ok:
        check("CTL-09", *stands(before, after), f"AUX{number} {wanted}: the camera stands")
