"""Whether a camera takes what it is asked to do (§4). What a camera has not got, a recorder may refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nvr_conformance.engine.books import Check, NotTested
    from nvr_conformance.procedures.camera_operator import Operator
    from nvr_conformance.wire.exchange import Exchange


@dataclass
class Functions:
    """The functions of one camera, by names of their own: PAN, FOCUS, preset.

    A refusal counts against the recorder where the camera is known to move, or takes another value of that
    function; until then it waits.
    """

    operator: Operator
    check: Check
    not_tested: NotTested
    _taken: set[str] = field(default_factory=set)
    _waiting: dict[str, list[tuple[str, Exchange, str]]] = field(default_factory=dict)

    def __call__(self, id_: str, function: str, answer: Exchange, name: str) -> None:
        """Judge one answer, of the requirement ``id_``."""
        if answer.ok:
            self._taken.add(function)
        elif not self.has(function):
            self._waiting.setdefault(function, []).append((id_, answer, name))
            return
        for earlier in self._waiting.pop(function, []):
            self._judge(*earlier)
        self._judge(id_, answer, name)

    def has(self, function: str) -> bool:
        """Whether the camera has that function, as far as it was seen or is known."""
        return self.operator.known or function in self._taken

    def close(self) -> None:
        """Nothing more is asked: what still waits is nobody's fault."""
        for function, refusals in self._waiting.items():
            for id_ in dict.fromkeys(id_ for id_, _, _ in refusals):
                self.not_tested(id_, f"{function}: {self.operator.lacking}: {refusals[0][1]}")
        self._waiting.clear()

    def _judge(self, id_: str, answer: Exchange, name: str) -> None:
        self.check(id_, answer.ok, "accepted", answer, name)
