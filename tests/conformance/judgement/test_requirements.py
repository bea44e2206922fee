import re

import pytest

from nvr_conformance.judgement.requirements import Level, matching, requirements

ROWS = {"SES": 20, "LIV": 34, "EXC": 5, "PLB": 35, "CTL": 10, "INF": 7, "DWN": 12, "SEC": 6}


def test_every_row_is_there_once_and_in_order():
    wanted = [f"{prefix}-{number:02}" for prefix, count in ROWS.items() for number in range(1, count + 1)]
    assert list(requirements()) == wanted
    assert len(wanted) == 129


def test_levels():
    by_level = {level: {id_ for id_, row in requirements().items() if row.level is level} for level in Level}
    assert by_level[Level.SHOULD] == {"LIV-32", "CTL-10", "SEC-05"}
    assert by_level[Level.OBSERVE] == {
        "SES-18", "SES-19", "SES-20", "LIV-20", "LIV-33", "PLB-31", "PLB-34", "DWN-12", "SEC-06",
    }  # fmt: skip


def test_rows_are_filled_in():
    for row in requirements().values():
        assert row.text
        assert re.fullmatch(r"\d(\.\d+)*(, \d(\.\d+)*)*", row.section), row.id
        assert row.models == {1, 2, 3}
        assert "`" not in row.text


def test_matching_takes_patterns_in_any_case():
    assert matching(["exc-0[12]", "SEC-06"]) == {"EXC-01", "EXC-02", "SEC-06"}


def test_matching_refuses_a_pattern_that_matches_nothing():
    with pytest.raises(ValueError, match="LIF-"):
        matching(["LIV-*", "LIF-*"])
