"""UIDs: got, kept alive, given back (§1.3, §6.1, §6.2)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from nvr_emulator.findings.chapter import Chapter, by, on
from nvr_emulator.findings.clients import LIFETIME, Asking, Clients, Known, WatchedUid
from nvr_emulator.findings.rule import Breach, Rule, Severity
from nvr_emulator.findings.uid_numbers import truncation
from nvr_emulator.journal.entries import Exchange, FaultStruck
from nvr_emulator.recorder.happenings import Happening, SessionEnded, SessionIssued

UID_AFTER_END = Rule(
    "uid-after-end",
    "1.3",
    Severity.ERROR,
    "A UID used after its end",
    "A command carried a UID that had ended, and the client knew: it had logged out itself, or had been "
    "refused before.",
    "After logout.cgi, or after a refusal, log in again and use the new UID.",
)
UID_EXPIRED = Rule(
    "uid-expired",
    "6.2",
    Severity.WARNING,
    "A UID not kept alive",
    "A command carried a UID that no command had carried for 90 s.",
    "Send status.cgi well within each 90 s, say every 30 s or 60 s, as long as the UID is needed.",
)
UID_LAPSED = Rule(
    "uid-lapsed",
    "6.2",
    Severity.WARNING,
    "A UID that ended while something ran on it",
    "For want of a keep-alive a UID ended with a live stream, playback or a download on it; these end "
    "with it. Media that arrives keeps no UID alive.",
    "Send status.cgi with the same UID by a timer of its own, also while media arrives.",
)
NO_LOGOUT = Rule(
    "no-logout",
    "6.1.2",
    Severity.WARNING,
    "No logout",
    "A UID was left to end by itself. Until then it is one of the 16 that there are.",
    "Send logout.cgi when done, on errors too.",
)
LOGIN_PER_COMMAND = Rule(
    "login-per-command",
    "6.1.1",
    Severity.WARNING,
    "A login for each command",
    "The client logged in again and again and used each UID for one command at most.",
    "Log in once, keep the UID alive, and send all commands with it.",
)
UIDS_HOARDED = Rule(
    "uids-hoarded",
    "1.3",
    Severity.WARNING,
    "UIDs hoarded",
    "One user at one address holds eight UIDs or more on which nothing runs. There are 16; the next "
    "logins throw other users out.",
    "Log in once for all cameras, and log out before logging in anew.",
)
UID_TRUNCATED = Rule(
    "uid-truncated",
    "6.1.1",
    Severity.ERROR,
    "A UID truncated",
    "The UID that was sent is an issued one as a number type that is too small holds it.",
    "Keep the UID as text, or in 64 bits: it has up to 19 digits.",
)
UID_NEVER_ISSUED = Rule(
    "uid-never-issued",
    "6.1.1",
    Severity.ERROR,
    "A UID that was never issued",
    "A command carried a UID that this recorder never gave.",
    "Take the UID from the page of dlogin.cgi, all of its digits, and send it as it stands there.",
)
LOGOUT_WHILE_RUNNING = Rule(
    "logout-while-running",
    "2.1.1.1",
    Severity.NOTE,
    "Logout before everything was stopped",
    "The client logged out while something ran on its UID.",
    "Stop live streams (push.cgi CMD=STOP) and playback (PLAYCMD=STOP) first, then log out.",
)

RETRY = 1.0
"""Seconds of the host within which other requests may still be under way that were sent before a refusal."""
LOGINS_ALLOWED = 3
"""How many UIDs in a row may have been good for one command."""
HOARD = 8
FORGOTTEN = 60.0
"""Seconds after its end when nobody will use a UID any more."""
PAIRS_REMEMBERED = 500


class Sessions(Chapter):
    """Watches what becomes of each UID."""

    rules = (
        UID_AFTER_END,
        UID_EXPIRED,
        UID_LAPSED,
        NO_LOGOUT,
        LOGIN_PER_COMMAND,
        UIDS_HOARDED,
        UID_TRUNCATED,
        UID_NEVER_ISSUED,
        LOGOUT_WHILE_RUNNING,
    )

    def __init__(self, known: Known, clients: Clients) -> None:
        super().__init__(known, clients)
        self._told: OrderedDict[int, Exchange] = OrderedDict()
        self._left: OrderedDict[int, SessionEnded] = OrderedDict()
        self._logins: OrderedDict[tuple[str, str], tuple[SessionIssued, int]] = OrderedDict()

    def asked(self, asking: Asking) -> Iterator[Breach]:
        """Whether the UID is one, and still valid."""
        watched = asking.watched
        if asking.uid is None or asking.key == "login":
            return
        if watched is None:
            yield from self._unknown(asking)
        elif watched.ended is not None:
            yield from self._ended(asking, watched, watched.ended)
        elif asking.key == "logout" and (running := watched.runs()):
            text = f"logout.cgi while {' and '.join(running)} ran on UID {watched.uid}"
            yield by(asking, LOGOUT_WHILE_RUNNING, text)

    def _unknown(self, asking: Asking) -> Iterator[Breach]:
        if asking.uid is None or (asking.command is not None and not asking.command.spec.needs_uid):
            return
        for issued, watched in reversed(self.clients.uids.items()):
            if how := truncation(issued, asking.uid):
                text = f"UID={asking.uid} is {issued} {how}"
                yield by(asking, UID_TRUNCATED, text, watched.issued.number)
                return
        yield by(asking, UID_NEVER_ISSUED, f"UID={asking.uid} was never issued")

    def _ended(self, asking: Asking, watched: WatchedUid, ended: SessionEnded) -> Iterator[Breach]:
        self._left.pop(watched.uid, None)
        told = self._told.setdefault(watched.uid, asking.exchange)
        while len(self._told) > PAIRS_REMEMBERED:
            self._told.popitem(last=False)
        came = f"{asking.exchange.name} came with UID {watched.uid}"
        if ended.ending == "logged out":
            yield by(
                asking,
                UID_AFTER_END,
                f"{came}, which was logged out",
                ended.number,
            )
        elif told is asking.exchange:
            if ended.ending == "expired" and not watched.forgiven:
                idle = self.clients.since(ended, asking.exchange.at) + ended.at - ended.last_command
                text = f"{came}, which had expired: {idle:.1f} s since its last command"
                yield by(asking, UID_EXPIRED, text, ended.number)
        elif self.clients.waited(told, asking.exchange) > RETRY or told.target == asking.exchange.target:
            text = f"{came}, which was {ended.ending}, as the answer to #{told.number} told"
            yield by(asking, UID_AFTER_END, text, ended.number, told.number)

    def happened(self, entry: Happening) -> Iterator[Breach]:
        """A UID begins or ends; an answer that told of its end may not have come."""
        if isinstance(entry, SessionIssued):
            yield from self._issued_again(entry.uid)
            yield from self._issued(entry)
        elif isinstance(entry, SessionEnded):
            watched = self.clients.uids.get(entry.uid)
            if watched is None or entry.ending != "expired" or self.clients.forgives(entry):
                return
            if running := watched.runs():
                text = f"UID {entry.uid} expired while {' and '.join(running)} ran on it"
                yield on(watched, UID_LAPSED, text, entry.number)
            else:
                self._left[entry.uid] = entry
        elif isinstance(entry, FaultStruck):
            for uid in [uid for uid, told in self._told.items() if told.number == entry.exchange]:
                del self._told[uid]

    def overdue(self, now: float) -> Iterator[Breach]:
        """UIDs that ended by themselves, and were wanted no more."""
        while self._left:
            uid, ended = next(iter(self._left.items()))
            if self.clients.since(ended, now) < FORGOTTEN and len(self._left) < PAIRS_REMEMBERED:
                return
            del self._left[uid]
            yield from self._not_logged_out(uid, ended.number)

    def finished(self) -> Iterator[Breach]:
        """UIDs that were not given back."""
        for uid, ended in self._left.items():
            yield from self._not_logged_out(uid, ended.number)
        self._left.clear()
        for watched in self.clients.valid():
            if watched.lost:
                continue
            text = f"UID {watched.uid} was still valid when the client had left"
            yield on(watched, NO_LOGOUT, text, watched.issued.number)

    def _not_logged_out(self, uid: int, number: int) -> Iterator[Breach]:
        if (watched := self.clients.uids.get(uid)) is not None and not watched.lost:
            text = f"UID {uid} ended by itself, 90 s after its last command"
            yield on(watched, NO_LOGOUT, text, watched.issued.number, number)

    def _issued_again(self, uid: int) -> Iterator[Breach]:
        """What is known of the one that had this number before is not true of its next owner."""
        self._told.pop(uid, None)
        if (ended := self._left.pop(uid, None)) is not None:
            yield from self._not_logged_out(uid, ended.number)

    def _issued(self, entry: SessionIssued) -> Iterator[Breach]:
        peer = "" if self.clients.latest is None else self.clients.latest.peer
        mine = [one for one in self.clients.valid() if (one.peer, one.issued.user) == (peer, entry.user)]
        idle = [one for one in mine if not one.busy and not one.lost]
        if len(idle) + 1 >= HOARD:
            text = f"{entry.user} at {peer} holds {len(idle) + 1} UIDs on which nothing runs"
            yield Breach(UIDS_HOARDED, text, (entry.number,), None, peer)
        in_a_row = self._in_a_row(peer, entry)
        if in_a_row > LOGINS_ALLOWED:
            text = f"{entry.user} at {peer} logged in anew for each command, {in_a_row} times in a row"
            yield Breach(LOGIN_PER_COMMAND, text, (entry.number,), None, peer)

    def _in_a_row(self, peer: str, entry: SessionIssued) -> int:
        """How many UIDs in a row were good for one command each and followed by a login, with this one."""
        last, in_a_row = self._logins.pop((peer, entry.user), (None, 0))
        before = None if last is None else self.clients.uids.get(last.uid)
        wasted = (
            before is not None
            and before.issued is last
            and before.commands <= 1
            and not before.lost
            and not before.streamed
            and self.clients.since(before.issued, entry.at) < LIFETIME
        )
        self._logins[peer, entry.user] = (entry, in_a_row + 1 if wasted else 0)
        while len(self._logins) > PAIRS_REMEMBERED:
            self._logins.popitem(last=False)
        return in_a_row + 1 if wasted else 0
