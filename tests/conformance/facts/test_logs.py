"""INF-01 … INF-03: what is right is called right, and each fault by its own id."""

from datetime import UTC, datetime, timedelta

import pytest

from nvr_conformance.facts import logs
from nvr_conformance.facts.answer_headers import as_drawn
from nvr_conformance.facts.clock import Now
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.wire.exchange import Exchange

ENTRY = '"{:03d}","2021/11/14 14:10:00","0","CAM 3 COMMUNICATION ERROR","GMT+03:00"'


def log(body, content_type="text/html", cached="no-cache", status=200):
    headers = (("Content-Type", content_type), ("Cache-Control", cached))
    return Exchange(1, "GET", "/", (), 0.0, status=status, headers=headers, body=body.encode())


def error_log(count=2, stated=None, entry=ENTRY):
    entries = ",".join(entry.format(number) for number in range(1, count + 1))
    number = count if stated is None else stated
    return f"FILENAME=as_errorlog.html\r\nERROR_LOG_NO={number}\r\nERROR_LOG={entries}\r\n\r\n"


@pytest.mark.parametrize("count", [0, 1, 1000])
def test_a_log_as_the_document_draws_it(count):
    exchange = log(error_log(count))
    assert logs.form(exchange, "ERROR").ok
    if count:
        assert logs.count(exchange).ok
        assert logs.fields(exchange).ok
    else:
        for judge in (logs.count, logs.fields):
            with pytest.raises(NothingToJudge):
                judge(exchange)


@pytest.mark.parametrize(
    "body",
    [
        error_log()[:-4],
        error_log() + "\r\n",
        error_log().replace("\r\n", "\n"),
        error_log().replace("as_errorlog", "as_eventlog"),
        error_log().replace("ERROR_LOG_NO=2", "ERROR_LOG_NO="),
        error_log().replace('","GMT+03:00"', '"'),
        error_log(1000).replace(',"GMT+03:00"', ""),
        error_log().replace('00","002', '00";"002'),
    ],
)
def test_a_log_of_another_form(body):
    assert not logs.form(log(body), "ERROR").ok


@pytest.mark.parametrize(
    "body",
    [
        error_log()[:-2],
        error_log().replace("\r\n", " \r\n"),
        error_log().replace('"\r\n\r\n', '" \r\n\r\n'),
        error_log(0)[:-2],
    ],
)
def test_blanks_and_the_empty_line_are_open(body):
    assert logs.form(log(body), "ERROR").ok
    if '"001"' in body:
        assert logs.count(log(body)).ok


def test_a_log_that_is_none():
    assert not logs.form(log(error_log(), status=500), "ERROR").ok
    assert not logs.form(log(error_log()), "EVENT").ok


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (("14:10:00", "14:48:00", "15:00:00"), "rising"),
        (("15:00:00", "14:48:00", "14:48:00"), "falling"),
        (("14:10:00", "15:00:00", "14:48:00"), "neither"),
        (("14:10:00", "14:10:00"), "not told"),
        ((), "not told"),
    ],
)
def test_the_order_of_a_log(times, said):
    entries = ",".join(ENTRY.format(number).replace("14:10:00", time) for number, time in enumerate(times, 1))
    body = f"FILENAME=as_errorlog.html\r\nERROR_LOG_NO={len(times)}\r\nERROR_LOG={entries}\r\n\r\n"
    assert logs.order(log(body)).startswith(said)


HEADERS = (("Connection", "Keep-Alive"), ("Cache-Control", "no-cache"), ("Content-type", "text/html"))


def answer(*headers, status=200):
    return Exchange(1, "GET", "/", status=status, headers=headers, body=b"x")


@pytest.mark.parametrize(
    ("headers", "right"),
    [
        (HEADERS, True),
        (tuple((name.upper(), value.lower()) for name, value in reversed(HEADERS)), True),
        ((*HEADERS[:2], ("content-type", "text/html; charset=UTF-8"), ("Date", "now")), True),
        ((("Connection", "close"), *HEADERS[1:]), False),
        (HEADERS[1:], False),
        (HEADERS[::2], False),
        ((*HEADERS[:2], ("Content-type", "text/plain")), False),
    ],
)
def test_the_header_of_the_examples(headers, right):
    assert as_drawn(answer(*headers), "text/html", caching=True).ok is right


def test_what_is_no_answer_has_no_header_to_judge():
    assert as_drawn(answer(*HEADERS[::2]), "text/html", caching=False).ok
    with pytest.raises(NothingToJudge):
        as_drawn(answer(*HEADERS, status=401), "text/html", caching=True)


@pytest.mark.parametrize("exchange", [log(error_log(3, 2)), log(error_log(2, 3)), log(error_log(1001))])
def test_a_count_that_is_wrong_is_no_fault_of_form(exchange):
    assert not logs.count(exchange).ok
    assert logs.fields(exchange).ok
    assert logs.form(exchange, "ERROR").ok


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("14:10:00", "24:10:00"),
        ("2021/11/14", "2021/11/31"),
        ("2021/11/14", "21/11/14"),
        ('"0"', '"2"'),
        ('"0"', '""'),
        ("+03:00", "+3"),
        ("+03:00", "+15:00"),
        ("+03:00", "+03:60"),
        ("GMT+03:00", "GMT"),
    ],
)
def test_a_field_that_is_wrong_is_no_fault_of_form(right, wrong):
    exchange = log(error_log(entry=ENTRY.replace(right, wrong)))
    assert not logs.fields(exchange).ok
    assert logs.count(exchange).ok
    assert logs.form(exchange, "ERROR").ok


def test_an_entry_may_have_no_text():
    line = event("2021/11/14 14:10:00", "0", "+03:00", text="")
    assert logs.fields(log(error_log(entry=line))).ok


def test_zones():
    assert logs.zone_minutes("GMT-03:30") == -210
    assert logs.zone_minutes("GMT+00:00") == 0
    assert logs.zone_minutes("UTC") is None


def event(wall, summer, zone, text="ADMIN LOGIN"):
    return f'"{{:03d}}","{wall}","{summer}","{text}","GMT{zone}"'


def events(*given):
    listed = ",".join(each.format(number) for number, each in enumerate(given, 1))
    return log(f"FILENAME=as_eventlog.html\r\nEVENT_LOG_NO={len(given)}\r\nEVENT_LOG={listed}\r\n\r\n")


def test_what_a_login_adds_is_what_was_not_there_before():
    old, new = event("2028/11/04 22:30:00", 1, "-03:30"), event("2028/11/05 01:05:00", 0, "-03:30")
    (found,) = logs.added(events(old), events(new, old))
    assert found == ("2028/11/05 01:05:00", "0", "ADMIN LOGIN", "GMT-03:30")
    assert logs.added(events(old), events(old)) == []
    assert len(logs.added(events(old), events(old, old))) == 1
    assert logs.added(events(old), events(event("2028/11/04 21:30:00", 0, "-03:30"))) == []  # written anew


@pytest.mark.parametrize(
    ("wall", "summer", "zone", "right"),
    [
        ("2028/11/05 01:59:00", "1", "GMT-03:30", True),
        ("2028/11/05 01:59:00", "1", "GMT-02:30", True),  # the hour in both
        ("2028/11/05 01:59:00", "0", "GMT-03:30", False),
        ("2028/11/05 04:29:00", "0", "GMT-03:30", False),  # UTC
        ("2028/11/05 01:49:00", "1", "GMT-03:30", False),
    ],
)
def test_an_entry_has_the_time_at_which_it_was_made(wall, summer, zone, right):
    made = Now(datetime(2028, 11, 5, 4, 29, tzinfo=UTC).timestamp())
    assert logs.at_their_times([((wall, summer, "ADMIN LOGIN", zone), made)], 60.0).ok is right


def test_one_way_of_summer_time_must_do_for_all():
    moments = [Now(datetime(2028, 11, day, 4, 29, tzinfo=UTC).timestamp()) for day in (1, 2)]
    walls = ["2028/11/01 01:59:00", "2028/11/02 01:59:00"]
    ways = [(walls[0], "1", "", "GMT-03:30"), (walls[1], "1", "", "GMT-02:30")]
    assert not logs.at_their_times(list(zip(ways, moments, strict=True)), 60.0).ok
    with pytest.raises(NothingToJudge):
        logs.at_their_times([])


@pytest.mark.parametrize(
    ("off", "date_off", "judged"),
    [
        (0, 0, True),
        (0, None, True),
        (-3 * 3600 - 47 * 60, -3 * 3600 - 47 * 60, True),  # a clock that is wrong
        (3600, 3600, True),
        (9 * 3600, 0, False),
        (9 * 3600, None, None),
        (9 * 3600, 3600, None),
    ],
)
@pytest.mark.parametrize("summer", ["0", "1"])
def test_a_clock_that_is_wrong_is_no_wrong_entry(off, date_off, judged, summer):
    made = datetime(2028, 11, 5, 4, 29, tzinfo=UTC)
    told = (made + timedelta(seconds=off) - timedelta(hours=3 if summer == "1" else 4)).strftime(
        "%Y/%m/%d %H:%M:%S"
    )
    now = Now(made.timestamp(), None if date_off is None else made.timestamp() + date_off)
    entries = [((told, summer, "ADMIN LOGIN", "GMT-04:00"), now)]
    if judged is None:
        with pytest.raises(NothingToJudge, match="Date"):
            logs.at_their_times(entries)
    else:
        assert logs.at_their_times(entries).ok is judged


def test_a_log_that_keeps_entries_back():
    assert logs.all_there(log(error_log(2)), 2).ok
    assert logs.all_there(log(error_log(1000)), 1005).ok
    assert not logs.all_there(log(error_log(0)), 2).ok


@pytest.mark.parametrize(("given", "right"), [(2, True), (3, True), (4, False), (2000, False)])
def test_a_log_that_keeps_less_than_it_was_given(given, right):
    assert logs.at_least(log(error_log(3)), given).ok is right


def test_a_full_log_need_not_have_more():
    assert logs.at_least(log(error_log(1000)), 1005).ok


@pytest.mark.parametrize(
    ("had", "has", "right"), [(3, 3, True), (3, 4, True), (3, 0, False), (1001, 1000, True), (0, 0, True)]
)
def test_a_log_that_is_asked_again(had, has, right):
    assert logs.no_fewer(log(error_log(had)), log(error_log(has))).ok is right


def test_a_log_that_is_refused_when_it_is_asked_again():
    with pytest.raises(NothingToJudge):
        logs.no_fewer(log(error_log(3)), log("", status=503))


@pytest.mark.parametrize(
    ("wall", "zone", "summer", "right"),
    [
        ("2024-11-03 12:00:00", "GMT+00:00", 0, True),
        ("2024-11-03 12:01:01", "GMT+00:00", 0, False),
        ("2024-11-03 07:00:00", "GMT-05:00", 0, True),
        ("2024-11-03 07:30:00", "GMT-05:00", 0, False),
        ("2024-11-03 08:00:00", "GMT-05:00", 1, True),
    ],
)
def test_an_entry_of_what_is_to_come(wall, zone, summer, right):
    now = datetime(2024, 11, 3, 12, 1, tzinfo=UTC).timestamp()
    entry = f'"{{:03d}}","{wall.replace("-", "/")}","{summer}","CAM 1 X","{zone}"'
    assert logs.none_to_come(log(error_log(1, entry=entry)), now).ok is right


def test_where_the_zone_is_not_told_nothing_is_to_come():
    with pytest.raises(NothingToJudge):
        logs.none_to_come(log(error_log(1, entry=ENTRY.replace("+03:00", "+3"))), 0.0)


def test_entries_that_a_recorder_was_given():
    made = {"CAM 3 COMMUNICATION ERROR": 100.0}
    entry = ("2021/11/14 14:10:00", "0", "CAM 3 COMMUNICATION ERROR", "GMT+03:00")
    assert logs.given(log(error_log(1)), made) == [(entry, Now(100.0))]
    assert logs.given(log(error_log(1).replace("CAM 3", "CAM 33")), made) == []
    assert logs.given(log(error_log(2)), {}) == []
