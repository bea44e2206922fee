"""Rules of the fuzzer about UIDs: who has one, for how long, and what does not count (§1.3, §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from nvr_conformance.fuzzing.command_strategies import nearly_valid_commands, wild_requests
from nvr_conformance.fuzzing.reference_model import CAPACITY
from nvr_conformance.fuzzing.rules.clients import USER, WHO, FuzzRules
from nvr_conformance.fuzzing.steps import (
    CONTROLS,
    HARMLESS_KEYS,
    CountUids,
    LetPass,
    Malformed,
    Send,
    Stranger,
)
from nvr_protocol.commands.table import COMMANDS

if TYPE_CHECKING:
    from nvr_conformance.fuzzing.command_strategies import Request

SOON = st.sampled_from((0.125, 1.0, 3.0, 20.0, 44.875, 45.0, 60.0, 89.0, 89.875, 90.0, 100.0))
"""Binary fractions: sums of them are exact, so that 90 s are 90 s."""
SOON_REAL = st.sampled_from((0.5, 1.0, 3.0))
EXAMPLE = st.tuples(st.integers(0, 2**32), st.integers(0, 255).filter(bool))
"""Numbers that make each example new from the first draw on, and rule out hypothesis' simplest examples,
which do the first rule over and over: a real recorder has no time for them."""
_NEEDED = {**dict.fromkeys(CONTROLS, "ptz"), "preset_set": "presets", "download": "load"}
"""What must be allowed for a command to be sent to a real recorder, which may take it in spite of a fault."""
_UID = 7_777_777_777
_WITH_UID = tuple(spec.key for spec in COMMANDS if spec.needs_uid)


class SessionRules(FuzzRules):
    """Logins, logouts and the 90 s."""

    @initialize(example=EXAMPLE, user=USER)
    def first_login(self, example: tuple[int, int], user: int) -> None:
        if self.has_room():
            self.log_in_as(user)

    @rule(user=USER)
    def log_in(self, user: int) -> None:
        if self.has_room():
            self.log_in_as(user)

    @rule(users=st.lists(USER, min_size=8, max_size=CAPACITY + 1), pause=st.sampled_from((0.0, 0.0, 5.0)))
    def crowd(self, users: list[int], pause: float) -> None:
        """Many logins, so that it is about who makes room."""
        if not self.driver.target.allows("eviction"):
            return
        for user in users:
            if pause:
                self.do(LetPass(pause))
            self.log_in_as(user)
        self.do(CountUids(), *(Send(label, "keep_alive", {}) for label in self.labels[-18::3]))

    @rule(who=WHO)
    def log_out(self, who: int) -> None:
        """The one that leaves is gone, and nobody else."""
        label = self.who(who)
        self.do(Send(label, "logout"), Send(label, "keep_alive"))
        self.do(*(Send(other, "keep_alive") for other in list(self.sessions)[:2]), CountUids())

    @rule(who=WHO, keys=st.lists(st.sampled_from(HARMLESS_KEYS), min_size=1, max_size=4, unique=True))
    def ask(self, who: int, keys: list[str]) -> None:
        label = self.who(who)
        self.do(*(Send(label, key) for key in keys))

    @rule()
    def count(self) -> None:
        self.do(CountUids())

    @rule(manual=SOON, real=SOON_REAL, who=WHO, again=st.booleans())
    def wait(self, manual: float, real: float, who: int, again: bool) -> None:
        own, label = self.driver.target.clock == "manual", self.who(who)
        self.do(LetPass(manual if own else real), Send(label, "keep_alive"), CountUids())
        if own and again:
            # One that was kept alive lives on, and the others do not.
            self.do(LetPass(60.0), CountUids(), Send(label, "keep_alive"))

    @rule(
        who=WHO, request=nearly_valid_commands(_WITH_UID, UID=_UID), wait=st.sampled_from((0.0, 45.0, 80.0))
    )
    def nearly_valid(self, who: int, request: Request, wait: float) -> None:
        """A command with one fault, which must change nothing: not even the UID's lifetime."""
        needed = _NEEDED.get(request.key)
        if needed is not None and not self.driver.target.allows(needed):
            return
        label = self.who(who)
        waits = wait > 0 and self.driver.target.clock == "manual"
        if waits:
            self.do(LetPass(wait))
        self.do(Malformed(label, request.target.replace(f"={_UID}", "={uid}")))
        if waits:
            self.do(LetPass(90.0 - wait), Send(label, "keep_alive"))

    @rule(request=wild_requests())
    def wild(self, request: Request) -> None:
        self.do(Stranger(request.target))
