"""The error log and the event log."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nvr_protocol.errors import ProtocolError
from nvr_protocol.texts.log_list import LogEntry, LogKind, LogList, read_log_list, write_log_list
from nvr_protocol.timestamps import Zone

MOSCOW = Zone(180)
EXAMPLE = (
    b"FILENAME=as_errorlog.html\r\nERROR_LOG_NO=2\r\n"
    b'ERROR_LOG="001","2021/11/14 14:10:00","0","CAM 3 COMMUNICATION ERROR","GMT+03:00",'
    b'"002","2021/11/14 14:48:00","0","CAM 3 COMMUNICATION RECOVERED","GMT+03:00"\r\n\r\n'
)
LOG = LogList(
    LogKind.ERROR,
    (
        LogEntry(1_636_888_200, MOSCOW, "CAM 3 COMMUNICATION ERROR"),
        LogEntry(1_636_890_480, MOSCOW, "CAM 3 COMMUNICATION RECOVERED"),
    ),
)
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters='"\x7f', min_codepoint=32), max_size=60
)
ENTRIES = st.builds(
    LogEntry,
    st.integers(86_400, 2**32 - 1),
    st.builds(Zone, st.integers(-1439, 1439), st.booleans()),
    TEXTS,
)


def test_example_is_written_and_read():
    assert write_log_list(LOG) == EXAMPLE
    assert read_log_list(EXAMPLE) == LOG


@settings(max_examples=50)
@given(kind=st.sampled_from(LogKind), entries=st.lists(ENTRIES, max_size=5).map(tuple))
def test_written_text_is_read_back(kind, entries):
    log = LogList(kind, entries)
    assert read_log_list(write_log_list(log)) == log


def test_empty_event_log():
    data = write_log_list(LogList(LogKind.EVENT, ()))
    assert data == b"FILENAME=as_eventlog.html\r\nEVENT_LOG_NO=0\r\nEVENT_LOG=\r\n\r\n"
    assert read_log_list(data) == LogList(LogKind.EVENT, ())


def test_summer_time_is_in_the_time_but_not_in_the_zone():
    entry = LogEntry(1_720_000_000, Zone(-210, summer=True), "SITE(VMD)-1")
    data = write_log_list(LogList(LogKind.EVENT, (entry,)))
    assert b'"001","2024/07/03 07:16:40","1","SITE(VMD)-1","GMT-03:30"' in data
    assert read_log_list(data).entries == (entry,)


def test_a_thousand_entries_are_the_most():
    log = LogList(LogKind.ERROR, LOG.entries[:1] * 1000)
    data = write_log_list(log)
    assert b'"009",' in data
    assert b'"999",' in data
    assert b',"1000","2021' in data
    assert read_log_list(data) == log
    with pytest.raises(ProtocolError):
        write_log_list(LogList(LogKind.ERROR, LOG.entries[:1] * 1001))
    more = data.replace(b"_NO=1000", b"_NO=1001").replace(
        b"\r\n\r\n", b"," + data.split(b"LOG=")[1][:75] + b"\r\n\r\n"
    )
    with pytest.raises(ProtocolError, match="1001"):
        read_log_list(more)


@pytest.mark.parametrize("text", ['a "b"', "a\r\nb", "a\rb", "a\nb", "\x00", "\x7f", "\ud800"])
def test_unfit_text_is_not_written(text):
    with pytest.raises(ProtocolError):
        write_log_list(LogList(LogKind.ERROR, (LogEntry(1_636_888_200, MOSCOW, text),)))


@pytest.mark.parametrize("seconds", [-20_000, -(10**30), 10**12, 10**30])
def test_unfit_time_is_not_written(seconds):
    with pytest.raises(ProtocolError):
        write_log_list(LogList(LogKind.ERROR, (LogEntry(seconds, MOSCOW, ""),)))


@pytest.mark.parametrize("text", [EXAMPLE[:-2], EXAMPLE.replace(b"\r\n", b" \r\n")])
def test_lines_may_end_otherwise(text):
    assert read_log_list(text) == read_log_list(EXAMPLE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\r\n\r\n", b"\r\n\r\n\r\n"),
        (b"\r\n\r\n", b""),
        (b"\r\n\r\n", b"\r\nx\r\n"),
        (b"FILENAME=as_errorlog", b"FILENAME=as_eventlog"),
        (b"FILENAME=as_errorlog", b"FILENAME=errorlog"),
        (b"ERROR_LOG_NO=2", b"EVENT_LOG_NO=2"),
        (b"ERROR_LOG_NO=2", b"ERROR_LOG_NO=1"),
        (b"ERROR_LOG_NO=2", b"ERROR_LOG_NO=3"),
        (b"ERROR_LOG_NO=2", b"ERROR_LOG_NO="),
        (b"ERROR_LOG_NO=2", b"ERROR_LOG_NO=-2"),
        (b"ERROR_LOG_NO=2", b"ERROR_LOG_NO=" + b"2" * 5000),
        (b"\nERROR_LOG=", b"\nEVENT_LOG="),
        (b'"001"', b'"1"'),
        (b'"001"', b'"002"'),
        (b'"001"', b'"0001"'),
        (b"2021/11/14", b"2021/02/29"),
        (b"2021/11/14", b"2021-11-14"),
        (b"2021/11/14", b"1969/12/31"),
        (b"2021/11/14", b"0000/00/00"),
        (b"14:10:00", b"24:00:00"),
        (b'"0"', b'"2"'),
        (b'"0"', b"0"),
        (b"+03:00", b"+3:00"),
        (b"+03:00", b"+24:00"),
        (b"+03:00", b"+03:60"),
        (b"GMT", b"UTC"),
        (b',"002"', b';"002"'),
        (b',"002"', b', "002"'),
        (b'ERROR",', b'ER"ROR",'),
        (b"CAM 3", b"\xff"),
    ],
)
def test_other_forms_are_refused(old, new):
    assert old in EXAMPLE
    with pytest.raises(ProtocolError):
        read_log_list(EXAMPLE.replace(old, new, 1))


def test_error_says_where():
    with pytest.raises(ProtocolError) as caught:
        read_log_list(EXAMPLE.replace(b'"002"', b'"007"'))
    assert caught.value.what == "log entry 002"
    assert caught.value.offset == EXAMPLE.index(b'"002"')


def test_many_lines_are_refused():
    with pytest.raises(ProtocolError, match="more than 4"):
        read_log_list(b"\r\n" * 1_000_000)


@given(
    st.one_of(
        st.binary(max_size=60),
        st.tuples(st.integers(0, len(EXAMPLE)), st.binary(max_size=3), st.integers(0, 3)).map(
            lambda change: EXAMPLE[: change[0]] + change[1] + EXAMPLE[change[0] + change[2] :]
        ),
    )
)
@example(EXAMPLE.replace(b"2021/11/14 14:10", b"1970/01/01 00:00"))
def test_any_bytes(data):
    try:
        log = read_log_list(data)
    except ProtocolError:
        return
    assert isinstance(log, LogList)
