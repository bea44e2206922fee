"""§1.3, §6.1: nothing without a UID; no Digest answer that is wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from nvr_conformance.procedures.cameras import camera_with_video
from nvr_conformance.procedures.strangers import Strangers
from nvr_conformance.procedures.streams import JPEG, KINDS, brief_stream
from nvr_conformance.procedures.udp_path import why_silent
from nvr_conformance.reading.login_page import read_uid
from nvr_conformance.scenario import (
    HARMLESS,
    LOGIN,
    Check,
    Client,
    Exchange,
    LiveStream,
    NotTested,
    Observe,
    Require,
    Session,
    Target,
    refused,
    scenario,
)
from nvr_conformance.wire.digest import Challenge, DigestAnswers, choose_challenge, read_challenges

if TYPE_CHECKING:
    from collections.abc import Callable

FORMS = {"no UID": "", "an empty UID": "UID=", "UID=-1": "UID=-1", "a UID that is no number": "UID=ADMIN"}
ELSEWHERE = "/cgi-bin/recordedtime.cgi"
_RESPONSE = re.compile(r'response="([0-9a-f]+)"')
_UID = re.compile(r"UID=[0-9]+&?")


class _Nobody(Session):
    """Sends each command with `form` in the place of a UID."""

    def __init__(self, client: Client, form: str) -> None:
        super().__init__(client, "0", Exchange(0, "GET", LOGIN))
        self.form = form
        self.logged_out = True
        client.sessions.append(self)

    def path(self, key: str, **values: object) -> str:
        form = f"{self.form}&" if self.form else ""
        return _UID.sub(form, super().path(key, **values), count=1).rstrip("&?")


@scenario("SEC-03")
def test_no_command_without_a_uid(
    target: Target, client: Client, check: Check, not_tested: NotTested, observe: Observe
) -> None:
    """Every command that needs a UID, without one and with what is none, between two with a valid one: it
    gives nothing, and changes nothing for others."""
    living, playing = client.login(), client.login()
    nobodies = {name: _Nobody(client, form) for name, form in FORMS.items()}
    strangers = Strangers("SEC-03", target, client, check, not_tested, living, playing, nobodies)
    strangers.judge()
    for name, answer in strangers.accepted.items():
        observe("SEC-03", answer, name)


@scenario("SEC-03")
def test_no_media_without_a_uid(target: Target, client: Client, check: Check, not_tested: NotTested) -> None:
    """START over RTP and HTTP without a UID, while somebody is logged in; then with a UID."""
    camera, (codec, *_) = camera_with_video(target)
    before = {kind: brief_stream(client.login(), kind, camera, codec) for kind in KINDS}
    jpeg = brief_stream(client.login(), "live_http", camera, JPEG)
    client.login()
    started: list[tuple[str, LiveStream]] = []
    for name, form in FORMS.items():
        nobody = _Nobody(client, form)
        started.append((f"live_rtp START, {name}", nobody.start_rtp(camera, codec)))
        started.append((f"live_http START, {name}", nobody.start_http(camera, codec)))
        if jpeg.total:
            started.append((f"live_http START of JPEG, {name}", nobody.start_http(camera, JPEG)))
    target.pass_time(2)
    target.settle()
    totals = {name: stream.total for name, stream in started}
    for _, stream in started:
        stream.close()
    valid = client.login()  # one of its own: what others began by mistake may run on the one before
    for kind in KINDS:
        stream = brief_stream(valid, kind, camera, codec)
        if not (stream.total and before[kind].total):
            why = why_silent(target, client, stream, f"{stream.exchange}, no media")
            not_tested("SEC-03", f"{kind} START with a valid UID: {why}")
            continue
        for name, total in totals.items():
            if name.startswith(kind):
                check("SEC-03", total == 0, "no media", f"{total} packets", name)


@scenario("SEC-04")
def test_digest_answers_sent_again(
    client: Client, observe: Observe, require: Require, not_tested: NotTested
) -> None:
    """Send an answer again, at once and behind the next one on its nonce: what becomes of it is open."""
    answers = _challenged(client, require)
    first, second = (answers.authorization("GET", LOGIN) for _ in range(2))
    require(_login(client, first), "the right answer is refused")
    observe("SEC-04", _given(_login(client, first)), "the same answer again")
    if not _login(client, second):
        not_tested("SEC-04", "a nonce is good for one answer: none can be sent again behind the next")
        return
    observe("SEC-04", _given(_login(client, first)), "the same answer behind the next one")


@scenario("SEC-04")
def test_altered_digest_answers(client: Client, check: Check, observe: Observe, require: Require) -> None:
    """Alter one value after the other of a right answer; between them a right answer is taken.

    A response that is wrong proves no password. What a recorder makes of the other values is its own affair.
    """
    answers = _challenged(client, require)
    require(_login(client, answers.authorization("GET", LOGIN)), "the right answer is refused")
    for name, alter in _wrong_responses().items():
        uid = _login(client, alter(_challenged(client, require)))
        _require_right(client, require, name)
        check("SEC-04", not uid, "refused", _given(uid), name)
    for path in (HARMLESS, ELSEWHERE):
        _judge_information(client, check, path)
    for name, alter in _other_values(answers.challenge).items():
        observe("SEC-04", _given(_login(client, alter(_challenged(client, require)))), name)
        _require_right(client, require, name)


def _require_right(client: Client, require: Require, name: str) -> None:
    """A right answer behind each that is none: no recorder need lock out who sends it many."""
    right = _login(client, _challenged(client, require).authorization("GET", LOGIN))
    require(right, f"a right answer is refused after one with {name}")


def _judge_information(client: Client, check: Check, path: str) -> None:
    """SEC-04: a command without a UID that asks for Digest gives nothing to a wrong response. Whether it asks
    is open."""
    asked = client.get(path)
    challenge = choose_challenge(read_challenges(asked.all_headers("WWW-Authenticate")))
    if challenge is None or not refused(asked) or refused(client.get_digest(path)):
        return
    answers = DigestAnswers(challenge, client.target.user, client.target.password)
    header = answers.authorization("GET", path)
    wrong = _RESPONSE.sub(lambda found: f'response="{found[1][:-1]}{_other(found[1][-1])}"', header)
    answer = client.get(path, (("Authorization", wrong),))
    name = f"{path.partition('?')[0]}: a response with another last digit"
    check("SEC-04", refused(answer), "refused", answer, name)


def _wrong_responses() -> dict[str, Callable[[DigestAnswers], str]]:
    """What makes a wrong answer of a right one by its response, by name."""

    def with_response(change: Callable[[str], str]) -> Callable[[DigestAnswers], str]:
        def alter(answers: DigestAnswers) -> str:
            header = answers.authorization("GET", LOGIN)
            return _RESPONSE.sub(lambda found: f'response="{change(found[1])}"', header)

        return alter

    return {
        "a response with another last digit": with_response(lambda text: text[:-1] + _other(text[-1])),
        "a response with another first digit": with_response(lambda text: _other(text[0]) + text[1:]),
        "a response with more digits behind it": with_response(lambda text: text + "0123456789abcdef"),
        "half a response": with_response(lambda text: text[: len(text) // 2]),
        "an empty response": with_response(lambda text: ""),
        "a response of zeros": with_response(lambda text: "0" * len(text)),
    }


def _other_values(challenge: Challenge) -> dict[str, Callable[[DigestAnswers], str]]:
    """Answers whose response is right, and another value is not what it was made for, by name."""

    def altered(**values: str) -> Callable[[DigestAnswers], str]:
        return lambda answers: answers.authorization("GET", LOGIN, **values)

    def never_issued(answers: DigestAnswers) -> str:
        stranger = replace(answers.challenge, nonce=_other_nonce(answers.challenge.nonce))
        return DigestAnswers(stranger, answers.user, answers.password).authorization("GET", LOGIN)

    found: dict[str, Callable[[DigestAnswers], str]] = {
        "another nonce than it was made for": lambda answers: answers.authorization(
            "GET", LOGIN, nonce=_other_nonce(answers.challenge.nonce)
        ),
        "a nonce that was never issued": never_issued,
        "another uri than it was made for": altered(uri=ELSEWHERE),
        "the uri that it was made for, sent elsewhere": lambda answers: answers.authorization(
            "GET", ELSEWHERE
        ),
    }
    if challenge.qop:
        found["another nc than it was made for"] = altered(nc="00000007")
    return found


def _other(digit: str) -> str:
    return "1" if digit == "0" else "0"


def _other_nonce(nonce: str) -> str:
    """As long, and of the same characters."""
    return nonce[1:] + nonce[:1] if len(set(nonce)) > 1 else nonce + _other(nonce[:1])


def _challenged(client: Client, require: Require) -> DigestAnswers:
    """What answers a challenge of its own."""
    exchange = client.get(LOGIN)
    challenge = choose_challenge(read_challenges(exchange.all_headers("WWW-Authenticate")))
    require(challenge is not None, f"no Digest challenge to answer: {exchange}")
    assert challenge is not None
    return DigestAnswers(challenge, client.target.user, client.target.password)


def _given(uid: str | None) -> str:
    return "refused" if uid is None else f"UID={uid}"


def _login(client: Client, header: str) -> str | None:
    """The UID that comes of a Digest answer; it is given back at once."""
    exchange = client.get(LOGIN, (("Authorization", header),), pace=0.0)
    uid = read_uid(exchange) if exchange.ok else None
    if uid is not None:
        client.adopt(uid).logout()
    return uid
