"""The table of carriers: every row is judged of a requirement that there is, on a basis that it has."""

import pytest

from nvr_conformance.carriers import live_audio, live_video
from nvr_conformance.judgement.requirements import requirements

TABLE = (*live_video.ROWS, *live_audio.ROWS)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.carrier}, {row.field}, {row.name}")
def test_each_row_stands_on_a_basis(row):
    found = requirements()[row.id]
    assert row.basis in found.basis if row.basis else len(found.basis) > 0


def test_no_two_checks_of_one_capture_have_one_name():
    for rows in (live_video.ROWS, live_audio.ROWS):
        names = [(row.id, row.name) for row in rows]
        assert len(names) == len(set(names))
