"""What must not be told is taken out everywhere alike, and bytes keep their length."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.evidence.redaction import Redactor


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_redacted_to_their_own_length(data, uids):
    noise = data + b"UID=" + data + b"\r\nAuthorization: " + data
    assert len(Redactor(["secret99"], uids=uids).wire(noise)) == len(noise)


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
    assert Redactor().text("UID=1234567890") == "UID=1234567890"


def test_passwords_and_answers_never_show():
    redactor = Redactor(["s3cret/word"])
    assert "s3cret" not in redactor.text("a s3cret/word and s3cret%2Fword")
    assert redactor.header("Authorization", 'Digest username="u", response="abc"') == "Digest (not shown)"
    assert "rsp" not in redactor.header("Authentication-Info", 'rspauth="1"')
