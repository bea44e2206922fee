"""Defects of as_getinfo.cgi (§5.3.1)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

from nvr_emulator.defects.registry import breaks, moment_of
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer
from nvr_emulator.recorder.sessions import Ending, OnEnd, Session
from nvr_emulator.seams import around


@breaks("INF-06")
def getinfo_without_the_last_camera(recorder: Recorder) -> None:
    """Leaves out the line of the last camera."""
    channels = recorder.plan.channels
    _alter_lines(recorder, lambda lines: lines[:channels] + lines[channels + 1 :])


@breaks("INF-06")
def getinfo_with_a_camera_twice(recorder: Recorder) -> None:
    """Writes the line of the first camera twice."""
    _alter_lines(recorder, lambda lines: [*lines[:2], *lines[1:]])


@breaks("INF-06")
def getinfo_counts_first(recorder: Recorder) -> None:
    """Writes USEDUID before MAXUID."""
    _alter_lines(recorder, lambda lines: [*lines[:-4], lines[-3], lines[-4], *lines[-2:]])


@breaks("INF-06")
def getinfo_with_three_digits(recorder: Recorder) -> None:
    """Writes camera numbers below 100 with three digits."""

    def alter(lines: list[bytes]) -> list[bytes]:
        return [
            line.replace(b"CONNECT_", b"CONNECT_0") if index < 100 else line
            for index, line in enumerate(lines)
        ]

    _alter_lines(recorder, alter)


@breaks("INF-06")
def getinfo_without_an_end(recorder: Recorder) -> None:
    """Leaves out the last line of as_getinfo."""
    _alter_lines(recorder, lambda lines: [*lines[:-2], b""])


@breaks("INF-06")
def getinfo_with_bare_line_feeds(recorder: Recorder) -> None:
    """Ends the lines of as_getinfo with LF alone."""
    _alter(recorder, lambda answer: dataclasses.replace(answer, content=answer.body.replace(b"\r\n", b"\n")))


@breaks("INF-08")
def getinfo_is_plain_text(recorder: Recorder) -> None:
    """Sends as_getinfo as text/plain."""
    _alter(recorder, lambda answer: dataclasses.replace(answer, content_type="text/plain"))


@breaks("INF-08")
def getinfo_says_201(recorder: Recorder) -> None:
    """Answers as_getinfo with 201 instead of 200."""
    _alter(recorder, lambda answer: dataclasses.replace(answer, status=201))


@breaks("INF-08")
def getinfo_connection_is_closed(recorder: Recorder) -> None:
    """Says Connection: Keep-Alive of as_getinfo, and closes the connection behind it."""
    _alter(recorder, lambda answer: dataclasses.replace(answer, last=True))


@breaks("INF-06")
def lost_cameras_look_unregistered(recorder: Recorder) -> None:
    """Says 0 of a camera that is registered but lost."""
    _alter(
        recorder, lambda answer: dataclasses.replace(answer, content=answer.body.replace(b"CH=2", b"CH=0"))
    )


@breaks("INF-07")
def maxuid_says_32(recorder: Recorder) -> None:
    """Says MAXUID=32."""
    recorder.information.most_uids = 32


@breaks("INF-07")
def useduid_counts_one_too_many(recorder: Recorder) -> None:
    """Counts one UID too many in USEDUID."""
    around(recorder.information.used_uids, lambda original: original() + 1)


@breaks("INF-07")
def useduid_never_falls(recorder: Recorder) -> None:
    """Says as USEDUID how many UIDs were ever valid at the same time."""
    most = [0]

    def used_uids(original: Callable[[], int]) -> int:
        most[0] = max(most[0], original())
        return most[0]

    around(recorder.information.used_uids, used_uids)


@breaks("INF-07")
def useduid_counts_expired_uids(recorder: Recorder) -> None:
    """Counts UIDs that have expired in USEDUID."""
    _counting_ended(recorder, Ending.EXPIRED)


@breaks("INF-07")
def useduid_counts_evicted_uids(recorder: Recorder) -> None:
    """Counts UIDs that a login threw out in USEDUID."""
    _counting_ended(recorder, Ending.EVICTED)


def _counting_ended(recorder: Recorder, counted: Ending) -> None:
    ended = [0]

    def session_ended(original: OnEnd, session: Session, ending: Ending, now: float) -> None:
        ended[0] += ending is counted
        original(session, ending, now)

    around(recorder.session_ended, session_ended)
    around(recorder.information.used_uids, lambda original: original() + ended[0])


@breaks("INF-07")
def useduid_counts_users(recorder: Recorder) -> None:
    """Says as USEDUID how many users have a valid UID."""
    around(
        recorder.information.used_uids,
        lambda original: len({session.user for session in recorder.sessions.valid()}),
    )


@breaks("INF-07")
def useduid_counts_administrators(recorder: Recorder) -> None:
    """Counts the UIDs of administrators alone in USEDUID."""
    around(
        recorder.information.used_uids,
        lambda original: sum(session.priority == 0 for session in recorder.sessions.valid()),
    )


@breaks("INF-06")
def lost_cameras_beyond_9_look_well(recorder: Recorder) -> None:
    """Says 1 of a lost camera whose number has two digits or more."""
    _renamed(recorder, rb"_(0?[1-9][0-9]+)CH=2", rb"_\1CH=1")


@breaks("INF-06")
def cameras_beyond_99_look_unregistered(recorder: Recorder) -> None:
    """Says 0 of every camera whose number has three digits."""
    _renamed(recorder, rb"_([0-9]{3})CH=[12]", rb"_\1CH=0")


@breaks("INF-07")
def useduid_counts_uids_that_logged_out(recorder: Recorder) -> None:
    """Counts a UID that has logged out in USEDUID until its 90 s are over."""
    gone: list[float] = []
    moment = moment_of(recorder)

    def session_ended(original: OnEnd, session: Session, ending: Ending, now: float) -> None:
        if ending is Ending.LOGGED_OUT:
            gone.append(recorder.sessions.expires_at(session))
        original(session, ending, now)

    around(recorder.session_ended, session_ended)
    around(
        recorder.information.used_uids,
        lambda original: original() + sum(until > moment() for until in gone),
    )


def _renamed(recorder: Recorder, pattern: bytes, other: bytes) -> None:
    """What looks so stands otherwise."""
    _alter(recorder, lambda answer: dataclasses.replace(answer, content=re.sub(pattern, other, answer.body)))


def _alter(recorder: Recorder, alter: Callable[[Answer], Answer]) -> None:
    around(recorder.information.connections, lambda original, now: alter(original(now)))


def _alter_lines(recorder: Recorder, alter: Callable[[list[bytes]], list[bytes]]) -> None:
    """`alter` is given the lines without their ends; the last one is empty."""

    def altered(answer: Answer) -> Answer:
        return dataclasses.replace(answer, content=b"\r\n".join(alter(answer.body.split(b"\r\n"))))

    _alter(recorder, altered)
