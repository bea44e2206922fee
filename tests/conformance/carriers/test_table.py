"""The table of carriers: every row is judged of a requirement that there is, on a basis that it has."""

import pytest

from nvr_conformance.carriers import live_audio, live_jpeg, live_video, playback_video
from nvr_conformance.judgement.requirements import requirements

TABLES = (live_video.ROWS, live_audio.ROWS, live_jpeg.ROWS, playback_video.ROWS, playback_video.RUN_ROWS)


@pytest.mark.parametrize(
    "row", [row for rows in TABLES for row in rows], ids=lambda row: f"{row.carrier}, {row.field}, {row.name}"
)
def test_each_row_stands_on_a_basis(row):
    found = requirements()[row.id]
    assert row.basis in found.basis if row.basis else len(found.basis) > 0


def test_no_two_checks_of_one_capture_have_one_name():
    for rows in TABLES:
        names = [(row.id, row.name) for row in rows]
        assert len(names) == len(set(names))
