"""The judge's client of a recorder: it logs in, and ends what it began."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nvr_conformance import interrupts
from nvr_conformance.bounds import LOGIN_PAGE_LIMIT
from nvr_conformance.client.at_once import at_once
from nvr_conformance.client.http_client import HARMLESS, LOGIN, HttpClient
from nvr_conformance.client.session import Session
from nvr_conformance.judgement.outcomes import PrerequisiteFailed
from nvr_conformance.judgement.verdicts import shown
from nvr_conformance.reading.connection_information import counts_in
from nvr_conformance.reading.login_page import read_title, read_uid
from nvr_conformance.wire.digest import DigestAnswers, choose_challenge, read_challenges
from nvr_conformance.wire.exchange import Exchange, WireProblem

if TYPE_CHECKING:
    from nvr_conformance.client.history import History
    from nvr_conformance.client.target import Target
    from nvr_conformance.reading.connection_information import UidCounts
    from nvr_conformance.wire.exchange import Headers

_CLEANING_TIMEOUT = 3.0
_LOGIN_PATH = LOGIN.partition("?")[0]
_GONE = (WireProblem.REFUSED, WireProblem.UNREACHABLE, WireProblem.TLS, WireProblem.TIMEOUT)
_LOGGED_OUT = re.compile(r"/cgi-bin/logout\.cgi\?UID=([0-9]+)$")
NAMED = "login page"
"""Under which a target remembers what its login page calls the recorder."""


@dataclass(frozen=True, slots=True)
class Login:
    """What came of a login: the answer without credentials, the answer with them, the UID as it was
    written."""

    challenge: Exchange
    page: Exchange
    uid_text: str | None


class Client(HttpClient):
    """An HTTP client that logs in. Everything that it began, it ends in ``close``."""

    def __init__(self, target: Target, history: History | None = None) -> None:
        super().__init__(target, history)
        self.sessions: list[Session] = []
        self._given: dict[str, Exchange] = {}  # UIDs that were seen in answers, and not logged out since
        self._closed = False
        target.hold(self)

    def request(
        self,
        method: str,
        target: str,
        headers: Headers = (),
        body: bytes = b"",
        *,
        raw: bytes | None = None,
        **options: Any,
    ) -> Exchange:
        """As ``HttpClient.request``. Where it may bring a UID, its answer is waited for even at an interrupt,
        so that no UID is left behind."""
        if raw is None and not target.startswith(_LOGIN_PATH):
            exchange = super().request(method, target, headers, body, **options)
            if exchange.error is None and (ended := _LOGGED_OUT.match(target)):
                self._given.pop(ended[1], None)
            return exchange
        with interrupts.shielded():
            exchange = super().request(method, target, headers, body, raw=raw, **options)
            self._notice_login(exchange)
        return exchange

    def _notice_login(self, exchange: Exchange) -> str | None:
        """The UID in an answer, if any, which is logged out in ``close``; whose it was has it no more."""
        uid_text = read_uid(exchange) if exchange.ok else None
        if uid_text is not None:
            self._given[uid_text] = exchange
            for session in self.sessions:
                session.notice_login(uid_text)
        return uid_text

    def try_login(self, user: str | None = None, password: str | None = None) -> Login:
        """One whole login, challenge and answer, judged by nobody. A UID that comes of it is logged out in
        ``close``."""
        user = self.target.user if user is None else user
        password = self.target.password if password is None else password
        challenge, credentials = self._answer_challenge(user, password)
        if not credentials:
            return Login(challenge, challenge, None)
        page = self.request("GET", LOGIN, credentials, pace=0.0, limit=LOGIN_PAGE_LIMIT)
        uid_text = read_uid(page) if page.ok else None
        if uid_text is not None:
            self.target.remember(NAMED, [shown(read_title(page))])
            self.sessions.append(Session(self, uid_text, page))
        return Login(challenge, page, uid_text)

    def _answer_challenge(self, user: str, password: str) -> tuple[Exchange, Headers]:
        """The answer without credentials, and those that it asks for; none where it asks for none."""
        challenge = self.request("GET", LOGIN, limit=LOGIN_PAGE_LIMIT)
        asked = choose_challenge(read_challenges(challenge.all_headers("WWW-Authenticate")))
        if asked is None:
            return challenge, ()
        answers = DigestAnswers(asked, user, password)
        return challenge, (("Authorization", answers.authorization("GET", LOGIN)),)

    def logins_at_once(self, count: int) -> list[Session]:
        """Sessions of so many logins whose credentials are sent at once: of those that are given a UID."""
        credentials = [
            self._answer_challenge(self.target.user, self.target.password)[1] for _ in range(count)
        ]
        begun = len(self.sessions)
        with interrupts.shielded():
            for page in at_once(self, [(LOGIN, each) for each in credentials if each]):
                uid_text = self._notice_login(page)
                if uid_text is not None:
                    self.sessions.append(Session(self, uid_text, page))
        return self.sessions[begun:]

    def login(self, user: str | None = None, password: str | None = None) -> Session:
        """A session with a UID; where the recorder gives none, what hangs on it is not tested."""
        login = self.try_login(user, password)
        if login.uid_text is None:
            raise PrerequisiteFailed(f"no login: {login.page}")
        return self.sessions[-1]

    def uid_counts(self) -> UidCounts | None:
        """How many UIDs can be valid and how many are, by as_getinfo.cgi; None where that does not tell."""
        return counts_in(self.get_digest(HARMLESS).text)

    def adopt(self, uid: int | str) -> Session:
        """A session for a UID from anywhere (forged, ended, of another login). It is not logged out in
        ``close``."""
        page = Exchange(0, "GET", LOGIN)
        session = Session(self, str(uid), page)
        session.logged_out = True
        self.sessions.append(session)
        return session

    def close(self) -> None:
        """Stop what runs, log out, drop all sockets. Never raises for what a recorder does, gives up on one
        that is gone (who closes the connection may refuse so), and is not interrupted. Once is enough."""
        with interrupts.shielded():
            if not self._closed:
                self._closed = True
                self._end_all()

    def _end_all(self) -> None:
        self.timeout = min(self.timeout, _CLEANING_TIMEOUT)
        for session in self.sessions:
            for stream in session.streams:
                stream.close()
            for download in session.downloads:
                download.close()
        reachable = True
        for session in self.sessions:
            if reachable and not session.logged_out:
                reachable = session.logout().error not in _GONE
        for uid_text, page in list(self._given.items()):
            if reachable:
                reachable = Session(self, uid_text, page).logout().error not in _GONE
        self.target.detach(self.receiver)
        self.target.let_go(self)
        self.hang_up()

    def hang_up(self) -> None:
        """Drop the sockets without a word to the recorder."""
        super().hang_up()
        for session in self.sessions:
            for stream in session.streams:
                stream.release()
