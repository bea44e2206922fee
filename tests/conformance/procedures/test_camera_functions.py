"""What a camera has not got is refused by right; what it has is not."""

from types import SimpleNamespace

import pytest

from nvr_conformance.procedures.camera_functions import Functions
from nvr_conformance.wire.exchange import Exchange


def answer(status):
    return Exchange(1, "GET", "/cgi-bin/camctl.cgi", (), 0.0, status=status)


@pytest.fixture
def judged():
    """Gives Functions of a camera that is known to move or not, and what it judged."""

    def judged(known):
        told = []
        operator = SimpleNamespace(known=known, lacking="whether it could is not known")
        accepted = Functions(
            operator,
            lambda id_, ok, expected, actual, name: told.append((id_, ok, name)),
            lambda id_, reason: told.append((id_, reason)),
        )
        return accepted, told

    return judged


def test_a_function_that_is_never_taken_is_not_tested_once(judged):
    accepted, told = judged(False)
    for wanted in ("OPEN", "CLOSE"):
        accepted("CTL-07", "IRIS", answer(404), wanted)
    accepted("CTL-06", "FOCUS", answer(200), "FAR")
    assert told == [("CTL-06", True, "FAR")]
    accepted.close()
    (id_, reason) = told[1]
    assert len(told) == 2
    assert id_ == "CTL-07"
    assert reason.startswith("IRIS: whether it could is not known: 404")


def test_a_refusal_counts_once_another_value_is_taken(judged):
    accepted, told = judged(False)
    for wanted, status in (("FAR", 404), ("NEAR", 200), ("AUTO", 404)):
        accepted("CTL-06", "FOCUS", answer(status), wanted)
    accepted.close()
    assert told == [("CTL-06", False, "FAR"), ("CTL-06", True, "NEAR"), ("CTL-06", False, "AUTO")]


def test_a_refusal_counts_where_the_camera_is_known_to_move(judged):
    accepted, told = judged(True)
    accepted("CTL-07", "IRIS", answer(404), "OPEN")
    assert told == [("CTL-07", False, "OPEN")]
