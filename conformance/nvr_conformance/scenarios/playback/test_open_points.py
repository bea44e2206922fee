"""What the document leaves open about playback: recorded; what it says of the chunk without a picture,
where one comes, is judged."""

from __future__ import annotations

from nvr_conformance.facts import playback_chunk
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.profile.dialect_naming import told_by_video
from nvr_conformance.reading.gop import clock_time
from nvr_conformance.scenario import (
    SECOND,
    Check,
    Client,
    Gop,
    NotApplicable,
    NotTested,
    Observe,
    Player,
    Require,
    Target,
    player_in_recording,
    scenario,
)
from nvr_protocol.dialect import OPEN_POINTS

EARLIEST = 1_640_995_200 * SECOND  # 2022-01-01, the first day that TIMEF can name
DAY = 86_400 * SECOND
PLAYBACK, REVERSE = 2, 3  # what 0x000D calls them
FURTHER = 3  # GOPs behind the oldest, from which playback leads back to it
NEAR = 60 * SECOND  # of an end of the recording: it grows, and is overwritten, while the run goes on


@scenario("PLB-03", "PLB-05", "PLB-21", "PLB-31", "PLB-34", besides=("PLB-13", "PLB-16"))
def test_ends_and_beginnings(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    not_applicable: NotApplicable,
    observe: Observe,
    require: Require,
) -> None:
    """Past both ends, and back to the oldest GOP; before any PLAYCMD, outside MASK, PLAY on a fresh UID; the
    dialect."""
    judge = Judge(check, not_tested, not_applicable)
    player, first = player_in_recording(target, client)
    camera = first.camera
    following = player.several(camera, 2)
    player.goto(EARLIEST)
    oldest = player.fetch(camera)
    _back_to_the_oldest(check, not_tested, player, [oldest, *player.several(camera, FURTHER)])
    player.reverse(oldest.start or EARLIEST)
    early = [player.fetch(camera) for _ in range(2)]
    observe("PLB-31", ", then ".join(map(str, early)), "BPLAY from the oldest GOP")
    _judge_empty(judge, not_applicable, early[-1], REVERSE, "BPLAY from the oldest GOP")
    player.goto(round(target.unix_time()) * SECOND + DAY)
    newest = player.fetch(camera)
    late = player.fetch(camera)
    observe("PLB-31", str(late), "behind the newest GOP")
    _judge_empty(judge, not_applicable, late, PLAYBACK, "behind the newest GOP")
    others = [number for number in target.cameras if number != camera]
    if others:
        observe("PLB-31", player.fetch(others[0]), "a camera outside MASK")

    fresh = Player(client.login())
    fresh.choose(camera)
    observe("PLB-31", fresh.fetch(camera), "MASK, but no PLAYCMD")
    fresh.play()
    begun = fresh.fetch(camera)
    observe("PLB-34", _where(begun, oldest, newest), "PLAY on a fresh UID begins at")
    observe("PLB-34", _dialect([first, *following]), "dialect of playback video")


def _back_to_the_oldest(check: Check, not_tested: NotTested, player: Player, gops: list[Gop]) -> None:
    """PLB-13, PLB-16: BPLAY and PREVFRAME, which lead from one to another of the first GOPs, lead to the
    first of all too. ``gops``: these, as PLAY gives them. One that is overwritten meanwhile tells nothing."""
    starts = [gop.start for gop in gops if gop.given and gop.start is not None]
    if len(starts) <= FURTHER or starts != sorted(set(starts)):
        not_tested("PLB-13", "the first GOPs of the recording are not known")
        not_tested("PLB-16", "the first GOPs of the recording are not known")
        return
    camera, (first, second, third, *_) = gops[0].camera, starts
    player.reverse(starts[-1])
    back: list[Gop] = []
    while len(back) <= 3 * len(starts) and (not back or (back[-1].given and back[-1].start != first)):
        back.append(player.fetch(camera))
    stepped = [player.before(camera, shown) for shown in (third, second)]
    stayed = player.at(camera, EARLIEST).start == first
    if stayed and any(gop.start in starts for gop in back):
        name = "BPLAY to the oldest GOP"
        check("PLB-13", back[-1].start == first, gops[0], f"answer {len(back)}: {back[-1]}", name)
    else:
        not_tested("PLB-13", "the oldest GOP did not stay, or BPLAY leads elsewhere")
    if stayed and stepped[0].start == second:
        check("PLB-16", stepped[1].start == first, gops[0], stepped[1], "PREVFRAME to the oldest GOP")
    else:
        not_tested("PLB-16", "the oldest GOP did not stay, or PREVFRAME leads elsewhere")


def _where(begun: Gop, oldest: Gop, newest: Gop) -> str:
    """Where it begins, in words that say the same of every run: recordings go on and on, and their oldest is
    overwritten meanwhile."""
    if not begun.given or begun.start is None:
        return f"nothing is given: {begun}"
    for end, name in ((oldest, "oldest"), (newest, "newest")):
        if end.start is not None and abs(begun.start - end.start) <= NEAR:
            return f"the {name} recording"
    if oldest.start is None or newest.start is None:
        return f"{clock_time(begun.start)}; the ends of the recording are not known"
    if begun.start < oldest.start:
        return f"{_span(oldest.start - begun.start)} before the oldest recording that GOTODATE finds"
    if begun.start - oldest.start <= newest.start - begun.start:
        return f"{_span(begun.start - oldest.start)} after the oldest recording"
    return f"{_span(newest.start - begun.start)} before the newest recording"


def _span(hundredths: int) -> str:
    """A span of time in the unit that suits it."""
    seconds = hundredths // SECOND
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} s"


def _judge_empty(judge: Judge, not_applicable: NotApplicable, gop: Gop, operation: int, name: str) -> None:
    """Judge a chunk that has no picture like any other. What comes there is open: it may be no chunk."""
    if gop.given or not gop.exchange.ok or gop.chunk.stream_header_offset is None:
        for id_ in ("PLB-03", "PLB-05", "PLB-21"):
            not_applicable(id_, f"{name}: no chunk without a picture")
        return
    judge("PLB-03", f"no picture: {name}", playback_chunk.padded, gop.chunk)
    judge("PLB-05", f"no picture: {name}", playback_chunk.information, gop.chunk, gop.camera, "")
    judge("PLB-21", f"no picture: {name}", playback_chunk.operation, gop.chunk, operation, basis="operation")


def _dialect(gops: list[Gop]) -> str:
    """The open points that these GOPs settle."""
    told = told_by_video(gops)
    named = (f"{OPEN_POINTS[name]} {name}={value}" for name, value in sorted(told.named.items()))
    nameless = (f"{OPEN_POINTS[name]} {name}: {text}" for name, text in sorted(told.nameless.items()))
    return ", ".join((*named, *nameless)) or "nothing is told"
