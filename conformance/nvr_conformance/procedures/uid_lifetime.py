"""Measuring how long an idle UID lives: several at a time, each looked at once (§1.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nvr_conformance.judgement.outcomes import PrerequisiteFailed
from nvr_conformance.procedures.uid_ages import IdleUid, wait_until
from nvr_conformance.procedures.uid_lifetime_search import Search, Turn, tells, timetable

if TYPE_CHECKING:
    from nvr_conformance.client.client import Client
    from nvr_conformance.client.session import Session
    from nvr_conformance.client.target import Target
    from nvr_conformance.judgement.measurement import Sample

MOST_AT_ONCE = 12  # of the 16 UIDs that there are (§1.3)
_UNTOLD = 3  # UIDs at once where as_getinfo.cgi does not tell how many are free
_PATIENCE = 480.0  # seconds of real time: no round is begun that would end later
_SOON = (
    10.0  # seconds: who is due so soon is looked at though it should be known, to see whether answers agree
)
_MOST_ROUNDS = 20
_HAIR = 1e-5  # seconds: sums of Unix seconds lose less, so that who is looked at after 90 s is not younger

ON_A_MANUAL_CLOCK = Search((90.0, 89.9, 90.1, 200.0), resolution=0.1, grain=0.1)
ON_REAL_TIME = Search(
    (90.3, 89.7, 200.0, 77.0, 53.0, 110.0, 85.0, 98.0, 30.0, 140.0, 65.0, 10.0), resolution=1.0, grain=0.8
)


@dataclass
class LifetimeMeasuring:
    """One measuring, of UIDs that are left alone after their login. ``samples`` is what came of it, ``uids``
    how many it took, ``rounds`` in how many rounds."""

    target: Target
    client: Client
    samples: list[Sample] = field(default_factory=list)
    uids: int = 0
    rounds: int = 0

    def __post_init__(self) -> None:
        self.search = ON_A_MANUAL_CLOCK if self.target.clock == "manual" else ON_REAL_TIME
        self._patience = math.inf if self.target.clock == "manual" else _PATIENCE
        self._begun = self.target.now()
        self._to_log_out: list[Session] = []

    def run(self) -> None:
        """Look until no more is to be learnt, or it would take too long. PrerequisiteFailed where it cannot
        be done."""
        first = IdleUid(self.target, self.client.login())
        page = first.session.page
        fresh = first.look()
        if not fresh.alive:
            raise PrerequisiteFailed(f"status.cgi is refused on a fresh UID: {fresh.answer}")
        first.session.logout()
        # Both requests of a login, and the answer of a look, must fit between two turns.
        spacing = self.target.pace + 2 * (page.ended - page.started) + 0.2 if self.target.pace else 0.0
        while self.rounds < _MOST_ROUNDS:
            ages = self.search.next_ages(self.samples, self._free())
            turns = timetable(ages, spacing)
            spent = self.target.now() - self._begun
            if not turns or (self.rounds and spent + turns[-1].at > self._patience):
                return
            before = len(self.samples)
            self._round(turns, spacing)
            if len(self.samples) == before:
                return

    def _free(self) -> int:
        """How many UIDs may be taken: one is left for somebody else."""
        counts = self.client.uid_counts()
        free = _UNTOLD if counts is None else min(MOST_AT_ONCE, counts.maximum - counts.used - 1)
        if free < 1:
            raise PrerequisiteFailed("the UIDs of this recorder are taken by others")
        return free

    def _round(self, turns: list[Turn], spacing: float) -> None:
        begun = self.target.now() + spacing  # a command has just been sent
        self.rounds += 1
        waiting: dict[float, IdleUid] = {}
        for turn in turns:
            due = begun + turn.at
            while self._to_log_out and due - self.target.now() > 2 * spacing:
                self._log_one_out()
            if not turn.is_look:
                wait_until(self.target, due)
                waiting[turn.age] = IdleUid(self.target, self.client.login())
                self.uids += 1
            elif tells(turn.age, self.samples) or due - self.target.now() < _SOON:
                self._look(waiting.pop(turn.age), turn.age)
        self._to_log_out += [uid.session for uid in waiting.values()]
        while self._to_log_out:
            self._log_one_out()

    def _log_one_out(self) -> None:
        """Unless it has expired meanwhile, and its UID is another's now."""
        session = self._to_log_out.pop()
        if not session.reissued:
            session.logout()

    def _look(self, uid: IdleUid, age: float) -> None:
        uid.wait(age + _HAIR)
        if uid.session.reissued:  # what it is answered tells of another one, which it would keep alive
            return
        sample = uid.look().sample()
        if sample is not None:
            self.samples.append(sample)
        if sample is not None and not sample.alive:
            uid.session.logged_out = True  # it has ended by itself
        else:
            self._to_log_out.append(uid.session)
