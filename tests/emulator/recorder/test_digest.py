"""§6.1.1: Digest authentication, and what does not get through it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.recorder.digest import (
    COUNTS_REMEMBERED,
    NONCE_LIFETIME,
    REALM,
    DigestGate,
    Nonce,
    parse_authorization,
    response,
)

TARGET = "/cgi-bin/dlogin.cgi?UID=-1"


@pytest.fixture
def gate():
    return DigestGate({"ADMIN": "secret 1"}, random.Random(1))


def answer(
    gate, *, user="ADMIN", password="secret 1", uri=TARGET, nc="00000001", now=0.0, nonce=None, **more
):
    challenge = gate.challenge(now) if nonce is None else f'nonce="{nonce}"'
    fields = {
        "username": user,
        "realm": REALM,
        "nonce": challenge.split('nonce="')[1].split('"')[0],
        "uri": uri,
        "qop": "auth",
        "nc": nc,
        "cnonce": "abc",
        "algorithm": "MD5",
        **more,
    }
    fields.setdefault("response", response(fields, password, "GET"))
    quoted = {"username", "realm", "nonce", "uri", "cnonce", "response"}
    return "Digest " + ", ".join(f'{k}="{v}"' if k in quoted else f"{k}={v}" for k, v in fields.items())


def nonce_of(header):
    return header.split('nonce="')[1].split('"')[0]


def test_the_challenge_is_the_one_that_was_observed(gate):
    challenge = gate.challenge(0.0)
    assert 'realm="Network disk recorder"' in challenge
    assert 'qop="auth"' in challenge
    assert "algorithm=MD5" in challenge


def test_the_right_password_gets_through(gate):
    assert gate.check(answer(gate), "GET", TARGET, 1.0).user == "ADMIN"


def test_the_response_is_that_of_rfc_2617():
    fields = {
        "username": "Mufasa",
        "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        "uri": "/dir/index.html",
        "nc": "00000001",
        "cnonce": "0a4f113b",
        "qop": "auth",
    }
    # The RFC's example has another realm; with the recorder's, the value was worked out with md5sum.
    assert response(fields, "Circle Of Life", "GET") == "a28bad50bec938f99267d249b586254f"


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong"},
        {"user": "nobody"},
        {"uri": "/cgi-bin/dlogin.cgi?UID=-2"},
        {"nc": "1"},
        {"qop": "auth-int"},
        {"realm": "another"},
        {"algorithm": "SHA-512"},
        {"response": "0" * 32},
        {"nonce": "never-issued"},
    ],
)
def test_what_is_wrong_is_challenged_again(gate, changes):
    assert gate.check(answer(gate, **changes), "GET", TARGET, 1.0).user is None


def test_a_replay_is_refused_and_the_next_count_is_not(gate):
    first = answer(gate)
    assert gate.check(first, "GET", TARGET, 1.0).user == "ADMIN"
    assert gate.check(first, "GET", TARGET, 1.0).user is None
    again = answer(gate, nonce=nonce_of(first), nc="00000002")
    assert gate.check(again, "GET", TARGET, 1.0).user == "ADMIN"


def test_an_old_nonce_is_stale(gate):
    verdict = gate.check(answer(gate), "GET", TARGET, NONCE_LIFETIME)
    assert verdict.user is None
    assert verdict.stale


def test_a_user_with_an_empty_password_is_not_everybody():
    gate = DigestGate({"ADMIN": "secret 1"}, random.Random(1))
    assert gate.check(answer(gate, user="ghost", password=""), "GET", TARGET, 1.0).user is None


@given(st.text(max_size=300))
def test_any_header_is_judged_without_a_crash(text):
    gate = DigestGate({"ADMIN": "secret 1"}, random.Random(1))
    assert gate.check("Digest " + text, "GET", TARGET, 0.0).user is None


def test_a_backslash_escapes_in_quotes_alone():
    fields = parse_authorization(r'Digest username="A\"\\", nonce=A\B')
    assert fields == {"username": 'A"\\', "nonce": "A\\B"}


def test_a_repeated_field_is_malformed():
    assert parse_authorization('Digest username="A", username="B"') is None


@pytest.mark.parametrize(
    ("uri", "target"),
    [
        ("/cgi-bin/recordedtime.cgi?", "/cgi-bin/recordedtime.cgi?"),
        ("/cgi-bin/recordedtime.cgi", "/cgi-bin/recordedtime.cgi?"),
        ("/cgi-bin/recordedtime.cgi?", "/cgi-bin/recordedtime.cgi"),
        (TARGET, f"http://nvr:8080{TARGET}"),
        (f"http://nvr:8080{TARGET}", f"http://nvr:8080{TARGET}"),
        (f"http://nvr:8080{TARGET}", TARGET),
        ("/cgi-bin/dlogin.cgi?UID=%2D1", TARGET),
        ("/cgi-bin/dlogin.cgi?A=%2f", "/cgi-bin/dlogin.cgi?A=%2F"),
    ],
)
def test_an_answer_for_the_resource_of_the_request_line_gets_through(gate, uri, target):
    assert gate.check(answer(gate, uri=uri), "GET", target, 1.0).user == "ADMIN"


def test_an_answer_without_the_query_is_for_another_resource(gate):
    verdict = gate.check(answer(gate, uri="/cgi-bin/dlogin.cgi"), "GET", TARGET, 1.0)
    assert verdict.user is None
    assert verdict.reason == "uri names another resource than the request line"


@pytest.mark.parametrize("count", ["00000001", "0000000A", "0000000a"])
def test_nonce_counts_may_come_in_any_case(gate, count):
    assert gate.check(answer(gate, nc=count), "GET", TARGET, 1.0).user == "ADMIN"


def test_nonce_counts_come_in_any_order_and_count_once(gate):
    nonce = nonce_of(answer(gate))
    counts = {n: answer(gate, nonce=nonce, nc=f"{n:08x}") for n in (0, 1, 2, 3)}

    def gets_through(count):
        return gate.check(counts[count], "GET", TARGET, 1.0).user == "ADMIN"

    assert [gets_through(n) for n in (1, 3, 2)] == [True] * 3
    assert [gets_through(n) for n in (0, 1, 2, 3)] == [False] * 4


@given(st.lists(st.integers(0, 2 * COUNTS_REMEMBERED) | st.integers(0, 2**32 - 1), max_size=60))
def test_no_count_is_taken_twice_and_the_window_stays_small(counts):
    nonce, taken = Nonce(0.0), []
    for count in counts:
        unused = nonce.is_unused(count)
        if count > max(taken, default=0) - COUNTS_REMEMBERED:
            assert unused == (count > 0 and count not in taken)
        else:
            assert not unused
        if unused:
            nonce.use(count)
            taken.append(count)
        assert nonce.answered < 1 << COUNTS_REMEMBERED


@pytest.mark.parametrize(
    "header",
    [
        'Digest a="1",\tb=2',
        'Digest a="1"\t,\t b=2',
        'Digest  a = "1" , b\t=\t2,',
        'digest ,, a="1",,b="2" , ',
        'Digest a="\\1",b="2"',
    ],
)
def test_blanks_tabs_and_empty_elements_of_a_list(header):
    assert parse_authorization(header) == {"a": "1", "b": "2"}


def test_a_user_name_with_a_quote_in_it():
    gate = DigestGate({'a"b\\c': "secret 1"}, random.Random(1))
    header = answer(gate, user='a"b\\c').replace('username="a"b\\c"', 'username="a\\"b\\\\c"')
    assert gate.check(header, "GET", TARGET, 1.0).user == 'a"b\\c'


@pytest.mark.parametrize("octet", ["\udcff", "\uffff", "\0"])
@pytest.mark.parametrize("field", ["response", "user", "uri", "nc", "cnonce", "nonce", "realm", "algorithm"])
def test_octets_that_are_no_utf_8_are_refused_like_any_wrong_answer(gate, field, octet):
    header = answer(gate, **{"response": "0", field: f"{field}-in-question"})
    header = header.replace(f"{field}-in-question", f"0{octet}")
    assert gate.check(header, "GET", TARGET, 1.0).user is None


def test_a_query_of_the_longest_that_is_read_can_be_answered(gate):
    target = f"/cgi-bin/dlogin.cgi?UID=-1&X={'9' * 8000}"
    assert gate.check(answer(gate, uri=target), "GET", target, 1.0).user == "ADMIN"


def test_what_cannot_have_been_octets_is_malformed():
    assert parse_authorization("Digest a=" + chr(0xD800)) is None
