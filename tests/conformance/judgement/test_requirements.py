import re

import pytest

from nvr_conformance.judgement.requirements import Level, matching, requirements

ROWS = {"SES": 21, "LIV": 36, "EXC": 5, "PLB": 38, "CTL": 10, "INF": 9, "DWN": 13, "SEC": 6}


def test_every_row_is_there_once_and_in_order():
    wanted = [f"{prefix}-{number:02}" for prefix, count in ROWS.items() for number in range(1, count + 1)]
    assert list(requirements()) == wanted
    assert len(wanted) == 138


def test_levels():
    by_level = {level: {id_ for id_, row in requirements().items() if row.level is level} for level in Level}
    assert by_level[Level.SHOULD] == {
        "SES-14", "SES-15", "SES-16", "LIV-10", "LIV-21", "LIV-32", "LIV-34", "LIV-35", "PLB-26", "PLB-38",
        "CTL-10", "INF-08", "SEC-05",
    }  # fmt: skip
    assert by_level[Level.OBSERVE] == {
        "SES-18", "SES-19", "SES-20", "SES-21", "LIV-20", "LIV-33", "LIV-36", "PLB-31", "PLB-34", "PLB-35",
        "PLB-37", "CTL-03", "INF-09", "DWN-09", "DWN-12", "SEC-06",
    }  # fmt: skip


def test_rows_are_filled_in():
    for row in requirements().values():
        assert row.text
        assert re.fullmatch(r"\d(\.\d+)*(, \d(\.\d+)*)*", row.section), row.id
        assert row.models == ({2, 3} if row.id == "LIV-35" else {1, 2, 3})
        assert not re.search(r"`|\.md", f"{row.text} {row.basis} {row.not_held}")


def test_what_is_judged_has_a_basis_that_names_its_place():
    for row in requirements().values():
        assert bool(row.basis) == (row.level is not Level.OBSERVE), row.id
        for name, words in row.basis.items():
            assert re.fullmatch(r"[a-z_]+", name), (row.id, name)
            assert re.search(r"§\d|RFC \d|the tables of §", words), (row.id, name)


def test_matching_takes_patterns_in_any_case():
    assert matching(["exc-0[12]", "SEC-06"]) == {"EXC-01", "EXC-02", "SEC-06"}


def test_matching_refuses_a_pattern_that_matches_nothing():
    with pytest.raises(ValueError, match="LIF-"):
        matching(["LIV-*", "LIF-*"])
