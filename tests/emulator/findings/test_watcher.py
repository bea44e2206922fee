"""The watcher bears whatever comes, and keeps no more than it may."""

from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.findings.clients import UIDS_REMEMBERED, Known, known_of
from nvr_emulator.findings.registry import RULES
from nvr_emulator.findings.watcher import FINDINGS_KEPT, Watcher
from nvr_emulator.journal.entries import ClockMoved, Exchange, FellBehind, NobodyListens, ReaderTooSlow
from nvr_emulator.recorder.happenings import (
    WENT_AWAY,
    DownloadEnded,
    DownloadStarted,
    SessionEnded,
    SessionIssued,
    StreamEnded,
    StreamStarted,
)
from nvr_protocol.commands.table import COMMANDS_BY_PATH

KNOWN = known_of(plan(small_recorder(2)))


def exchange(query, path="/cgi-bin/status.cgi", at=0.0, **more):
    return Exchange(at=at, peer="::1", method="GET", path=path, query=query, **{"status": 200, **more})


def test_findings_are_bounded():
    watcher = Watcher(KNOWN)
    for uid in range(1, FINDINGS_KEPT + 101):
        watcher.see(exchange(f"UID={uid}&PC=AS60", status=401, reason="never issued"))
    assert len(watcher.findings) == FINDINGS_KEPT
    assert watcher.dropped == 100
    watcher.reset()
    assert (watcher.findings, watcher.dropped) == ([], 0)


def test_uids_are_forgotten():
    watcher = Watcher(KNOWN)
    for number in range(UIDS_REMEMBERED + 10):
        who = {"uid": 10**9 + 3_999_979 * number, "user": f"U{number}"}
        watcher.see(SessionIssued(at=float(number), **who))
        watcher.see(SessionEnded(at=float(number), ending="logged out", last_command=0.0, **who))
    watcher.see(exchange(f"UID={10**9}&PC=AS60", at=1e6))
    watcher.see(exchange(f"UID={10**9 + 39_999_790}&PC=AS60", at=1e6))
    assert [found.rule for found in watcher.findings] == ["uid-never-issued", "uid-after-end"]


def test_finishing_twice_finds_nothing_new():
    watcher = Watcher(KNOWN)
    watcher.see(exchange("UID=-1", "/cgi-bin/dlogin.cgi"))
    watcher.see(SessionIssued(uid=7, user="A"))
    assert [found.rule for found in watcher.finish(1.0)] == ["no-logout"]
    assert watcher.finish(2.0) == []


def test_west_of_greenwich_local_time_lies_in_the_past():
    known = Known(channels=1, cameras={}, zone=ZoneInfo("America/New_York"))
    assert known.offset(1_714_020_000.0) == -4 * 3600


NUMBERS = st.integers(1, 3)
UIDS = st.sampled_from([7, 8, 2**62])
WORDS = [
    *(
        "START",
        "STOP",
        "H264",
        "H265",
        "AUDIO",
        "PLAY",
        "GOTODATE",
        "FF",
        "AS60",
        "OFF",
        "ON",
        "16X",
        "1",
        "0",
    ),
    *("-1", "24042504400000", "240425044000", "240425054000", "AS60_UNKNOWN", "MP4", "FAR", "FOCUS", "1100"),
]
NAMES = [
    *("CAM", "CH", "CMD", "COMP", "PORT", "INTERNETMODE", "PC", "PLAYCMD", "2ND", "TIMEF", "NOTIME", "MASK"),
    *("SCREEN", "STARTTIME", "ENDTIME", "KIND", "PAN", "TILT", "ZOOM", "NO", "CTRL", "X", "Y", "SDBACKUP"),
]
AUTHORIZATION = st.sampled_from(
    [b"", b"Basic x", b"Digest x", b'Digest username="A", nonce="n", uri="/", nc=00000001, qop=auth', b"\xff"]
)
QUERIES = st.builds(
    lambda uid, pairs: "&".join([f"UID={uid}", *(f"{name}={word}" for name, word in pairs)]),
    UIDS,
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(WORDS)), max_size=8),
)
TIMES = st.floats(0, 2_000_000_000)
ENTRIES = st.one_of(
    st.builds(
        lambda path, query, at, refused, text: exchange(
            query,
            path,
            at,
            reason="no" if refused else "",
            raw_headers=((b"Authorization", text),) if text else (),
        ),
        st.sampled_from([*COMMANDS_BY_PATH]),
        QUERIES,
        TIMES,
        st.booleans(),
        AUTHORIZATION,
    ),
    st.builds(SessionIssued, at=TIMES, uid=UIDS, user=st.just("A")),
    st.builds(
        SessionEnded,
        at=TIMES,
        uid=UIDS,
        user=st.just("A"),
        ending=st.sampled_from(["expired", "logged out", "evicted"]),
        last_command=TIMES,
    ),
    st.builds(
        StreamStarted,
        at=TIMES,
        stream=NUMBERS,
        uid=UIDS,
        camera=NUMBERS,
        comp=st.sampled_from(["H264", "AUDIO"]),
        transport=st.just("http"),
        sends=st.booleans(),
    ),
    st.builds(
        StreamEnded,
        at=TIMES,
        stream=NUMBERS,
        uid=UIDS,
        camera=NUMBERS,
        comp=st.just("H264"),
        why=st.sampled_from([WENT_AWAY, "stopped"]),
    ),
    st.builds(
        DownloadStarted,
        at=TIMES,
        download=NUMBERS,
        uid=UIDS,
        camera=NUMBERS,
        files=st.just("MP4"),
        begin=st.just(0),
        end=st.just(60),
    ),
    st.builds(DownloadEnded, at=TIMES, download=NUMBERS, uid=UIDS, camera=NUMBERS, why=st.just(WENT_AWAY)),
    st.builds(ClockMoved, at=TIMES, seconds=st.floats(0, 1e6)),
    st.builds(FellBehind, at=TIMES, uid=UIDS, camera=NUMBERS, left_out=NUMBERS, streams=NUMBERS),
    st.builds(ReaderTooSlow, at=TIMES, stream=NUMBERS, uid=UIDS, camera=NUMBERS, waiting=NUMBERS),
    st.builds(NobodyListens, at=TIMES, uid=UIDS, camera=NUMBERS, destination=st.just(("::1", 5004))),
)


@settings(max_examples=150)
@given(st.lists(ENTRIES, max_size=40))
def test_any_history_is_watched(history):
    watcher = Watcher(KNOWN)
    for number, entry in enumerate(history, 1):
        entry.number = number
        for found in watcher.see(entry):
            assert found.rule in RULES
            assert found.text
            assert found.entries
            assert max(found.entries) <= number
        watcher.taken(number)
    watcher.finish(2e9)
