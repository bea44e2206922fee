"""A Date in GMT tells the recorder's clock; another one tells nothing."""

import pytest

from nvr_conformance.reading.answer_date import date_of
from nvr_conformance.wire.exchange import Exchange


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("Sun, 29 Nov 2026 22:15:09 GMT", 1_795_990_509.0),
        ("Sunday, 29-Nov-26 22:15:09 GMT", 1_795_990_509.0),
        ("Sun, 29 Nov 2026 22:15:09 +0900", None),
        ("Sun, 29 Nov 2026 22:15:09", None),
        ("Sun, 29 Nov 2026 99:15:09 GMT", None),
        ("GMT", None),
        ("", None),
    ],
)
def test_the_date_of_an_answer(told, seconds):
    assert date_of(Exchange(1, "GET", "/", headers=(("date", told),))) == seconds
    assert date_of(Exchange(1, "GET", "/")) is None
