"""Who may command the recorder: Digest, logins, UIDs, and what keeps or ends them (§1.3, §6.1, §6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from nvr_emulator.configuration.plan import RecorderPlan
from nvr_emulator.recorder.commands import Asked, Handler
from nvr_emulator.recorder.digest import DigestGate
from nvr_emulator.recorder.logs import Logs
from nvr_emulator.recorder.replies import Answer, Refused, Request, accepted
from nvr_emulator.recorder.sessions import Ending, Session, SessionTable
from nvr_emulator.seams import seam
from nvr_protocol.commands.urls import Command
from nvr_protocol.texts.log_list import LogKind
from nvr_protocol.texts.login_page import LoginPage, write_login_page


class LoginCommands:
    """Lets users in, and knows them by their UID from then on."""

    def __init__(self, plan: RecorderPlan, gate: DigestGate, sessions: SessionTable, logs: Logs) -> None:
        self.plan = plan
        self.gate = gate
        self.sessions = sessions
        self.logs = logs

    def commands(self) -> Mapping[str, Handler]:
        """What obeys the commands that keep a UID or end it."""
        return {"logout": self.logout, "keep_alive": self.keep_alive}

    def authenticate(self, request: Request, now: float) -> str:
        """The user whose Digest answer came with the request, or a challenge (§6.1.1)."""
        verdict = self.gate.check(request.authorization, request.method, request.target, now)
        if verdict.user is None:
            challenges = self.gate.challenges(now, stale=verdict.stale)
            raise Refused(401, verdict.reason, tuple(("WWW-Authenticate", text) for text in challenges))
        return verdict.user

    def admit(self, command: Command, request: Request, now: float) -> None:
        """A command without a UID needs Digest, or a valid UID that it carries all the same (OP-8)."""
        for name, text in command.unknown:
            uid = int(text) if name == "UID" and text.isascii() and text.isdigit() and len(text) < 20 else 0
            if session := self.sessions.find(uid):
                self.sessions.touch(session, now)
                return
        self.authenticate(request, now)

    @seam
    def session_of(self, command: Command, now: float) -> Session:
        """The session of the UID that a command carries; its lifetime starts again (§1.3)."""
        uid = cast(int, command.values["UID"])
        session = self.sessions.find(uid)
        if session is None:
            ending = self.sessions.ending(uid)
            if ending is None:
                raise Refused(401, f"UID: {uid} was never issued")
            raise Refused(401, f"UID: {uid} was {ending}", ended=True)
        self.sessions.touch(session, now)
        return session

    @seam
    def login(self, request: Request, now: float) -> Answer:
        """dlogin.cgi: challenge, then issue a UID (§6.1.1)."""
        user = self.authenticate(request, now)
        priority = self.plan.users[user].level.priority
        session = self.sessions.login(user, priority, now)
        if session is None:
            raise Refused(503, f"{self.sessions.capacity} UIDs of higher priority are in use")
        self.logs.add(LogKind.EVENT, f"{session.user} LOGIN", now)
        return Answer(200, self.page_of(session))

    def page_of(self, session: Session) -> bytes:
        """The page that names the UID."""
        return write_login_page(LoginPage(session.uid, f"Network Disk Recorder {self.plan.series}"))

    @seam
    def logout(self, asked: Asked) -> Answer:
        """logout.cgi: the UID ends at once (§6.1.2)."""
        self.sessions.end(asked.session, Ending.LOGGED_OUT, asked.now)
        return accepted()

    def keep_alive(self, asked: Asked) -> Answer:
        """status.cgi: nothing changes but the lifetime, which starts again with any command (§6.2)."""
        return accepted()
