"""Two downloads of one range have the same pictures and as much audio; how they are cut is open."""

import pytest

from nvr_conformance.facts.same_files import same_files
from nvr_conformance.reading.decoding import DecodedFile, Picture


def file_of(first, count, audio=10.0):
    pictures = [Picture(320, 180, str(number), False) for number in range(first, first + count)]
    return DecodedFile(pictures=pictures, samples=round(audio * 8000), rate=8000)


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([file_of(0, 50)], None),
        ([file_of(0, 20, 4.0), file_of(20, 30, 6.2)], None),
        ([file_of(0, 40)], "40 pictures, 10.0 s of audio"),
        ([file_of(1, 50)], "50 pictures, 10.0 s of audio, others"),
        ([file_of(0, 50, 8.0)], "50 pictures, 8.0 s of audio"),
        ([], "0 pictures, 0.0 s of audio"),
    ],
)
def test_files_are_the_same(others, said):
    fact = same_files([file_of(0, 50)], others)
    assert fact.ok is (said is None)
    assert said is None or fact.actual == said
