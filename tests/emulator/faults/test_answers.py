"""Faults upon answers, without a connection."""

import random

from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.configuration.fault_choice import parse_fault
from nvr_emulator.faults.answers import AnswerPlan, AnswerPlans, Passage

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
BODY = bytes(range(100))


def plans(*texts):
    made = AnswerPlans()
    for number, text in enumerate(texts, 1):
        made.begin(number, parse_fault(text))
    return made


def test_none_holds():
    assert not AnswerPlans()
    assert AnswerPlans().of("push.cgi") == (None, [])


def test_of_one_command_alone_and_so_often():
    made = plans("answer-delay:command=push.cgi,times=2,delay=3")
    assert made.of("camera.cgi") == (None, [])
    assert [made.of("push.cgi") for _ in range(3)] == [(AnswerPlan(delay=3), [1])] * 2 + [(None, [])]
    assert made.struck(1) == 2


def test_dice_are_thrown_by_the_seed():
    def hits(seed):
        made = plans(f"answer-cut:rate=0.3,seed={seed}")
        return [bool(made.of("push.cgi")[1]) for _ in range(100)]

    assert hits(1) == hits(1) != hits(2)
    assert 15 < sum(hits(1)) < 45


def test_under_load_each_answer_takes_another_while():
    made = plans("under-load:mean=2")
    delays = [made.of("push.cgi")[0].delay for _ in range(200)]
    assert 1 <= min(delays) < 1.2 < 2.8 < max(delays) <= 3


def test_several_go_together():
    made = plans(
        "answer-delay:delay=1",
        "answer-delay:delay=2",
        "answer-dribble:size=5,pause=1",
        "answer-dribble:size=7,pause=2",
        "answer-cut:at=50",
        "answer-reset:at=20",
    )
    plan, hits = made.of("x")
    assert plan == AnswerPlan(delay=3, size=7, pause=2, cut=20, reset=True)
    assert hits == [1, 2, 3, 4, 5, 6]
    made.end(6)
    assert made.of("x")[0] == AnswerPlan(delay=3, size=7, pause=2, cut=50)


@given(st.integers(0, 150), st.integers(0, 2**32))
def test_a_cut_counts_the_bytes_of_the_body_however_the_answer_is_written(cut, seed):
    passage, whole, dice, out = Passage(AnswerPlan(cut=cut)), HEAD + BODY, random.Random(seed), b""
    while whole:
        size = dice.randint(1, 30)
        out += passage.let(whole[:size])
        whole = whole[size:]
    assert out == HEAD + BODY[:cut]
    assert passage.over == (cut <= 100)


def test_without_a_cut_everything_passes():
    passage = Passage(AnswerPlan(delay=1))
    assert passage.let(HEAD) + passage.let(BODY) == HEAD + BODY
    assert not passage.over
