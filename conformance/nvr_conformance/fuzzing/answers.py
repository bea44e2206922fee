"""Whether an answer says that a command was obeyed or refused. Often it says neither: what a refusal looks
like is open (OP-11), and so is the answer of a command of which none is described (OP-12)."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from nvr_conformance.client.client import Client
from nvr_conformance.fuzzing.reference_model import Verdict
from nvr_conformance.fuzzing.steps import Fetch, Step, Stranger
from nvr_conformance.reading.refusals import command_of, gives_something, is_empty_log, refused
from nvr_conformance.wire.exchange import Exchange, WireProblem, says_no

if TYPE_CHECKING:
    from nvr_conformance.client.target import Target

_KEY = "forms of answers"
_CRASH = 500
_CLOSED = "closed"


class Answers:
    """Reads the answers of one recorder. Unless it reads every open point by its default, it is asked once
    how it answers a keep-alive of a valid UID and one of a UID that has ended."""

    def __init__(self, target: Target) -> None:
        self._by_default = target.by_default
        self._obeyed, self._refused = ("", "") if self._by_default else _forms_of(target)

    def says(self, exchange: Exchange) -> bool | None:
        """True: it was obeyed; False: refused; None: that cannot be told from the answer."""
        if self._by_default:
            return not says_no(exchange)
        if gives_something(exchange):
            return None if is_empty_log(exchange) else not refused(exchange)
        if exchange.status is None or not 200 <= exchange.status < 300:
            return False
        return True if self._obeyed != self._refused and _form(exchange) == self._obeyed else None

    def fault(self, step: Step, exchange: Exchange, expected: Verdict, said: bool | None) -> str:
        """What is wrong with the answer to a step; empty if nothing is. ``said``: as ``says`` has it."""
        strange = isinstance(step, Stranger) and exchange.error is not None
        if self._failed(exchange) and not strange:
            return f"the recorder failed: {exchange}"
        if exchange.error in (WireProblem.TIMEOUT, WireProblem.REFUSED):
            return f"no answer: {exchange}"
        if isinstance(step, Fetch) and expected is Verdict.ACCEPTED and not self._by_default:
            return ""  # whether there must be a picture is another matter
        wrong = said is not None and said is not (expected is Verdict.ACCEPTED)
        return f"must be {expected.value}: {exchange}" if wrong and expected is not Verdict.EITHER else ""

    def _failed(self, exchange: Exchange) -> bool:
        """Whether it is no answer of a recorder that works: none, half of one, or the error of a server."""
        if self._by_default:
            return exchange.status == _CRASH or exchange.error is not None
        if exchange.status == _CRASH:
            # A range that it does not take gets a bare 500 of a real one.
            return self._refused != _form(exchange) and command_of(exchange) != "httpdl.cgi"
        return exchange.error is not None and not (says_no(exchange) and self._refused == _CLOSED)


def _forms_of(target: Target) -> tuple[str, str]:
    known = target.recall(_KEY)
    if known is None:
        with closing(Client(target)) as client:
            session = client.login()
            obeyed = session.get("keep_alive")
            session.logout()
            known = [_form(obeyed), _form(session.get("keep_alive"))]
        target.remember(_KEY, known)
    obeyed_form, refused_form = known
    return obeyed_form, refused_form


def _form(exchange: Exchange) -> str:
    if exchange.status is None:
        return _CLOSED if exchange.error is WireProblem.CLOSED else str(exchange.error)
    return f"{exchange.status} {'with a body' if exchange.body else 'empty'}"
