"""Faults upon live streams, without a socket and without a clock."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from nvr_emulator.configuration.fault_choice import parse_fault
from nvr_emulator.faults.courses import StreamCourses


def packet(number, *, marker=False, size=40):
    return bytes([0x80, 98 | 0x80 * marker]) + number.to_bytes(4) + bytes(6) + bytes([number & 0xFF]) * size


def picture(first, count=4):
    return [packet(first + index, marker=index == count - 1) for index in range(count)]


PICTURES = [picture(100 * index) for index in range(1, 51)]


def passed(text, pictures=PICTURES, *, http=False, camera=1, stream=1):
    """What leaves of some pictures that come a tenth of a second apart, and when it leaves late."""
    courses = StreamCourses()
    courses.begin(1, parse_fault(text))
    out = []
    for index, packets in enumerate(pictures):
        now = index / 10
        out += [late for packets_ in courses.due(now).values() for late in packets_]
        out += courses.pass_on(stream, camera, packets, now, http=http)
    return out, courses


SENT = [one for packets in PICTURES for one in packets]


def test_none_holds():
    assert not StreamCourses()
    assert StreamCourses().pass_on(1, 1, PICTURES[0], 0.0) is PICTURES[0]


def test_loss_by_rate_hits_the_same_packets_for_the_same_seed():
    out, courses = passed("rtp-loss:rate=0.1,seed=3")
    assert out == passed("rtp-loss:rate=0.1,seed=3")[0]
    assert out != passed("rtp-loss:rate=0.1,seed=4")[0]
    assert 5 < courses.struck(1) == len(SENT) - len(out) < 40
    assert out == [one for one in SENT if one in set(out)], "in order"


def test_each_stream_has_dice_of_its_own():
    alone, _ = passed("rtp-loss:rate=0.1")
    courses = StreamCourses()
    courses.begin(1, parse_fault("rtp-loss:rate=0.1"))
    together = []
    for packets in PICTURES:
        courses.pass_on(7, 2, packets, 0.0)
        together += courses.pass_on(9, 1, packets, 0.0)
    assert together == alone


def test_the_packet_with_the_marker_of_picture_7():
    out, courses = passed("rtp-loss:picture=7,packet=marker")
    assert set(SENT) - set(out) == {PICTURES[6][-1]}
    assert courses.struck(1) == 1
    assert set(SENT) - set(passed("rtp-loss:picture=7,packet=first")[0]) == {PICTURES[6][0]}
    assert set(SENT) - set(passed("rtp-loss:picture=7,packet=all")[0]) == set(PICTURES[6])


def test_of_one_camera_alone_and_not_over_http():
    assert passed("rtp-loss:rate=1,camera=2")[0] == SENT
    assert passed("rtp-loss:rate=1,camera=2", camera=2)[0] == []
    assert passed("rtp-loss:rate=1", http=True)[0] == SENT
    assert passed("stream-silent", http=True)[0] == []


def test_packets_come_twice():
    out, _ = passed("rtp-duplicate:picture=2,packet=first,copies=2")
    assert Counter(out)[PICTURES[1][0]] == 3
    assert len(out) == len(SENT) + 2


def test_packets_are_overtaken():
    out, _ = passed("rtp-reorder:picture=3,packet=first,by=2")
    first = SENT.index(PICTURES[2][0])
    moved = [*SENT[:first], SENT[first + 1], SENT[first + 2], SENT[first], *SENT[first + 3 :]]
    assert out == moved


def test_packets_come_late():
    out, _ = passed("rtp-delay:picture=3,packet=marker,delay=0.15")
    late = PICTURES[2][-1]
    assert sorted(out) == sorted(SENT)
    assert out.index(late) == out.index(PICTURES[4][0]) - 1, (
        "0.15 s later, ahead of the picture of 0.2 s later"
    )


def test_packets_are_corrupted_behind_their_header():
    out, courses = passed("rtp-corrupt:rate=0.2,bits=3")
    altered = [(one, other) for one, other in zip(SENT, out, strict=True) if one != other]
    assert len(altered) == courses.struck(1) > 10
    for one, other in altered:
        assert one[:12] == other[:12]
        assert 1 <= sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True)) <= 3
    short = passed("rtp-corrupt:rate=1", [[b""], [bytes(12)], [bytes(13)]])[0]
    assert short[:2] == [b"", bytes(12)]
    assert short[2] != bytes(13)


def test_a_stream_goes_silent():
    assert passed("stream-silent:after=3")[0] == [one for packets in PICTURES[:3] for one in packets]


def test_what_ended_is_forgotten():
    _, courses = passed("rtp-loss:rate=1")
    courses.forget(1)
    assert courses.struck(1) == len(SENT)
    courses.end(1)
    assert not courses
    assert courses.struck(1) == 0
    assert courses.pass_on(1, 1, PICTURES[0], 0.0) == PICTURES[0]


@settings(max_examples=60)
@given(
    st.sampled_from(["rtp-duplicate", "rtp-reorder:by=3", "rtp-delay:delay=0.2", "rtp-corrupt", "rtp-loss"]),
    st.floats(0, 1),
    st.integers(0, 2**32 - 1),
)
def test_whatever_the_dice_no_packet_comes_from_nowhere(text, rate, seed):
    out, courses = passed(f"{text}{',' if ':' in text else ':'}rate={rate},seed={seed}")
    out += [late for packets in courses.due(1000.0).values() for late in packets]
    kind = text.partition(":")[0]
    if kind == "rtp-corrupt":
        assert [one[:12] for one in out] == [one[:12] for one in SENT]
        return
    assert set(out) <= set(SENT)
    expected = {"rtp-duplicate": len(SENT) + courses.struck(1), "rtp-delay": len(SENT)}
    if kind in expected:
        assert len(out) == expected[kind]
    elif kind == "rtp-loss":
        assert len(out) == len(SENT) - courses.struck(1)
    else:
        assert len(SENT) - courses.struck(1) <= len(out) <= len(SENT)
        assert len(set(out)) == len(out)
