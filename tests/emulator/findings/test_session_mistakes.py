"""Mistakes with UIDs, Digest and pace: each is named by its rule, and the right way by none."""

import re
import time

import pytest

from nvr_emulator.findings.registry import CHAPTERS

INFORMATION = "/cgi-bin/as_getinfo.cgi?FILE=2"
CASES = {}


def case(rule):
    def keep(function):
        CASES[rule] = function
        return function

    return keep


@case("uid-after-end")
def after_logout(client, wrong):
    uid = client.session()
    client.logout(uid)
    if wrong:
        client.command("keep_alive", UID=uid)


@case("uid-expired")
def expired(client, wrong):
    uid = client.session()
    client.wait(60)
    if not wrong:
        client.command("keep_alive", UID=uid)
    client.wait(40)
    client.command("keep_alive", UID=uid)


@case("uid-lapsed")
def lapsed(client, wrong):
    uid = client.session()
    with client.watching(uid, 1):
        client.wait(50)
        if not wrong:
            client.command("keep_alive", UID=uid)
        client.wait(50)


@case("no-logout")
def not_logged_out(client, wrong):
    uid = client.login()
    client.command("keep_alive", UID=uid)
    if not wrong:
        client.logout(uid)


@case("login-per-command")
def login_per_command(client, wrong):
    uid = client.login()
    for _ in range(5):
        client.command("keep_alive", UID=uid)
        if wrong:
            client.logout(uid)
            uid = client.login()


@case("uids-hoarded")
def hoard(client, wrong):
    for _ in range(8 if wrong else 4):
        client.wait(3)
        client.login()


@case("uid-truncated")
def truncated(client, wrong):
    while (uid := client.login()) < 2**32:
        client.logout(uid)
    client.ask(f"status.cgi?UID={uid % 2**32 if wrong else uid}&PC=AS60")


@case("uid-never-issued")
def never_issued(client, wrong):
    uid = client.login()
    client.ask(f"status.cgi?UID={uid + 12345 if wrong else uid}&PC=AS60")


@case("logout-while-running")
def logout_while_running(client, wrong):
    uid = client.session()
    if wrong:
        with client.playing(uid):
            client.logout(uid)
    else:
        with client.playing(uid):
            client.command("camera", UID=uid, CAM=1)
        client.logout(uid)


@case("password-in-clear")
def basic(client, wrong):
    client.ask(INFORMATION, Authorization="Basic QURNSU46eA==" if wrong else "Digest x")


@case("digest-answer")
def digest_without_qop(client, wrong):
    _, challenge, _ = client.get(INFORMATION)
    headers = client.digest(INFORMATION, challenge)
    if wrong:
        headers["Authorization"] = headers["Authorization"].replace("qop=auth, ", "")
    client.get(INFORMATION, headers)


@case("password-refused-again")
def refused_again(client, wrong):
    for _ in range(2):
        for _ in range(4 if wrong else 3):
            client.wait(3)
            _, challenge, _ = client.get(INFORMATION)
            headers = client.digest(INFORMATION, challenge)
            headers["Authorization"] = re.sub('response="..', 'response="xx', headers["Authorization"])
            client.get(INFORMATION, headers)
        client.wait(3)
        client.authenticated(INFORMATION, anew=True)


@case("digest-uri")
def digest_uri(client, wrong):
    _, challenge, _ = client.get(INFORMATION)
    client.get(INFORMATION, client.digest(INFORMATION, challenge, uri="/" if wrong else None))


@case("digest-nc")
def digest_count(client, wrong):
    for _ in range(2):
        challenge = client.get(INFORMATION)[1] if client.nonce is None else None
        client.wait(3)
        client.get(INFORMATION, client.digest(INFORMATION, challenge, nc=1 if wrong else None))


@case("digest-nonce")
def digest_nonce(client, wrong):
    for _ in range(5):
        client.wait(3)
        client.authenticated(INFORMATION, anew=wrong)


@case("credentials-with-uid")
def credentials_with_uid(client, wrong):
    uid = client.login()
    target = f"/cgi-bin/status.cgi?UID={uid}&PC=AS60"
    client.get(target, client.digest(target, None) if wrong else None)


@case("pace")
def pace(client, wrong):
    uid = client.session()
    client.paced = not wrong
    client.command("keep_alive", UID=uid)


@case("control-pace")
def control_pace(client, wrong):
    uid = client.session()
    client.paced = not wrong
    for speed in (5, 0):
        client.command("pan_tilt_zoom", UID=uid, CH=1, PAN=speed)


def test_all_rules_of_the_chapters_are_here():
    assert CASES.keys() == {
        rule.id for name in ("Sessions", "Digest", "Pace") for rule in CHAPTERS[name].rules
    }


@pytest.mark.parametrize("rule", CASES)
def test_a_mistake_is_named(client, named, rule):
    CASES[rule](client, wrong=True)
    assert rule in named()


@pytest.mark.parametrize("rule", CASES)
def test_the_right_way_is_not(client, named, rule):
    CASES[rule](client, wrong=False)
    assert rule not in named()


def test_why_a_uid_ended_is_told(client, embedded):
    uid = client.session()
    client.logout(uid)
    client.command("keep_alive", UID=uid)
    (found,) = embedded.findings
    assert found.text == f"status.cgi came with UID {uid}, which was logged out"
    ended, used = (next(entry for entry in embedded.journal if entry.number == n) for n in found.entries)
    assert (ended.ending, used.name) == ("logged out", "status.cgi")


@pytest.mark.parametrize("ending", ["expired", "evicted"])
def test_who_goes_on_after_a_refusal_is_named(client, embedded, ending):
    uid = client.login()
    if ending == "expired":
        client.wait(91)
    else:
        client.paced = False
        for _ in range(16):
            client.login()
    for _ in range(2):
        client.command("keep_alive", UID=uid)
    (found,) = (one for one in embedded.findings if one.rule == "uid-after-end")
    assert f"was {ending}, as the answer to #" in found.text


@pytest.mark.parametrize("by", ["hand", "host"])
def test_who_goes_on_with_another_command_later_is_named(client, embedded, monkeypatch, by):
    uid = client.login()
    client.wait(91)
    client.paced = False
    client.command("keep_alive", UID=uid)
    client.command("mask", UID=uid, MASK="1000")
    assert "uid-after-end" not in [one.rule for one in embedded.findings]
    if by == "hand":
        client.wait(2)
    else:
        later = time.monotonic() + 2
        monkeypatch.setattr(time, "monotonic", lambda: later)
    client.command("mask", UID=uid, MASK="1100")
    assert "uid-after-end" in [one.rule for one in embedded.findings]


def test_a_wait_by_the_hosts_clock_counts_too(client, embedded, monkeypatch):
    """The manual clock stands still while a client waits 3 s in earnest."""
    uid, began = client.login(), time.monotonic()
    client.paced = False
    monkeypatch.setattr(time, "monotonic", lambda: began + 3.1)
    client.command("keep_alive", UID=uid)
    assert embedded.findings == []
