"""How long a UID was left alone when the recorder was asked, and how sure that is (§1.3)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from nvr_conformance.judgement.measurement import Sample
from nvr_conformance.wire.exchange import Exchange, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.client.session import Session
    from nvr_conformance.client.target import Target


class Span(NamedTuple):
    """Between these moments the recorder dealt with a request."""

    begun: float
    ended: float


class Age(NamedTuple):
    """Seconds since the last command: not less, not more."""

    least: float
    most: float

    def __str__(self) -> str:
        middle, unsure = (self.least + self.most) / 2, (self.most - self.least) / 2
        if unsure < 1e-6:
            return f"{middle:.1f} s"
        digits = 1 if unsure >= 0.05 else 2
        return f"{middle:.{digits}f} s (±{math.ceil(unsure * 10**digits - 1e-6) / 10**digits:.{digits}f} s)"


class Asked(NamedTuple):
    """An answer, and how old the UID was then."""

    answer: Exchange
    age: Age

    def told(self, since: str) -> str:
        """For reports: ``accepted 85.0 s (±0.2 s) after login (200 OK, 17 bytes)``."""
        word = "accepted" if self.answer.ok else "refused" if refused(self.answer) else "not answered"
        return f"{word} {self.age} after {since} ({self.answer})"

    def sample(self, fresh: Exchange) -> Sample | None:
        """Alive or gone, or None where no answer came. ``fresh``: the same command on a fresh UID; where
        that has a body, an empty answer is a refusal."""
        if not self.answer.ok and not refused(self.answer):
            return None
        alive = self.answer.ok and (bool(self.answer.body) or not fresh.body)
        return Sample(round(self.age.least, 4), round(self.age.most, 4), alive)


def span_of(target: Target, exchange: Exchange) -> Span:
    """When the recorder dealt with the exchange that was just made; a manual clock stood still meanwhile."""
    if target.clock == "manual":
        return Span(target.now(), target.now())
    return Span(exchange.started, exchange.ended)


def age_between(last: Span, asked: Span) -> Age:
    """How long a UID was idle, from its last command to this one."""
    return Age(max(0.0, asked.begun - last.ended), asked.ended - last.begun)


def wait_until(target: Target, moment: float) -> None:
    """Let time pass until then."""
    left = moment - target.now()
    if left > 0:
        target.pass_time(left)


class IdleUid:
    """A UID whose last command is known. To be made right after its login."""

    def __init__(self, target: Target, session: Session) -> None:
        self.session = session
        self._target = target
        self._last = span_of(target, session.page)

    def wait(self, age: float) -> None:
        """Let time pass until its last command was answered ``age`` seconds ago."""
        wait_until(self._target, self._last.ended + age)

    def ask(self, send: Callable[[Session], Exchange] | None = None) -> Asked:
        """Send a command with it (a keep-alive), which starts its age again."""
        answer = self.session.get("keep_alive") if send is None else send(self.session)
        asked = span_of(self._target, answer)
        age, self._last = age_between(self._last, asked), asked
        return Asked(answer, age)

    def restart(self) -> None:
        """Commands were sent with it: count from now."""
        now = self._target.now()
        self._last = Span(now, now)
