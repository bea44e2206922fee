"""How long a UID was left alone when the recorder was asked, and how sure that is (§1.3)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from nvr_conformance.judgement.measurement import Sample
from nvr_conformance.wire.exchange import Exchange, says_no

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.client.session import Session
    from nvr_conformance.client.target import Target


LIFETIME = 90.0  # seconds (§1.3)


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
    """An answer, how old the UID was then, and whether it was valid; None: no answer came that tells."""

    answer: Exchange
    age: Age
    alive: bool | None

    def told(self, since: str) -> str:
        """For reports: ``accepted 85.0 s (±0.2 s) after login (200 OK, 17 bytes)``."""
        word = "not answered" if self.alive is None else "accepted" if self.alive else "refused"
        return f"{word} {self.age} after {since} ({self.answer})"

    def sample(self) -> Sample | None:
        """Alive or gone, or None where no answer came."""
        if self.alive is None:
            return None
        return Sample(round(self.age.least, 4), round(self.age.most, 4), self.alive)


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

    def send(self, command: Callable[[Session], Exchange] | None = None) -> Asked:
        """Send a command with it (a keep-alive), which starts its age again. Alive: by the form of the answer
        alone."""
        answer = self.session.get("keep_alive") if command is None else command(self.session)
        asked = span_of(self._target, answer)
        age, self._last = age_between(self._last, asked), asked
        return Asked(answer, age, True if answer.ok else False if says_no(answer) else None)

    def look(self) -> Asked:
        """Whether it is valid, which starts its age again. To tell, a recorder may have to be asked for more
        than a keep-alive (``Session.lives_by``): such a look counts as a command, too. One who should have
        expired is doubted."""
        asked = self.send()
        if not asked.alive:
            return asked
        alive = self.session.lives_by(asked.answer, doubted=asked.age.most >= LIFETIME)
        last = span_of(self._target, self.session.client.history.exchanges[-1])
        self._last = Span(self._last.begun, last.ended)
        return asked._replace(alive=alive)

    def restart(self) -> None:
        """Commands were sent with it: count from now."""
        now = self._target.now()
        self._last = Span(now, now)
