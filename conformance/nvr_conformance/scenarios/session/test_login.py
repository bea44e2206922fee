"""§6.1.1: the challenge, the login, and the UID that it gives."""

from __future__ import annotations

import itertools
import re
from functools import partial
from operator import ne

from nvr_conformance.procedures.uid_commands import quick_login, written_uid
from nvr_conformance.reading.login_page import read_uid, uid_in_header
from nvr_conformance.scenario import (
    LOGIN,
    Check,
    Client,
    Exchange,
    Login,
    NotTested,
    Observe,
    Require,
    Session,
    Target,
    scenario,
)
from nvr_conformance.wire.digest import read_challenges

DIGITS = 19
AT_ONCE = 3
CROWDED_OUT = "all UIDs are in use: one of ours was thrown out, and issued again"
CROWDED = 12  # UIDs in use, with which logins in between may throw one out
POSITIVE = f"a positive integer of at most {DIGITS} digits"
_LOCATION = re.compile(r"""location\.href\s*=\s*["'][^"']*hdrctl\.cgi\?UID=[^&"'\s]""")


def _judge_challenge(client: Client, check: Check, exchange: Exchange, name: str) -> None:
    challenges = read_challenges(exchange.all_headers("WWW-Authenticate"))
    check("SES-01", exchange.status == 401, 401, exchange, f"{name}: status")
    check(
        "SES-01",
        bool(challenges),
        "a Digest challenge",
        exchange.all_headers("WWW-Authenticate"),
        f"{name}: challenge",
    )
    found = _uid_given(client, exchange)
    check("SES-01", found is None, "no UID", _given(found), f"{name}: no UID")


def _uid_given(client: Client, refusal: Exchange) -> str | None:
    """The UID in a page that should have none; or in its header, if it is a valid one."""
    in_header = uid_in_header(refusal)
    is_valid = in_header is not None and Session(client, in_header, refusal).is_alive()
    return in_header if is_valid else read_uid(refusal)


def _given(uid: str | None) -> str:
    return "no UID" if uid is None else f"UID={uid}"


@scenario("SES-01", "SES-02", "SES-04", "SES-05", "SES-18")
def test_login(
    client: Client, check: Check, require: Require, observe: Observe, not_tested: NotTested
) -> None:
    """Ask without credentials, then with them; look at the UIDs of a few logins."""
    _judge_challenge(client, check, client.get(LOGIN), "before any login")
    login = client.try_login()
    require(login.page is not login.challenge, f"no Digest challenge that can be answered: {login.challenge}")
    page = login.page
    check("SES-02", page.status == 200, 200, page, "status")
    check("SES-02", page.content_type == "text/html", "text/html", page.content_type, "an HTML page")
    located = _LOCATION.search(page.text) is not None
    check("SES-02", located, "location.href to hdrctl.cgi?UID=…", page.text, "the page carries the UID")
    written = written_uid(page)
    if login.uid_text is None and written is not None:
        check("SES-04", False, POSITIVE, written, f"UID {written}")
    require(login.uid_text is not None, f"no UID to look at: {page}")
    _judge_challenge(client, check, client.get(LOGIN), "while a UID is valid")

    for _ in range(5):
        quick_login(client)
    texts = [session.uid_text for session in client.sessions]
    for text in texts:
        good = len(text) <= DIGITS and int(text) > 0
        check("SES-04", good, POSITIVE, text, f"UID {text}")
    counts = None if len(set(texts)) == len(texts) else client.uid_counts()
    if counts is not None and counts.used >= counts.maximum:
        not_tested("SES-05", CROWDED_OUT)
    else:
        check("SES-05", len(set(texts)) == len(texts), "all different", texts, f"{len(texts)} logins")
    observe("SES-18", sorted({len(text) for text in texts}), "digits")
    observe("SES-18", _pattern([int(text) for text in texts]), "pattern")


@scenario("SES-05")
def test_logins_at_once(client: Client, check: Check, not_tested: NotTested) -> None:
    """A few logins whose credentials are sent at once."""
    texts = [session.uid_text for session in client.logins_at_once(AT_ONCE)]
    counts = client.uid_counts() if len(texts) > 1 else None
    name = f"{AT_ONCE} logins at once"
    if len(texts) < 2:
        not_tested("SES-05", f"{name}: {len(texts)} given a UID")
    elif len(set(texts)) < len(texts) and counts is not None and counts.used >= counts.maximum:
        not_tested("SES-05", f"{name}: {CROWDED_OUT}")
    else:
        check("SES-05", len(set(texts)) == len(texts), "all different", texts, name)


def _pattern(uids: list[int]) -> str:
    """What the eye sees in UIDs in the order of their issue."""
    steps = [later - earlier for earlier, later in itertools.pairwise(uids)]
    if len(set(steps)) == 1:
        return f"each is the one before {steps[0]:+d}"
    if max(map(abs, steps)) < 1000:
        return f"near one another: steps of {steps}"
    if all(step > 0 for step in steps):
        return "each is greater than the one before"
    return "none that can be seen"


@scenario("SES-03", "SES-19")
def test_wrong_credentials(
    target: Target, client: Client, check: Check, observe: Observe, not_tested: NotTested
) -> None:
    """Wrong passwords and unknown users, between right logins."""
    right = target.password
    before = client.login()
    others = [user.password for user in target.users[1:] if user.password != right]
    passwords = {
        "another password": "Wrong-" + right[::-1],
        "no password": "",
        "one character less": right[:-1],
        "one character more": right + "1",
        "its first eight characters": right[:8],
        "in capitals": right.upper(),
        "the user's name": target.user,
        **({"another user's password": others[0]} if others else {}),
    }
    attempts = [
        (name, target.user, word)
        for name, word in passwords.items()
        if target.told("differs", partial(ne, word, right))
    ]
    attempts += [
        (f"{name} of {user.name}", user.name, word)
        for user in target.users[1:]
        for name, word in (("another user's password", right), ("no password", ""))
        if target.told("differs", partial(ne, word, user.password))
    ]
    attempts += [
        ("unknown user", "NOBODY", right),
        ("unknown user without password", "NOBODY", ""),
        ("a longer user name", target.user + "X", right),
        ("no user name", "", right),
        ("no user name and no password", "", ""),
    ]
    # A right login behind each wrong one: no recorder need lock out the user, or the address.
    logins: list[tuple[str, Login]] = []
    ended = ""
    for name, user, word in attempts:
        logins.append((name, client.try_login(user, word)))
        if not ended and not before.is_alive():
            ended = name
        if client.try_login().uid_text is None:
            break
        client.sessions[-1].logout()
    name, counts = "a UID from before, behind each of them", client.uid_counts()
    if ended and counts is not None and counts.used > CROWDED:
        not_tested(
            "SES-03", f"{name}: {counts.used} UIDs are in use, and a right login may have thrown it out"
        )
    else:
        check("SES-03", not ended, "valid", f"ended behind {ended}" if ended else "valid", name)
    again = client.try_login()
    if again.uid_text is None:
        not_tested("SES-03", f"the right password is refused as well after the wrong ones: {again.page}")
    for name, login in logins:
        given = _uid_given(client, login.page)
        if given is not None or again.uid_text is not None:
            check("SES-03", given is None, "no UID", f"{login.page}, {_given(given)}", name)
    observed = ("another password", "the user's name", "unknown user")
    for name, login in (each for each in logins if each[0] in observed):
        observe("SES-19", f"{login.page}: {login.page.text[:100]}", name)
