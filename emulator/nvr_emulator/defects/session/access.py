"""Defects of transport and access: HTTPS, UIDs, Digest, malformed requests (§1.2, §1.3, §6.1)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection

from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.live.stream import LiveAnswer, LivePicture, LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Refused, Reply, Request, accepted
from nvr_emulator.seams import around
from nvr_protocol.commands.error import CommandError
from nvr_protocol.commands.urls import parse_command

Obey = Callable[[Request, float], Reply]


@breaks("SEC-01")
def no_https(recorder: Recorder) -> None:
    """Serves HTTP alone, though it is set to both."""
    recorder.transport = "http" if recorder.transport == "both" else recorder.transport


@breaks("SEC-01")
def no_playback_over_https(recorder: Recorder) -> None:
    """Knows camera.cgi over HTTP alone."""
    _refuse_secure(recorder, ("camera",))


@breaks("SEC-01")
def no_information_over_https(recorder: Recorder) -> None:
    """Knows as_getinfo.cgi and recordedtime.cgi over HTTP alone."""
    _refuse_secure(recorder, ("getinfo", "recorded_time"))


@breaks("SEC-01")
def no_control_over_https(recorder: Recorder) -> None:
    """Knows camctl.cgi over HTTP alone."""
    _refuse_secure(recorder, ("centering", "focus", "iris", "preset_set", "preset_go", "auxiliary"))


@breaks("SEC-01")
def logout_over_https_does_nothing(recorder: Recorder) -> None:
    """Accepts logout.cgi over HTTPS, and keeps the UID."""

    def obey(original: Obey, request: Request, now: float) -> Reply:
        if request.secure and request.path.endswith("/logout.cgi"):
            return accepted()
        return original(request, now)

    around(recorder.obey, obey)


@breaks("SEC-01")
def silent_live_over_https(recorder: Recorder) -> None:
    """Accepts live over HTTPS, and sends nothing."""

    def obey(original: Obey, request: Request, now: float) -> Reply:
        reply = original(request, now)
        if request.secure and isinstance(reply, LiveAnswer):
            reply.stream.suspended = True
        return reply

    around(recorder.obey, obey)


@breaks("SEC-01")
def gops_over_https_are_damaged(recorder: Recorder) -> None:
    """Damages the pictures of camera.cgi over HTTPS."""

    def obey(original: Obey, request: Request, now: float) -> Reply:
        reply = original(request, now)
        if not request.secure or not request.path.endswith("/camera.cgi") or not isinstance(reply, Answer):
            return reply
        body, quarter = reply.body, len(reply.body) // 4
        damaged = bytes(byte ^ 0x5A for byte in body[quarter : 2 * quarter])
        return dataclasses.replace(reply, content=body[:quarter] + damaged + body[2 * quarter :])

    around(recorder.obey, obey)


@breaks("SEC-01")
def live_over_https_loses_pictures(recorder: Recorder) -> None:
    """Leaves out each third picture of live over HTTPS."""
    secure: set[int] = set()

    def obey(original: Obey, request: Request, now: float) -> Reply:
        reply = original(request, now)
        if request.secure and isinstance(reply, LiveAnswer):
            secure.add(reply.stream.number)
        return reply

    def next_picture(
        original: Callable[[LiveStream], LivePicture | None], stream: LiveStream
    ) -> LivePicture | None:
        if stream.number in secure and stream.picture % 3 == 2:
            stream.step()
            return None
        return original(stream)

    around(recorder.obey, obey)
    around(recorder.live.next_picture, next_picture)


@breaks("SEC-02")
def http_beside_https(recorder: Recorder) -> None:
    """Serves HTTP as well, though it is set to HTTPS alone."""
    recorder.transport = "both" if recorder.transport == "https" else recorder.transport


@breaks("SEC-02")
def information_over_http(recorder: Recorder) -> None:
    """Answers as_getinfo.cgi over HTTP, though it is set to HTTPS alone."""
    _serve_over_http(recorder, ("getinfo",))


@breaks("SEC-02")
def uids_over_http(recorder: Recorder) -> None:
    """Obeys those who have a UID over HTTP, though it is set to HTTPS alone."""
    _serve_over_http(recorder, ("keep_alive", "camera", "log_errors", "log_events"))


@breaks("SEC-02")
def control_over_http(recorder: Recorder) -> None:
    """Obeys camera control over HTTP, though it is set to HTTPS alone."""
    _serve_over_http(recorder, ("pan_tilt_zoom", "focus"))


@breaks("SEC-02")
def start_of_rtp_over_http(recorder: Recorder) -> None:
    """Obeys START over RTP over HTTP, though it is set to HTTPS alone."""
    _serve_over_http(recorder, ("live_rtp",), only="CMD=START")


@breaks("SEC-03")
def no_uid_will_do(recorder: Recorder) -> None:
    """Takes a command without a UID for one of the UID issued last."""
    _take_for_the_newest(recorder, None)


@breaks("SEC-04")
def information_takes_any_response(recorder: Recorder) -> None:
    """Gives as_getinfo.cgi and recordedtime.cgi to whoever sends any Digest response."""

    def obey(original: Callable[[Request, float], Reply], request: Request, now: float) -> Reply:
        open_to = {"/cgi-bin/as_getinfo.cgi": "connections", "/cgi-bin/recordedtime.cgi": "recorded_time"}
        if request.authorization and request.path in open_to:
            answer: Reply = getattr(recorder.information, open_to[request.path])(now)
            return answer
        return original(request, now)

    around(recorder.obey, obey)


@breaks("SEC-03")
def an_empty_uid_will_do(recorder: Recorder) -> None:
    """Takes an empty UID for the one issued last."""
    _take_for_the_newest(recorder, "")


@breaks("SEC-03")
def minus_one_will_do(recorder: Recorder) -> None:
    """Takes the UID -1 in status.cgi and loglist.cgi for the one issued last."""
    _take_for_the_newest(recorder, "-1", ("status.cgi", "loglist.cgi"))


@breaks("SEC-03")
def camctl_without_a_uid(recorder: Recorder) -> None:
    """Takes camctl.cgi without a UID for a command of the UID issued last."""
    _take_for_the_newest(recorder, None, ("camctl.cgi",))


@breaks("SEC-03")
def a_name_will_do(recorder: Recorder) -> None:
    """Takes the name of a user for a UID of his in directctrl.cgi."""
    _take_for_the_newest(recorder, "ADMIN", ("directctrl.cgi",))


@breaks("SEC-03")
def rtp_for_nobody(recorder: Recorder) -> None:
    """Refuses RTP without a UID, and sends it all the same."""

    def obey(original: Obey, request: Request, now: float) -> Reply:
        try:
            return original(request, now)
        except CommandError:
            by_rtp = request.path.endswith("/push.cgi") and "PORT=" in request.query
            if by_rtp and _uid_of(request) is None and recorder.sessions.used():
                original(_with_newest(recorder, request), now)
            raise

    around(recorder.obey, obey)


@breaks("SEC-03")
def refuses_with_the_log(recorder: Recorder) -> None:
    """Refuses loglist.cgi without a UID with status 401 and the log."""

    def obey(original: Obey, request: Request, now: float) -> Reply:
        try:
            return original(request, now)
        except CommandError:
            if not request.path.endswith("/loglist.cgi") or _uid_of(request) or not recorder.sessions.used():
                raise
            answer = original(_with_newest(recorder, request), now)
            return dataclasses.replace(answer, status=401) if isinstance(answer, Answer) else answer

    around(recorder.obey, obey)


@breaks("SEC-04")
def half_a_response_will_do(recorder: Recorder) -> None:
    """Compares the first half of the response."""
    around(recorder.gate.is_right, lambda original, expected, given: given[:16] == expected[:16])


@breaks("SEC-04")
def first_digit_does_not_matter(recorder: Recorder) -> None:
    """Compares all of the response but its first digit."""
    around(recorder.gate.is_right, lambda original, expected, given: given[1:] == expected[1:])


@breaks("SEC-04")
def an_empty_response_will_do(recorder: Recorder) -> None:
    """Takes an empty response for a right one."""
    around(recorder.gate.is_right, lambda original, expected, given: not given or given == expected)


@breaks("SEC-04")
def more_digits_do_not_matter(recorder: Recorder) -> None:
    """Compares as many digits of the response as the right one has, and none of those behind them."""
    around(recorder.gate.is_right, lambda original, expected, given: given[: len(expected)] == expected)


@breaks("SEC-05")
def a_wrong_escape_ends_logins(recorder: Recorder) -> None:
    """Fails at every login after a query with %zz."""
    _fail_after(recorder, lambda request: "%zz" in request.query)


@breaks("SEC-05")
def many_parameters_end_logins(recorder: Recorder) -> None:
    """Fails at every login after a query of more than 1000 parameters."""
    _fail_after(recorder, lambda request: request.query.count("&") > 1000)


@breaks("SEC-05")
def a_month_13_ends_logins(recorder: Recorder) -> None:
    """Fails at every login after a TIMEF of a month that no year has."""
    _fail_after(recorder, lambda request: re.search(r"TIMEF=..(00|1[3-9])", request.query) is not None)


@breaks("SEC-05")
def long_credentials_end_logins(recorder: Recorder) -> None:
    """Fails at every login after credentials of more than 5000 characters."""
    _fail_after(recorder, lambda request: len(request.authorization or "") > 5000)


@breaks("SEC-01")
def https_chunk_is_not_filled_up(recorder: Recorder) -> None:
    """Ends the body of camera.cgi over HTTPS with the last packet, not with a whole block."""

    def camera(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        answer = original(asked)
        if asked.request.secure and answer.status == 200 and not answer.no_picture:
            return dataclasses.replace(answer, content=bytes(answer.content).rstrip(b"\0") + b"\0\0\0")
        return answer

    around(recorder.playback_commands.camera, camera)


def _refuse_secure(recorder: Recorder, keys: Collection[str]) -> None:
    def obey(original: Obey, request: Request, now: float) -> Reply:
        if request.secure and parse_command(request.path, request.query).key in keys:
            raise Refused(404, f"{request.path}: not here")
        return original(request, now)

    around(recorder.obey, obey)


def _serve_over_http(recorder: Recorder, keys: Collection[str], only: str = "") -> None:
    """Where HTTPS alone is set, HTTP is served too, but for these commands alone, with that in their
    query."""
    if recorder.transport != "https":
        return
    recorder.transport = "both"

    def obey(original: Obey, request: Request, now: float) -> Reply:
        is_served = only in request.query and parse_command(request.path, request.query).key in keys
        if not request.secure and not is_served:
            raise Refused(403, f"{request.path}: HTTPS is needed")
        return original(request, now)

    around(recorder.obey, obey)


def _uid_of(request: Request) -> str | None:
    """The UID as it stands in a query; None where there is none."""
    found = re.search(r"(?:^|&)UID=([^&]*)", request.query)
    return found[1] if found else None


def _with_newest(recorder: Recorder, request: Request) -> Request:
    """The same command with the UID issued last."""
    rest = re.sub(r"(?:^|&)UID=[^&]*", "", request.query).strip("&")
    query = f"UID={recorder.sessions.valid()[-1].uid}&{rest}".rstrip("&")
    return dataclasses.replace(request, query=query)


def _take_for_the_newest(recorder: Recorder, form: str | None, names: Collection[str] = ()) -> None:
    """What stands in the place of a UID goes for the one issued last; in these commands, or in all."""

    def obey(original: Obey, request: Request, now: float) -> Reply:
        name = request.path.rpartition("/")[2]
        concerned = name in names or not (names or name == "dlogin.cgi")
        if concerned and _uid_of(request) == form and recorder.sessions.used():
            try:
                return original(_with_newest(recorder, request), now)
            except CommandError:
                return original(request, now)
        return original(request, now)

    around(recorder.obey, obey)


def _fail_after(recorder: Recorder, fatal: Callable[[Request], bool]) -> None:
    struck: list[str] = []

    def receive(original: Obey, request: Request, now: float) -> Reply:
        if fatal(request):
            struck.append(request.path)
        return original(request, now)

    def login(original: Obey, request: Request, now: float) -> Reply:
        if struck:
            raise Refused(500, "out of order")
        return original(request, now)

    around(recorder.receive, receive)
    around(recorder.login_commands.login, login)
