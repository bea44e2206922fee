"""Digest authentication as clients do it (§6.1.1, RFC 7616)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping

from nvr_emulator.findings.chapter import Chapter, by
from nvr_emulator.findings.clients import Asking, Clients, Known
from nvr_emulator.findings.rule import Breach, Rule, Severity
from nvr_emulator.journal.entries import LONGEST_QUERY, Exchange
from nvr_emulator.recorder.digest import (
    NO_ANSWER,
    NO_COUNT,
    NONCE_LIFETIME,
    OTHER_ALGORITHM,
    OTHER_TERMS,
    WRONG_PASSWORD,
    parse_authorization,
)

BASIC = Rule(
    "password-in-clear",
    "6.1.1",
    Severity.ERROR,
    "A password sent in clear",
    "The client sent its password by Basic authentication, which the recorder does not ask for.",
    "Wait for the 401 and answer its challenge by Digest.",
)
UNFIT_ANSWER = Rule(
    "digest-answer",
    "6.1.1",
    Severity.ERROR,
    "An answer that does not fit the challenge",
    "The Authorization header leaves out what the challenge asks for, or says something else: its realm, "
    "qop, algorithm, nc or cnonce.",
    'Take realm, nonce, algorithm and qop from the challenge; with qop="auth" add nc and cnonce, and put '
    "both into the response. Best let an HTTP library do it.",
)
REFUSED_AGAIN = Rule(
    "password-refused-again",
    "6.1.1",
    Severity.WARNING,
    "Refused credentials sent over and over",
    "A user name and a password that the recorder had refused came again and again. Either they are wrong, "
    "and more tries make no difference; or the response is computed otherwise than Digest has it.",
    "After a refusal ask for another password. If this one is right, compare the response with that of an "
    "HTTP library: curl --digest -v.",
)
WRONG_URI = Rule(
    "digest-uri",
    "6.1.1",
    Severity.ERROR,
    "Digest for another URI",
    "The uri of the Authorization header is not what stands on the request line.",
    "Put path and query into uri, percent-encoded as they are sent.",
)
NC_REPEATED = Rule(
    "digest-nc",
    "6.1.1",
    Severity.ERROR,
    "Digest without a count",
    "Two requests had the same nonce and the same nc: to a recorder that counts, the second is a replay.",
    "Count nc up by one with each request of a nonce: 00000001, 00000002 and so on.",
)
NONCE_NOT_REUSED = Rule(
    "digest-nonce",
    "6.1.1",
    Severity.NOTE,
    "A new challenge for each request",
    "The client had itself challenged anew each time, though the nonce that it had was still good: each "
    "request goes twice.",
    "Keep the nonce, and answer the next request ahead with it and the next nc.",
)
WITH_UID = Rule(
    "credentials-with-uid",
    "6.1.1",
    Severity.WARNING,
    "Credentials sent with a UID",
    "A command carried a valid UID and an Authorization header too. The UID is enough.",
    "Answer challenges for the commands without a UID alone: dlogin.cgi, recordedtime.cgi, as_getinfo.cgi.",
)

NONCES_REMEMBERED = 500
COUNTS_REMEMBERED = 1000
CHALLENGES_ALLOWED = 3
"""How many nonces in a row may have been good for one request."""
REFUSALS_ALLOWED = 3
"""How often in a row credentials may be refused: a person may mistype."""
UNFIT = (NO_ANSWER, OTHER_TERMS, OTHER_ALGORITHM, NO_COUNT)


class Digest(Chapter):
    """Watches the Authorization headers."""

    rules = (BASIC, UNFIT_ANSWER, REFUSED_AGAIN, WRONG_URI, NC_REPEATED, NONCE_NOT_REUSED, WITH_UID)

    def __init__(self, known: Known, clients: Clients) -> None:
        super().__init__(known, clients)
        self._counts: OrderedDict[str, dict[str, int]] = OrderedDict()
        self._single: OrderedDict[str, list[Exchange]] = OrderedDict()
        self._refused: OrderedDict[tuple[str, str], list[int]] = OrderedDict()

    def asked(self, asking: Asking) -> Iterator[Breach]:
        """Look at the Authorization header, if there is one."""
        exchange = asking.exchange
        text = exchange.header("Authorization")
        if text is None:
            return
        if text[:6].lower() == "basic ":
            yield by(asking, BASIC, f"{exchange.name} came with Basic authentication")
        elif exchange.challenged and exchange.reason in UNFIT:
            yield by(asking, UNFIT_ANSWER, f"{exchange.name}: {exchange.reason}")
        if asking.valid is not None and asking.command is not None and asking.command.spec.needs_uid:
            text_told = f"{exchange.name} carried UID {asking.uid} and an Authorization header"
            yield by(asking, WITH_UID, text_told)
            return
        fields = parse_authorization(text)
        if fields is None or not asking.reading.command:
            return
        yield from self._refused_again(asking, fields.get("username", "")[:100])
        uri = fields.get("uri", "")
        if uri != exchange.target and len(exchange.target) < LONGEST_QUERY:
            yield by(asking, WRONG_URI, f"uri={uri[:100]!r} with {exchange.target[:100]!r}")
        yield from self._counted(asking, fields)

    def _refused_again(self, asking: Asking, user: str) -> Iterator[Breach]:
        exchange = asking.exchange
        if exchange.reason != WRONG_PASSWORD:
            if not exchange.challenged:
                self._refused.pop((exchange.peer, user), None)
            return
        before = self._refused.setdefault((exchange.peer, user), [])
        while len(self._refused) > NONCES_REMEMBERED:
            self._refused.popitem(last=False)
        if len(before) >= REFUSALS_ALLOWED:
            text = f"{user!r} was refused {REFUSALS_ALLOWED} times in a row, and came again"
            yield by(asking, REFUSED_AGAIN, text, *before)
        else:
            before.append(exchange.number)

    def _counted(self, asking: Asking, fields: Mapping[str, str]) -> Iterator[Breach]:
        nonce, count = fields.get("nonce", "")[:100], fields.get("nc", "")[:16].lower()
        if not nonce or not count:
            return
        fresh = nonce not in self._counts
        counts = self._counts.setdefault(nonce, {})
        if count in counts:
            text = f"nc={count} was sent before with this nonce"
            yield by(asking, NC_REPEATED, text, counts[count])
        elif len(counts) < COUNTS_REMEMBERED:
            counts[count] = asking.exchange.number
        while len(self._counts) > NONCES_REMEMBERED:
            self._counts.popitem(last=False)
        yield from self._challenged_anew(asking, fresh=fresh)

    def _challenged_anew(self, asking: Asking, *, fresh: bool) -> Iterator[Breach]:
        exchange = asking.exchange
        single = self._single.setdefault(exchange.peer, [])
        if not fresh:
            single.clear()
            return
        if exchange.challenged:
            return
        if single and self.clients.since(single[-1], exchange.at) > NONCE_LIFETIME:
            single.clear()
        single.append(exchange)
        while len(self._single) > NONCES_REMEMBERED:
            self._single.popitem(last=False)
        if len(single) > CHALLENGES_ALLOWED:
            del single[0]
            text = f"{len(single) + 1} requests in a row came with a nonce of their own"
            yield by(asking, NONCE_NOT_REUSED, text, *(one.number for one in single[:-1]))
