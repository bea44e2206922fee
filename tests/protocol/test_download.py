"""The headers and file names of downloads."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nvr_protocol.commands.table import COMMANDS_BY_KEY
from nvr_protocol.download import (
    SUFFIXES,
    FileName,
    PartHeaders,
    Status,
    read_file_name,
    read_part_headers,
    write_file_name,
    write_part_headers,
)
from nvr_protocol.errors import ProtocolError
from nvr_protocol.texts.local_time import LocalTime

MIDNIGHT = LocalTime(1_700_006_400)  # 2023-11-15 00:00:00
TEMPORARY = "001_231115000000_1000_7f_00_01.tmp"
FINAL = "001_231115000000_1000_7f_00_01.mp4"
NAMES = st.text(
    st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"/\\:'), max_size=255
).filter(lambda name: name not in (".", ".."))
FILE_NAMES = st.builds(
    FileName,
    st.integers(1, 999),
    st.integers(946_684_800, 4_102_444_799).map(LocalTime),
    st.integers(1, 999_999),
    st.sampled_from(["tmp", "mp4", "n3r", "n3a", "n3n"]),
    st.just("7f_00_01") | st.from_regex("[0-9a-f]{2}_[0-9a-f]{2}_[0-9a-f]{2}", fullmatch=True),
)


def test_first_part():
    headers = write_part_headers(PartHeaders(TEMPORARY, ""))
    assert list(headers.items()) == [
        ("Content-Type", "application/octet-stream"),
        ("X-Temp-FileName", f'filename = "{TEMPORARY}"'),
        ("X-Prev-Filename", 'filename = ""'),
        ("X-RecData-Satus", "0"),
    ]
    assert read_part_headers(headers) == PartHeaders(TEMPORARY, "", Status.NORMAL)


def test_last_part_of_a_drawing_without_quotes():
    headers = {
        "X-TEMP-FILENAME": "filename =",
        "x-prev-filename": f'filename="{FINAL}" ',
        "X-RecData-SATUS": " 0",
    }
    assert read_part_headers(headers) == PartHeaders("", FINAL)


@settings(max_examples=50)
@given(
    st.builds(PartHeaders, NAMES, NAMES, st.sampled_from(Status)),
    st.sampled_from([str.lower, str.upper, str]),
)
def test_written_headers_are_read_back(headers, case):
    written = {case(name): value for name, value in write_part_headers(headers).items()}
    assert read_part_headers(written) == headers


def test_longest_name():
    longest = PartHeaders("x" * 255, "")
    assert read_part_headers(write_part_headers(longest)) == longest


def test_statuses():
    assert [status.value for status in Status] == [0, 1, 2, 3]
    assert read_part_headers(write_part_headers(PartHeaders("", "", Status.TOO_MANY_AT_ONCE))).status == 3


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "..", ".", "a\\b", "c:x", 'a"b', "a\r\nb", "ä", "x" * 256, "\x7f"]
)
def test_unfit_names(name):
    for headers in (PartHeaders(name, ""), PartHeaders("", name)):
        with pytest.raises(ProtocolError):
            write_part_headers(headers)
    if '"' not in name:
        written = write_part_headers(PartHeaders("", "")) | {"X-Prev-Filename": f'filename = "{name}"'}
        with pytest.raises(ProtocolError, match="X-Prev-Filename"):
            read_part_headers(written)


@pytest.mark.parametrize("header", ["X-Temp-FileName", "X-Prev-Filename", "X-RecData-Satus"])
@pytest.mark.parametrize(
    "value", [None, "", "x", 'filename "x"', 'file = "x"', 'filename = "x', "filename = x", "4", "-1", "00"]
)
def test_unfit_headers(header, value):
    written = write_part_headers(PartHeaders(TEMPORARY, "", Status.NO_RECORDED_DATA))
    del written[header]
    if value is not None:
        written[header] = value
    with pytest.raises(ProtocolError) as caught:
        read_part_headers(written)
    assert caught.value.what == header


@given(
    st.dictionaries(
        st.sampled_from(["x-temp-filename", "x-prev-filename", "x-recdata-satus", "Content-Type"]),
        st.one_of(
            st.text(max_size=20), st.text(max_size=9).map('filename = "{}"'.format), st.sampled_from("0123")
        ),
    )
)
def test_any_headers(headers):
    try:
        part = read_part_headers(headers)
    except ProtocolError:
        return
    assert read_part_headers(write_part_headers(part)) == part


def test_long_blanks_are_read_in_no_time():
    headers = {"X-Temp-FileName": "filename =" + " " * 1_000_000 + "x"}
    with pytest.raises(ProtocolError):
        read_part_headers(headers)


def test_file_names_of_the_document():
    assert write_file_name(FileName(1, MIDNIGHT, 1, "tmp")) == TEMPORARY
    assert write_file_name(FileName(1, MIDNIGHT, 1, "mp4")) == FINAL
    assert write_file_name(FileName(128, MIDNIGHT, 12, "n3r")) == "128_231115000000_12000_7f_00_01.n3r"
    assert read_file_name("001_231115000000_3000_7f_00_01.mp4") == FileName(1, MIDNIGHT, 3, "mp4")


@given(FILE_NAMES)
def test_written_file_name_is_read_back(name):
    assert read_file_name(write_file_name(name)) == name


@pytest.mark.parametrize(
    "name",
    [
        FileName(0, MIDNIGHT, 1, "tmp"),
        FileName(1000, MIDNIGHT, 1, "tmp"),
        FileName(1, MIDNIGHT, 0, "tmp"),
        FileName(1, MIDNIGHT, 1_000_000, "tmp"),
        FileName(1, MIDNIGHT, 1, "exe"),
        FileName(1, MIDNIGHT, 1, "tmp", "7f"),
        FileName(1, LocalTime(0), 1, "tmp"),
    ],
)
def test_unfit_file_name_is_not_written(name):
    with pytest.raises(ProtocolError):
        write_file_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "000_231115000000_1000_7f_00_01.tmp",
        "001_231115000000_0000_7f_00_01.tmp",
        "001_231115000000_1500_7f_00_01.tmp",
        "001_231315000000_1000_7f_00_01.tmp",
        "001_231115000000_1000_7f_00_01.exe",
        "001_231115000000_1000_7f_00_01.tmp\n",
        "001_231115000000_1000_7F_00_01.tmp",
        "1_231115000000_1000_7f_00_01.tmp",
        "００１_231115000000_1000_7f_00_01.tmp",
        "../001_231115000000_1000_7f_00_01.tmp",
    ],
)
def test_other_file_names_are_refused(text):
    with pytest.raises(ProtocolError):
        read_file_name(text)


@given(
    st.one_of(
        st.text(max_size=40), st.from_regex(r"[0-9]{3}_[0-9]{12}_[0-9]{4,9}_7f_00_01\.tmp", fullmatch=True)
    )
)
def test_any_file_name(text):
    try:
        name = read_file_name(text)
    except ProtocolError:
        return
    assert write_file_name(name) == text


def test_every_kind_has_its_files():
    kind = COMMANDS_BY_KEY["download"].parameter("KIND")
    assert kind is not None
    assert set(SUFFIXES) == set(kind.allowed)
    for suffixes in SUFFIXES.values():
        assert all(read_file_name(write_file_name(FileName(1, MIDNIGHT, 1, suffix))) for suffix in suffixes)
