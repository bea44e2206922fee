"""What the document leaves open about playback: recorded, not judged."""

from __future__ import annotations

from nvr_conformance.playing import SECOND, Gop, Player, clock_time, player_in_recording
from nvr_conformance.scenario import Client, Observe, Require, Target, scenario
from nvr_protocol.dialect import OPEN_POINTS
from nvr_protocol.dialect_detection import Detection, detect_dialect
from nvr_protocol.errors import ProtocolError

EARLIEST = 1_640_995_200 * SECOND  # 2022-01-01, the first day that TIMEF can name
DAY = 86_400 * SECOND


@scenario("PLB-31", "PLB-34")
def test_ends_and_beginnings(target: Target, client: Client, observe: Observe, require: Require) -> None:
    """Past both ends, before any PLAYCMD, outside MASK, PLAY on a fresh UID; the dialect."""
    player, first = player_in_recording(target, client)
    camera = first.camera
    player.goto(EARLIEST)
    oldest = player.fetch(camera)
    player.reverse(oldest.start or EARLIEST)
    observe("PLB-31", _said(player, camera, 2), "BPLAY from the oldest GOP")
    player.goto(round(target.unix_time()) * SECOND + DAY)
    newest = player.fetch(camera)
    observe("PLB-31", _said(player, camera, 1), "behind the newest GOP")
    others = [number for number in target.cameras if number != camera]
    if others:
        observe("PLB-31", player.fetch(others[0]), "a camera outside MASK")

    fresh = Player(client.login())
    fresh.choose(camera)
    observe("PLB-31", fresh.fetch(camera), "MASK, but no PLAYCMD")
    fresh.play()
    begun = fresh.fetch(camera)
    where = f"{clock_time(begun.start)}; oldest {clock_time(oldest.start)}, newest {clock_time(newest.start)}"
    observe("PLB-34", where, "PLAY on a fresh UID begins at")
    observe("PLB-34", _dialect(first), "dialect of playback video")


def _said(player: Player, camera: int, count: int) -> str:
    return ", then ".join(str(player.fetch(camera)) for _ in range(count))


def _dialect(gop: Gop) -> str:
    try:
        detection = detect_dialect(gop.exchange.body)
    except ProtocolError as error:
        return f"none explains the chunk: {error}"
    return _described(detection)


def _described(detection: Detection) -> str:
    told = (f"{OPEN_POINTS[field]} {field}" for field in sorted(detection.determined))
    return f"{detection.dialect.name}; told by the sample: {', '.join(told)}"
