"""The pytest plugin, as a client's developer uses it; and the text of the README."""

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

README = Path(__file__).parents[2] / "README.md"

CLIENT = """
import urllib.error
import urllib.request
import pytest

def login(nvr):
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, nvr.url, nvr.user, nvr.password)
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    page = opener.open(nvr.url + "/cgi-bin/dlogin.cgi?UID=-1", timeout=5).read()
    return page.split(b"UID=")[1].split(b"&")[0].decode()

def alive(nvr, uid):
    try:
        urllib.request.urlopen(f"{nvr.url}/cgi-bin/status.cgi?UID={uid}&PC=AS60", timeout=5)
    except urllib.error.HTTPError as error:
        assert error.code == 401
        return False
    return True
"""


def run(pytester, tests, *options):
    pytester.makepyfile(client=CLIENT, test_client="import pytest\nfrom client import alive, login\n" + tests)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist", *options)


def test_the_recorder_is_as_new_for_each_test(pytester):
    result = run(
        pytester,
        """
kept = []

def test_one(nvr):
    kept.append(login(nvr))
    assert alive(nvr, kept[0])
    assert nvr.journal.count("dlogin.cgi") == 1
    assert nvr.journal.count("dlogin.cgi", status=401) == 1

def test_two(nvr):
    assert len(nvr.journal) == 0
    assert not alive(nvr, kept[0])
    assert [entry.status for entry in nvr.journal] == [401]
""",
    )
    result.assert_outcomes(passed=2)


def test_time_moves_when_told(pytester):
    result = run(
        pytester,
        """
def test_expiry(nvr):
    uid, before = login(nvr), nvr.clock.now()
    nvr.clock.advance(89)
    assert alive(nvr, uid)
    nvr.clock.advance(91)
    assert not alive(nvr, uid)
    assert nvr.clock.now() == before + 180
""",
    )
    result.assert_outcomes(passed=1)


def test_the_marker_and_the_option_choose_the_kind(pytester):
    result = run(
        pytester,
        """
@pytest.mark.nvr(model=3)
def test_marked(nvr):
    assert len(login(nvr)) == 19

@pytest.mark.nvr(defects=["lifetime-of-80-s"])
def test_defect(nvr):
    uid = login(nvr)
    nvr.clock.advance(85)
    assert not alive(nvr, uid)

def test_option(nvr, nvr_factory):
    assert len(login(nvr)) == 5
    other = nvr_factory(model=2)
    assert len(login(other)) == 10
    assert other.url != nvr.url
""",
        "--nvr-model=1",
    )
    result.assert_outcomes(passed=3)


@pytest.mark.parametrize("marker", ["model=7", 'clock="sundial"', 'defects=["none-such"]', "colour=3"])
def test_a_wrong_marker_is_told_in_one_line(pytester, marker):
    result = run(pytester, f"@pytest.mark.nvr({marker})\ndef test_marked(nvr):\n    assert nvr\n")
    assert result.ret != 0
    result.stdout.re_match_lines([r".*(the marker takes|is not known).*"])


def test_the_tests_of_the_readme_pass(pytester):
    blocks = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    tests = [block for block in blocks if "def test_" in block]
    assert tests
    for number, block in enumerate(tests):
        pytester.makepyfile(**{f"test_readme_{number}": block})
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist")
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"passed"}
