"""What must not be told is taken out everywhere alike, and bytes keep their length."""

from __future__ import annotations

import base64
import html
import json
import re
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.evidence import redaction
from nvr_conformance.evidence.redaction import Redactor


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_redacted_to_their_own_length(data, uids):
    noise = data + b"UID=" + data + b"\r\nAuthorization: " + data
    assert len(Redactor(["secret99"], uids=uids).wire(noise)) == len(noise)


@given(st.lists(st.sampled_from([b"uid", b"UID", b"=", b"%3d", b'": ', b"x", b"7", b"123456", b"\xff"])))
def test_what_is_found_by_a_word_is_what_the_pattern_finds(pieces):
    data = b"".join(pieces)

    def wrapped(found):
        return b"<" + found[0] + b">"

    for pattern, word, folded in (
        (redaction._UID_BYTES, b"uid", data.lower()),
        (redaction._LONG_BYTES, b"000000", data.translate(redaction._DIGITS_AS_0)),
    ):
        assert redaction._sub_where(pattern, wrapped, data, word, folded) == pattern.sub(wrapped, data)


def test_uids_are_replaced_everywhere_alike():
    redactor = Redactor(uids=True)
    assert redactor.text("GET /x?UID=1234567890&CAM=1") == "GET /x?UID=UID-1&CAM=1"
    assert redactor.text("UID=42, then 1234567890, 91234567890, USEDUID=3") == (
        "UID=UID-2, then UID-1, 91234567890, USEDUID=3"
    )
    on_the_wire = redactor.wire(b"?UID=1234567890 ?UID=42 ?UID=-1 1234567890")
    other = on_the_wire[5:15]
    assert other.isdigit()
    assert other != b"1234567890"
    assert on_the_wire == b"?UID=" + other + b" ?UID=42 ?UID=-1 " + other
    assert redactor.digits('{"uid":1234567890}') == f'{{"uid":{other.decode()}}}'
    told = {"uid": 1234567890, "at": [1234567890.25, "UID=1234567890", True, None], "1234567890": 12345678901}
    number, text = int(other), other.decode()
    assert redactor.value(told) == {
        "uid": number,
        "at": [1234567890.25, f"UID={text}", True, None],
        "1234567890": 12345678901,
    }
    assert Redactor().text("UID=1234567890") == "UID=1234567890"


def test_passwords_and_answers_never_show():
    redactor = Redactor(["s3cret/word"])
    assert "s3cret" not in redactor.text("a s3cret/word and s3cret%2Fword")
    assert redactor.header("Authorization", 'Digest username="u", response="abc"') == "Digest (not shown)"
    assert "rsp" not in redactor.header("Authentication-Info", 'rspauth="1"')


ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 1760\r\n\r\n1760\r\nx=1760 17600 a1760 1760.5 -1760\r\n"
    b"1760;ext=1\r\n(1760)"
)


def test_a_password_of_digits_is_hidden_and_no_other_number_is():
    redactor = Redactor(["1760"])
    hidden = ANSWER.replace(b"x=1760", b"x=****").replace(b"-1760", b"-****").replace(b"(1760)", b"(****)")
    assert redactor.wire(ANSWER) == hidden
    assert redactor.text("user:1760, 17600 bytes") == "user:(password), 17600 bytes"
    assert redactor.value({"at": 1760, "said": "1760"}) == {"at": 1760, "said": "****"}


def test_a_password_is_hidden_where_it_is_escaped_too():
    assert Redactor(["a b/c"]).wire(b"p=a%20b%2Fc, a b/c") == b"p=" + b"*" * 9 + b", " + b"*" * 5


ODD = 'pä/s&"s w0'


@pytest.mark.parametrize(
    "form",
    [
        ODD.encode(),
        ODD.encode("latin-1"),
        quote(ODD, safe="").encode(),
        quote(ODD, safe="").lower().encode(),
        quote(ODD).encode(),
        quote(ODD, safe="", encoding="latin-1").encode(),
        quote_plus(ODD).encode(),
        html.escape(ODD).encode(),
        html.escape(ODD, quote=False).encode(),
        html.escape(ODD).encode("ascii", "xmlcharrefreplace"),
        json.dumps(ODD).encode(),
        json.dumps(ODD, ensure_ascii=False).encode(),
        json.dumps(ODD).replace("/", "\\/").encode(),
        base64.b64encode(b"ADMIN:" + ODD.encode()),
        base64.b64encode(ODD.encode("latin-1")),
        repr(ODD.encode()).encode(),
        ODD.encode().hex(" ").encode(),
    ],
)
def test_no_form_of_a_password_shows(form):
    redactor = Redactor([ODD], names=["ADMIN"])
    secret = form.strip(b"\"b'")
    shown = redactor.wire(b"[[" + form + b"]]")
    assert secret not in shown
    assert len(shown) == len(form) + 4
    for text in (form.decode("latin-1"), form.decode("utf-8", "replace")):
        assert redactor.text(f"[[{text}]]").strip("[\"b']") == "(password)"


@pytest.mark.parametrize(
    "password", ["html", "HTTP", "UID=", "camera", "Type", "Keep-Alive", "charset", "1024"]
)
def test_a_password_that_is_a_word_of_the_protocol_cannot_be_hidden_and_that_is_known(password):
    """To take it out would tell it, and change what is judged."""
    redactor = Redactor([password])
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>{password}".encode()
    assert redactor.wire(answer) == answer
    assert redactor.text(f"x {password}") == f"x {password}"
    assert redactor.unmasked
    assert redactor.header("Authorization", f"Basic {password}") == "Basic (not shown)"


def test_what_was_hidden_is_counted():
    redactor = Redactor(["s3cret99", ""])
    redactor.wire(b"Authorization: Basic s3cret99\r\n\r\n s3cret99 S3cret99 s3cret99")
    assert redactor.masked == 2
    assert not redactor.unmasked
    redactor.learn(["abc"])
    assert redactor.unmasked


def test_a_uid_of_few_digits_is_known_again():
    redactor = Redactor(uids=True)
    redactor.meet("/?UID=77013")
    text = "UID 77013: UID : 77014, ['77013', '77014'], (77013). 177013 77013.5 1.77013 a77013 UID = 42"
    assert redactor.text(text) == (
        "UID UID-1: UID : UID-2, ['UID-1', 'UID-2'], (UID-1). 177013 77013.5 1.77013 a77013 UID = 42"
    )
    other = redactor.wire(b"UID=77013")[4:].decode()
    assert other != "77013"
    assert redactor.wire(b'UID: 77013 was evicted, "uid" : "77013"').decode() == (
        f'UID: {other} was evicted, "uid" : "{other}"'
    )
    told = {"sessions": [{"uid": 77013, "at": 77013}, {"uid": 56372}], "uid": None}
    shown = redactor.value(told)
    assert shown["sessions"][0] == {"uid": int(other), "at": 77013}
    assert 10_000 <= shown["sessions"][1]["uid"] != 56372
    assert shown["uid"] is None


def test_a_bad_uid_stays_as_bad_as_it_was():
    redactor = Redactor(uids=True)
    assert redactor.wire(b"UID=0000000000 UID=12") == b"UID=0000000000 UID=12"
    assert redactor.wire(b"UID=0001234567").startswith(b"UID=000")
    long = redactor.wire(b"UID=" + b"7" * 25)
    assert len(long) == 29
    assert long != b"UID=" + b"7" * 25


@pytest.mark.parametrize("size", [1_000_000])
def test_redaction_is_linear_whatever_a_device_makes_up(size, monkeypatch):
    """Thousands of different UIDs, or a long one: seconds at the most, and a bounded memory of them."""
    monkeypatch.setattr(redaction, "KNOWN_LIMIT", 1000)
    made_up = "".join(f"UID={number:07d}," for number in range(size // 50))
    for text in (
        made_up,
        "UID=" + "1" * size,
        "1" * size,
        "UID" * (size // 3),
        "\r\n" * size,
        "1760" * size,
        "pä/ss" * size,
    ):
        redactor = Redactor(["1760", 'pä/ss"wo'], uids=True)
        begun = time.process_time()
        redactor.text(text)
        assert len(redactor.wire(text.encode())) == len(text.encode())
        assert time.process_time() - begun < 5, text[:20]
        assert len(redactor._others) <= 1000
        assert len(redactor._numbers) <= 1000


@given(
    st.lists(
        st.sampled_from(
            (
                b"UID=",
                b'"uid": ',
                b"UID%3d",
                b"123456",
                b"9" * 64,
                b"9" * 65,
                b"77",
                b"\r\n",
                b"s3cret99",
                b"\xff",
            )
        ),
        max_size=12,
    ).map(b"".join)
)
def test_a_uid_that_was_met_shows_nowhere_whatever_stands_around_it(data):
    redactor = Redactor(["s3cret99"], uids=True)
    redactor.meet("GET /?uid=123456")
    shown = redactor.wire(data)
    assert len(shown) == len(data)
    assert b"s3cret99" not in shown
    for number in re.findall(rb"(?<![0-9])123456(?![0-9])", data):
        assert number not in re.findall(rb"[0-9]+", shown)
    assert redactor.text("123456") == "UID-1"
