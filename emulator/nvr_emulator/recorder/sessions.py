"""Sessions by UID: how they are issued, kept alive and ended (§1.3, §6.1, §6.2)."""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from nvr_emulator.recorder.happenings import SessionEnded, SessionIssued, Tell, unheard
from nvr_emulator.seams import seam, untouched

ENDED_REMEMBERED = 1000
"""How many ended UIDs are remembered at most, so that a refusal can say why. None of them is issued again,
unless `Reuse` says so."""

Reuse = Literal["none", "places", "last-freed"]
"""Which UIDs of those that ended are issued again: none; that of the first free place, each of which has its
own; or the one that ended last."""

BIGGEST_UID = 2**63 - 1


class Ending(StrEnum):
    """Why a UID is no longer valid."""

    EXPIRED = "expired"
    LOGGED_OUT = "logged out"
    EVICTED = "evicted"
    RESET = "reset"
    REBOOTED = "ended by a restart of the recorder"


@dataclass
class Session:
    """One valid UID. `priority` 0 is the highest; times are Unix seconds."""

    uid: int
    user: str
    priority: int
    number: int
    issued: float
    last_command: float


OnEnd = Callable[[Session, Ending, float], None]
"""Told which session ended, why and when."""

_EXPIRY = frozenset(("expires_at",))
"""What is asked of each UID at each request, unless nothing was put around it."""


class SessionTable:
    """The valid UIDs of a recorder. `newcomer_yields`: whether one whose priority is below all is refused."""

    def __init__(
        self,
        digits: int,
        rng: random.Random,
        on_end: OnEnd,
        *,
        lifetime: float = 90.0,
        capacity: int = 16,
        newcomer_yields: bool = True,
        reuse: Reuse = "none",
    ) -> None:
        self.newcomer_yields = newcomer_yields
        self.lifetime = lifetime
        self.capacity = capacity
        self._on_end = on_end
        self.tell: Tell = unheard
        self._rng = rng
        self._lowest, self._highest = 10 ** (digits - 1), min(10**digits - 1, BIGGEST_UID)
        # Of few digits there are few UIDs: half of them stay free to be issued.
        self._remembered = min(ENDED_REMEMBERED, (self._highest - self._lowest + 1) // 2)
        self._valid: dict[int, Session] = {}
        self._ended: OrderedDict[int, Ending] = OrderedDict()
        self._issued = 0
        self._reuse: Reuse = reuse
        self._places: list[int] = []

    def valid(self) -> list[Session]:
        """The sessions that are valid, in the order of their issue."""
        return list(self._valid.values())

    def used(self) -> int:
        """How many UIDs are valid (USEDUID, §5.3.1)."""
        return len(self._valid)

    @seam
    def login(self, user: str, priority: int, now: float) -> Session | None:
        """Issue a UID; None where the newcomer alone is of lowest priority, all are taken, and it yields
        (OP-7)."""
        if len(self._valid) >= self.capacity:
            victim = self.choose_victim()
            if victim.priority < priority and self.newcomer_yields:
                return None
            self.end(victim, Ending.EVICTED, now)
        self._issued += 1
        session = Session(self._new_uid(), user, priority, self._issued, now, now)
        self._valid[session.uid] = session
        self.tell(SessionIssued(at=now, uid=session.uid, user=user))
        return session

    @seam
    def choose_victim(self) -> Session:
        """Who makes room: the lowest priority, and among equals the UID issued first (§1.3)."""
        return max(self._valid.values(), key=lambda session: (session.priority, -session.number))

    @seam
    def find(self, uid: int) -> Session | None:
        """The valid session of `uid`, if there is one."""
        return self._valid.get(uid)

    def ending(self, uid: int) -> Ending | None:
        """Why `uid` is no longer valid; None if it never was (or was forgotten)."""
        return self._ended.get(uid)

    @seam
    def touch(self, session: Session, now: float) -> None:
        """A command carried the UID: its lifetime starts again."""
        session.last_command = now

    @seam
    def end(self, session: Session, ending: Ending, now: float) -> None:
        """Make the UID invalid; everything that runs on it ends."""
        if self._valid.pop(session.uid, None) is None:
            return
        self._ended[session.uid] = ending
        while len(self._ended) > self._remembered:
            self._ended.popitem(last=False)
        self.tell(
            SessionEnded(
                at=now,
                uid=session.uid,
                user=session.user,
                ending=ending.value,
                last_command=session.last_command,
            )
        )
        self._on_end(session, ending, now)

    def expire(self, now: float) -> None:
        """End each UID that has been idle for its lifetime (OP-6: valid while idle time < 90 s)."""
        lifetime, valid = self.lifetime, self._valid.values()
        over = (
            [session for session in valid if now >= session.last_command + lifetime]
            if untouched(self, _EXPIRY)
            else self.valid()
        )
        for session in over:
            expired = self.expires_at(session)
            if now >= expired:
                self.end(session, Ending.EXPIRED, expired)

    @seam
    def expires_at(self, session: Session) -> float:
        """When the UID ends if no command carries it until then."""
        return session.last_command + self.lifetime

    def next_expiry(self) -> float | None:
        """When the next UID would end."""
        if not self._valid:
            return None
        if untouched(self, _EXPIRY):
            return min([session.last_command for session in self._valid.values()]) + self.lifetime
        return min([self.expires_at(session) for session in self._valid.values()])

    def clock_stepped(self, seconds: float) -> None:
        """The clock was set: UIDs live by uptime, so that none ends by it."""
        for session in self._valid.values():
            session.issued += seconds
            session.last_command += seconds

    def end_all(self, ending: Ending, now: float) -> None:
        """End every UID."""
        for session in self.valid():
            self.end(session, ending, now)

    def _new_uid(self) -> int:
        uid = self._freed_uid()
        if uid is None:
            uid = self._drawn_uid()
            if self._reuse == "places":
                self._places.append(uid)
        self._ended.pop(uid, None)
        return uid

    def _freed_uid(self) -> int | None:
        """The UID that is to be issued again, if any is."""
        match self._reuse:
            case "places":
                return next((uid for uid in self._places if uid not in self._valid), None)
            case "last-freed":
                return next(reversed(self._ended), None)
            case _:
                return None

    def _drawn_uid(self) -> int:
        while True:
            uid = self._rng.randint(self._lowest, self._highest)
            if uid not in self._valid and uid not in self._ended:
                return uid
