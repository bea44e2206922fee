"""What is left out, or comes again, where files of a download meet, is found."""

import pytest

from nvr_conformance.facts.download_joins import none_again, none_left_out
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.decoding import Decoded, DecodedFile, Picture


def files(*names):
    return [DecodedFile(pictures=[Picture(8, 8, name, False) for name in each]) for each in names]


def gops(*names):
    return [Decoded([Picture(8, 8, name, False) for name in each]) for each in names]


PLAYED = gops("cd", "ef", "gh", "ij")


@pytest.mark.parametrize(
    ("found", "left_out", "again"),
    [
        (files("abcd", "efgh", "ij"), True, True),
        (files("abcd", "gh", "ij"), False, True),
        (files("abcd", "cdef", "gh"), True, False),
        (files("abcdef", "efgh", "ij"), True, False),
    ],
)
def test_where_files_meet(found, left_out, again):
    assert none_left_out(found, PLAYED).ok == left_out
    assert none_again(found, PLAYED).ok == again


def test_where_none_meet_nothing_is_judged():
    broken = [Decoded(errors=["damaged"])]
    for found, played in (
        (files("cdefghij"), PLAYED),
        (files("xy", "z"), PLAYED),
        (files("cd", "ef"), broken),
        (files("ab", "abc"), gops("abc", "ab", "abc")),  # a scene that stands still
    ):
        for fact in (none_left_out, none_again):
            with pytest.raises(NothingToJudge):
                fact(found, played)
