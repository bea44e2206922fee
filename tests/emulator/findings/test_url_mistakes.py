"""Mistakes in URLs: each is named by its rule, and the right URL by none."""

import pytest

from nvr_emulator.findings.registry import CHAPTERS

PLAY = "hdrctl.cgi?UID={uid}&PC=AS60&PLAYCMD=PLAY&2ND=OFF&TIMEF=AS60_UNKNOWN&NOTIME=ON"
LOAD = "httpdl.cgi?UID={uid}&STARTTIME=%s&ENDTIME=%s&KIND=N3VO&CAM=1&PC=AS60"
KEEP = "status.cgi?UID={uid}&PC=AS60"
FOCUS = "camctl.cgi?UID={uid}&CH=1&CMD=FOCUS&CTRL=FAR&CTRL=START&PC=AS60"
MASK = "hdrctl.cgi?UID={uid}&PC=AS60&MASK=%s"

MISTAKES = {
    "unknown-command": ("snapshot.cgi?UID={uid}", KEEP),
    "bad-escape": ("status.cgi?UID={uid}&PC=%AS60", "status.cgi?UID={uid}&PC=%41S60"),
    "blank-in-query": (PLAY.replace("PLAYCMD=", "PLAYCMD%20=%20"), PLAY),
    "wrong-case": ("status.cgi?uid={uid}&PC=AS60", KEEP),
    "fixed-value": (PLAY.replace("&NOTIME=ON", ""), PLAY),
    "screen-1x": ("hdrctl.cgi?UID={uid}&SCREEN=1X&PC=AS60", "hdrctl.cgi?UID={uid}&SCREEN=16X&PC=AS60"),
    "missing-parameter": ("camera.cgi?UID={uid}", "camera.cgi?UID={uid}&CAM=1"),
    "unknown-parameter": (KEEP + "&FORMAT=json", KEEP),
    "given-twice": (KEEP + "&PC=AS60", KEEP),
    "contradiction": (MASK % "1000" + "&SCREEN=16X", MASK % "1000"),
    "bad-value": (
        "push.cgi?UID={uid}&CAM=1&CMD=START&COMP=H266&PORT=40000",
        "push.cgi?UID={uid}&CAM=1&CMD=STOP&COMP=H264&PORT=40000",
    ),
    "out-of-range": (
        "directctrl.cgi?UID={uid}&CH=1&PAN=0&TILT=0&ZOOM=9&PC=AS60",
        "directctrl.cgi?UID={uid}&CH=1&PAN=0&TILT=0&ZOOM=0&PC=AS60",
    ),
    "ctrl-once": (FOCUS.replace("&CTRL=START", ""), FOCUS),
    "mask-length": (MASK % "1000000000000000", MASK % "1000"),
    "camera-not-registered": ("camera.cgi?UID={uid}&CAM=9", "camera.cgi?UID={uid}&CAM=4"),
    "range-over-an-hour": (LOAD % ("240425010000", "240425020100"), LOAD % ("240425010000", "240425020000")),
    "range-seconds": (LOAD % ("240425010030", "240425010100"), LOAD % ("240425010000", "240425010100")),
    "range-end-seconds": (LOAD % ("240425010000", "240425010130"), LOAD % ("240425010000", "240425010200")),
    "range-order": (LOAD % ("240425010000", "240425010000"), LOAD % ("240425010000", "240425010100")),
}
ELSEWHERE = {"not-get", "too-many-downloads", "download-cut-off"}


def test_all_rules_of_the_chapter_are_here():
    rules = {rule.id for title in ("Parameters", "Download") for rule in CHAPTERS[title].rules}
    assert MISTAKES.keys() | ELSEWHERE == rules


@pytest.mark.parametrize("rule", MISTAKES)
def test_a_wrong_url_is_named(client, named, embedded, rule):
    uid = client.login()
    client.ask(MISTAKES[rule][0].format(uid=uid))
    found = {one.rule: one for one in embedded.findings}
    assert rule in found
    (number,) = found[rule].entries[-1:]
    assert found[rule].command.endswith(
        next(e for e in embedded.journal.exchanges() if e.number == number).target
    )
    assert str(uid) in found[rule].command


@pytest.mark.parametrize("rule", MISTAKES)
def test_the_right_url_is_not(client, named, rule):
    client.ask(MISTAKES[rule][1].format(uid=client.login()))
    assert rule not in named()


def test_two_of_a_kind_are_one_finding_with_a_count(client, embedded):
    uid = client.login()
    for _ in range(3):
        client.ask(f"status.cgi?UID={uid}")
    (found,) = embedded.findings
    assert (found.rule, found.count, found.uid) == ("fixed-value", 3, uid)
    assert str(found).startswith("error fixed-value (§1.4) (3 times) at #")


def test_the_wrong_half_of_a_mask(client, embedded):
    uid = client.login()
    client.ask((MASK % "111111").format(uid=uid))
    assert {one.rule for one in embedded.findings} == {"mask-length"}


def test_commands_by_another_method(client, named):
    uid = client.login()
    client.wait(3)
    assert client.get(f"/cgi-bin/status.cgi?UID={uid}&PC=AS60", method="POST")[0] == 405
    client.logout(uid)
    assert named() == ["not-get"]
