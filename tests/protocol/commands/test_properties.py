"""What holds for every command of the table and for every text."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nvr_protocol.commands.table import COMMANDS, COMMANDS_BY_KEY, COMMANDS_BY_PATH, Kind
from nvr_protocol.commands.urls import CommandError, build_command, parse_command, read_query, write_query

FIRST = 1_640_995_200  # 2022-01-01
LAST = 2_082_758_399  # 2035-12-31 23:59:59
KINDS = {"unknown-path", "bad-parameter", "missing-parameter", "contradiction"}


def values_of(parameter, start=None):
    match parameter.kind:
        case Kind.FIXED | Kind.CHOICE:
            return st.sampled_from(parameter.allowed)
        case Kind.CONTROL:
            return st.sampled_from(parameter.allowed).map(lambda text: (text, "START"))
        case Kind.LOGIN:
            return st.just(-1)
        case Kind.UID:
            return st.integers(1, 10**19 - 1)
        case Kind.CAMERA | Kind.INTEGER:
            return st.integers(parameter.minimum, parameter.maximum)
        case Kind.MASK:
            return st.text("01", min_size=1, max_size=128)
        case Kind.TIME:
            return st.integers(FIRST, LAST).map(lambda seconds: seconds * 100)
        case Kind.PICTURE_TIME:
            return st.integers(FIRST * 100, LAST * 100 + 99)
        case Kind.NO_TIME:
            return st.none()
        case Kind.RANGE_START:
            return st.just(start)
        case Kind.RANGE_END:
            return st.integers(0, 60).map(lambda minutes: start + minutes * 60)


@st.composite
def commands(draw, spec):
    start = draw(st.integers(FIRST // 60, LAST // 60 - 60)) * 60
    values = {}
    for parameter in spec.parameters:
        if not parameter.required and draw(st.booleans()):
            continue
        values[parameter.name] = draw(values_of(parameter, start))
    if values.get("CMD") == "STOP" and draw(st.booleans()):
        values.pop("INTERNETMODE", None)
    return values


@pytest.mark.parametrize("key", COMMANDS_BY_KEY)
@settings(max_examples=30)
@given(data=st.data())
def test_what_is_written_is_read_back(key, data):
    spec = COMMANDS_BY_KEY[key]
    values = data.draw(commands(spec))
    path, _, query = build_command(key, **values).partition("?")
    command = parse_command(path, query)
    assert command.spec is spec
    assert command.values == values
    assert command.unknown == ()
    assert [name for name, _ in read_query(query) if name != "CTRL"] == [
        p.name for p in spec.parameters if p.name in values and p.name != "CTRL"
    ]


def outcome(call, *arguments, **values):
    """What a call gives, or the CommandError that it raises."""
    try:
        return call(*arguments, **values)
    except CommandError as error:
        return error


PIECES = st.one_of(
    st.text(max_size=8),
    st.sampled_from(sorted({p.name for spec in COMMANDS for p in spec.parameters})),
    st.sampled_from(sorted({text for spec in COMMANDS for p in spec.parameters for text in p.allowed})),
    st.sampled_from(
        ["=", "&", "%", "%00", "%ff", "-1", "0", "1", "9" * 30, "AS60_UNKNOWN", "22111412000000"]
    ),
)
QUERIES = st.one_of(
    st.lists(PIECES, max_size=30).map("".join),
    st.lists(st.tuples(PIECES, PIECES), max_size=12).map(
        lambda pairs: "&".join(f"{name}={text}" for name, text in pairs)
    ),
    st.text(st.characters(), max_size=40),
)


@given(
    path=st.one_of(st.sampled_from(list(COMMANDS_BY_PATH)), st.text(st.characters(), max_size=20)),
    query=QUERIES,
)
@example(path="/cgi-bin/hdrctl.cgi", query="&" * 1_000_000)
@example(path="/cgi-bin/hdrctl.cgi", query="UID=" + "1" * 8000)
@example(path="/cgi-bin/hdrctl.cgi", query="UID=1&PLAYCMD=\ud800")
@example(path="\ud800" * 1000, query="")
def test_any_text_is_a_command_or_an_error(path, query):
    command = outcome(parse_command, path, query)
    if isinstance(command, CommandError):
        told = str(command)
        assert command.kind in KINDS
        assert len(told) < 300
        assert told.isprintable()
        assert told.isascii()
        return
    names = {name for p in command.spec.parameters for name in p.names}
    assert not names & {name for name, _ in command.unknown}
    again = build_command(command.key, **command.values).partition("?")[2]
    assert parse_command(path, again).values == command.values


@pytest.mark.parametrize("key", COMMANDS_BY_KEY)
@settings(max_examples=20)
@given(data=st.data())
def test_one_changed_text_gives_a_command_or_an_error(key, data):
    spec = COMMANDS_BY_KEY[key]
    path, _, query = build_command(key, **data.draw(commands(spec))).partition("?")
    pairs = read_query(query)
    if not pairs:
        return
    place = data.draw(st.integers(0, len(pairs) - 1))
    pairs[place] = (pairs[place][0], data.draw(PIECES))
    command = outcome(parse_command, path, write_query(pairs))
    assert command.kind in KINDS if isinstance(command, CommandError) else command.path == path


@settings(max_examples=50)
@given(
    key=st.sampled_from(list(COMMANDS_BY_KEY)),
    values=st.dictionaries(
        st.one_of(PIECES, st.sampled_from(["UID", "CAM", "CH", "PC", "TIMEF", "CTRL"])),
        st.one_of(PIECES, st.integers(), st.none(), st.lists(PIECES, max_size=3).map(tuple), st.booleans()),
        max_size=6,
    ),
)
def test_any_values_are_written_rightly_or_refused(key, values):
    url = outcome(build_command, key, **values)
    if isinstance(url, CommandError):
        assert url.kind in KINDS
        return
    path, _, query = url.partition("?")
    read = parse_command(path, query).values
    assert all(read[name] == value or read[name] == (value, "START") for name, value in values.items())


@given(pairs=st.lists(st.tuples(st.text(min_size=1, max_size=6), st.text(max_size=6)), max_size=8))
def test_queries_are_read_back(pairs):
    assert read_query(write_query(pairs)) == pairs
