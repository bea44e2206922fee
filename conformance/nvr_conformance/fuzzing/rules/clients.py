"""What all rules of the fuzzer's state machine share: whom and what a drawn number stands for.

A rule that needs a situation finds a client that is in it or brings one into it: a drawn number is never
wasted on a client that cannot do what the rule is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from nvr_conformance.fuzzing.reference_model import CAPACITY
from nvr_conformance.fuzzing.steps import CountUids, LogIn, Moment, Send, Step
from nvr_conformance.judgement.outcomes import PrerequisiteFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nvr_conformance.fuzzing.driver import Driver
    from nvr_conformance.fuzzing.reference_model import ModelSession

WHO = st.integers(0, 31)
CAMERA = st.integers(0, 31)
A_CAMERA = st.integers(0, 29)
"""A number that stands for a camera that is registered."""
USER = st.integers(0, 3)
_OURS = 2  # UIDs in use at once where nobody may be thrown out
_DAY = 24 * 3600
_GAP = 6 * 3600
MOMENTS = st.one_of(
    st.integers(60, _DAY - 60).map(lambda ago: Moment("now", ago * 100)),
    st.integers(-5, 5).map(lambda off: Moment("now", (_GAP - 300 * (1 + off % 3)) * 100)),
    st.sampled_from((Moment("now", _DAY * 100 + 90_000), Moment("now", -60_000), Moment("now", 1500))),
    st.sampled_from((Moment("first"), Moment("last"), Moment("last", 3000), Moment("first", -40))),
)


class FuzzRules(RuleBasedStateMachine):
    """Clients of one recorder, whose driver starts from a recorder without UIDs."""

    def __init__(self, driver: Driver) -> None:
        super().__init__()
        self.driver = driver
        self.labels: list[str] = []

    def teardown(self) -> None:
        self.driver.close()

    def do(self, *steps: Step) -> None:
        """Do steps one after the other."""
        for step in steps:
            self.driver.run(step)

    # --- clients ------------------------------------------------------------------------------------

    @property
    def sessions(self) -> dict[str, ModelSession]:
        """The UIDs that are valid, by the names of their clients."""
        return self.driver.model.sessions

    def who(self, number: int) -> str:
        """A client: most often one of the newest with a valid UID, sometimes one whose UID ended."""
        ended = [label for label in self.labels if label not in self.sessions]
        if number % 8 == 7 and ended:
            return ended[-1 - number // 8 % min(len(ended), 4)]
        return self.client(number)

    def client(self, number: int, fits: Callable[[ModelSession], bool] = lambda session: True) -> str:
        """A client whose UID is valid and fits; one that logs in anew where there is none."""
        fitting = [label for label, session in self.sessions.items() if fits(session)]
        if not fitting:
            if self.sessions and not self.has_room():
                self.do(Send(next(iter(self.sessions)), "logout"))
            return self.log_in_as(0)
        return fitting[-1 - number % min(len(fitting), 3)] if number < 24 else fitting[number % len(fitting)]

    def log_in_as(self, user: int) -> str:
        """One more login; the name of its client."""
        label = f"s{len(self.labels) + 1}"
        self.labels.append(label)
        self.do(LogIn(label, user))
        return label

    def has_room(self) -> bool:
        """Whether one more login throws out nobody, where that is not allowed."""
        if self.driver.target.allows("eviction"):
            return True
        if len(self.sessions) >= _OURS:
            return False
        self.do(CountUids())
        if self.driver.used_uids < CAPACITY - 1:
            return True
        if not self.sessions:
            raise PrerequisiteFailed(
                f"{self.driver.used_uids} UIDs are in use: a login may throw somebody out"
            )
        return False

    # --- cameras ------------------------------------------------------------------------------------

    def camera(self, number: int) -> int:
        """A camera number: most often one of few, so that they meet, and share digits where there are many;
        sometimes one that is not registered."""
        known = sorted(self.driver.model.known.cameras)
        favourites = [known[0], known[min(1, len(known) - 1)], known[min(10, len(known) - 1)], known[-1]]
        if number == 31:
            return self.driver.model.known.channels + 1
        if number == 30:
            channels = self.driver.model.known.channels
            return next((n for n in range(1, channels) if n not in known), channels + 1)
        return favourites[number % 4] if number < 20 else known[number % len(known)]

    def cameras(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """The cameras that numbers stand for, each once, in the order drawn."""
        return tuple(dict.fromkeys(map(self.camera, numbers)))
