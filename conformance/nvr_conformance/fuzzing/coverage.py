"""What a fuzzed run came across, and how much of it there is: kinds of step in the situations of a UID.

A combination is a kind of step, the situation that it meets, and what the document wants of the answer.
Those that are possible are found by asking the reference model about each kind of step in each situation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nvr_conformance.fuzzing.reference_model import (
    AT_ONCE,
    CAPACITY,
    ReferenceModel,
    Surroundings,
    Verdict,
)
from nvr_conformance.fuzzing.steps import (
    CONTROLS,
    HARMLESS_KEYS,
    WAYS,
    Fetch,
    LogIn,
    Malformed,
    Send,
    Step,
    Stranger,
    playing,
    push,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

LABEL = "s1"


class Combination(NamedTuple):
    """A kind of step, what it meets, and what the answer must be."""

    kind: str
    situation: str
    verdict: str


def kind_of(step: Step) -> str:
    """What a step is about, without its numbers."""
    if not isinstance(step, Send):
        return type(step).__name__
    if "COMP" in step.values:
        what = "audio" if step.values["COMP"] == "AUDIO" else "pictures"
        return f"{step.key} {step.values['CMD']} {what}"
    return f"{step.key} {step.values['PLAYCMD']}" if "PLAYCMD" in step.values else step.key


def situation_of(model: ReferenceModel, step: Step) -> str:
    """In a few words what a step meets."""
    if isinstance(step, LogIn):
        return "full" if len(model.sessions) >= CAPACITY else "room"
    if not isinstance(step, (Send, Fetch, Malformed)):
        return ""
    session = model.sessions.get(step.label)
    if session is None:
        return "no UID"
    if session.live:
        full = ", full" if len(session.live) >= AT_ONCE else ""
        return ("live with audio" if session.audio else "live") + full
    return session.playback.operation or ("idle" if session.playback.mask is None else "masked")


def possible_combinations(known: Surroundings, *, ptz: bool, eviction: bool) -> frozenset[Combination]:
    """Every combination that rules can come across on such a recorder."""
    found = set()
    for model in _situations(known):
        for step in _probes(known, ptz=ptz):
            found.add(Combination(kind_of(step), situation_of(model, step), model.expect(step).value))
    found.update(_logins(known, eviction=eviction))
    for target in ("/", "/cgi-bin/as_getinfo.cgi"):
        found.add(Combination("Stranger", "", ReferenceModel(known).expect(Stranger(target)).value))
    found.add(Combination("CountUids", "", Verdict.ACCEPTED.value))
    return frozenset(found)


def _logins(known: Surroundings, *, eviction: bool) -> Iterator[Combination]:
    """Logins of each user: with room for one more, and where all have the highest priority or any."""
    users = range(len(known.priorities))
    crowds = [[], [0] * CAPACITY, list(range(CAPACITY))]
    for crowd in crowds if eviction else crowds[:1]:
        model = ReferenceModel(known)
        for number, user in enumerate(crowd):
            model.follow(LogIn(f"s{number}", user), accepted=True)
        for step in (LogIn(LABEL, user) for user in users):
            yield Combination(kind_of(step), situation_of(model, step), model.expect(step).value)


def _situations(known: Surroundings) -> list[ReferenceModel]:
    """A model for each situation in which the UID of ``LABEL`` can be; in the first it has none."""
    cameras = sorted(known.cameras)
    begun: list[tuple[Step, ...]] = [(), (_mask(cameras[:1]),)]
    begun += [(_mask(cameras[:1]), playing(LABEL, name)) for name in WAYS]
    for count in (3, AT_ONCE):
        # The last one sends JPEG, beside which audio may be refused.
        comps = ["H264"] * (min(count, len(cameras)) - 1) + ["JPEG"]
        live = tuple(
            push(LABEL, "live_http", "START", camera, comp)
            for camera, comp in zip(cameras, comps, strict=False)
        )
        begun += [live, (*live, push(LABEL, "live_http", "START", cameras[0], "AUDIO"))]
    models = [ReferenceModel(known)]
    for steps in begun:
        model = ReferenceModel(known)
        for step in (LogIn(LABEL), *steps):
            model.follow(step, accepted=True)
        models.append(model)
    return models


def _probes(known: Surroundings, *, ptz: bool) -> list[Step]:
    """Each kind of step that carries a UID, in all ways that make a difference to its answer."""
    cameras, nobody = sorted(known.cameras), known.channels + 1
    tried = [*cameras[:4], *cameras[AT_ONCE - 1 : AT_ONCE + 1], nobody]
    steps: list[Step] = [Malformed(LABEL, "")]
    steps += [Send(LABEL, key) for key in ("logout", *HARMLESS_KEYS)]
    steps += [playing(LABEL, name) for name in (*WAYS, "STOP")]
    steps += [_mask(cameras[:1]), _mask(cameras[: AT_ONCE + 1])]
    steps.append(Send(LABEL, "mask", {"digits": known.channels - 1}, tuple(cameras[:1])))
    for camera in tried:
        steps += [Fetch(LABEL, camera), Send(LABEL, "playaudio", {"CAM": camera})]
        for command in ("START", "STOP"):
            steps += [push(LABEL, "live_rtp", command, camera, comp) for comp in ("H264", "AUDIO")]
            steps += [push(LABEL, "live_http", command, camera, comp) for comp in ("H264", "JPEG", "AUDIO")]
        if ptz:
            steps += [Send(LABEL, key, {"CH": camera}) for key in CONTROLS]
    return steps


def _mask(cameras: list[int]) -> Send:
    return Send(LABEL, "mask", cameras=tuple(cameras))
