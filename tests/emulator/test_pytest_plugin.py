"""The pytest plugin, as a client's developer uses it; and the text of the README."""

import re
from pathlib import Path

import pytest

from nvr_emulator.configuration.variant_choice import chosen, each_variant
from plugins_alone import WITHOUT_OTHERS

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
    return pytester.runpytest_subprocess(*WITHOUT_OTHERS, *options)


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
    assert [entry.status for entry in nvr.journal.exchanges()] == [401]
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


WRONG = [
    ("model=7", "model: 7 is none of 1, 2, 3"),
    ('model="2"', "model: '2' is none of 1, 2, 3"),
    ('clock="sundial"', "clock: 'sundial' is none of manual, real, fast"),
    ('defects=["lifetime-of-81-s"]', "'lifetime-of-81-s' is not known"),
    ('defects="lifetime-of-80-s"', "defects: must be a list, not a text"),
    ('variants={"refusel": "close"}', "variants: variant 'refusel' is not known"),
    ('variants="eech"', "variants: 'eech' is neither 'each' nor 'all-different'; else names and values"),
    ('seed="x"', "seed: must be a whole number, not a text"),
    ("colour=3", "colour: unknown key"),
    ('time_zone="Europe"', "time_zone: 'Europe' is no time zone (say Asia/Tokyo)"),
    ("variants={1: 2}", "variants: variant 1 is not known"),
    ('config="a\\0b"', "config: "),
    ("ports=3", "ports: 3 is none: say Ports(http=8080)"),
    ("settings=3", "settings: 3 is none: say RecorderSettings(users=…)"),
    ("keep_packets=3", "keep_packets: must be true or false"),
]


@pytest.mark.parametrize(("wanted", "line"), WRONG)
def test_a_wrong_kind_is_told_in_one_line_at_each_door(pytester, wanted, line):
    result = run(
        pytester,
        f"""
@pytest.mark.nvr({wanted})
def test_marked(nvr):
    assert nvr

def test_made(nvr_factory):
    with pytest.raises(pytest.UsageError) as caught:
        nvr_factory({wanted})
    assert {line!r} in str(caught.value)
    assert "\\n" not in str(caught.value)
""",
    )
    result.assert_outcomes(errors=1, passed=1)
    assert f"nvr: {line}" in result.stdout.str() or f"nvr: defect: {line}" in result.stdout.str()


def test_packets_are_kept_unless_the_marker_says_otherwise(pytester):
    result = run(
        pytester,
        """
def test_usual(nvr):
    assert nvr.machine.pump.sent is not None

@pytest.mark.nvr(keep_packets=False)
def test_none_kept(nvr):
    assert nvr.machine.pump.sent is None
    assert False, "on purpose"
""",
    )
    result.assert_outcomes(passed=1, failed=1)
    assert "on purpose" in result.stdout.str()
    assert "no packets are kept" not in result.stdout.str()


def test_a_marker_takes_names(pytester):
    result = run(pytester, "@pytest.mark.nvr(3)\ndef test_marked(nvr):\n    assert nvr\n")
    assert "nvr: 3: the marker takes names with values: model=3" in result.stdout.str()


def test_markers_go_together_and_the_nearest_counts(pytester):
    result = run(
        pytester,
        """
pytestmark = pytest.mark.nvr(model=1, variants={"refusal": "204"})

@pytest.mark.nvr(model=3, defects=["lifetime-of-80-s"])
class TestClass:
    def test_of_the_class(self, nvr):
        assert len(login(nvr)) == 19

    @pytest.mark.nvr(defects=[])
    def test_of_its_own(self, nvr):
        uid = login(nvr)
        assert len(uid) == 19
        nvr.clock.advance(85)
        assert alive(nvr, uid)

def test_of_the_module(nvr):
    assert len(login(nvr)) == 5
    assert nvr.machine.plan.variants.refusal == "204"
""",
    )
    result.assert_outcomes(passed=3)


EACH = """
@pytest.mark.nvr(variants="each")
def test_each(nvr):
    assert alive(nvr, login(nvr)), "as good as any"
    {more}
"""


def test_a_test_runs_once_for_each_value_of_each_variant(pytester):
    result = run(pytester, EACH.format(more=""), "--collect-only", "-q")
    found = re.findall(r"test_each\[(.*)\]", result.stdout.str())
    each = [f"{name}={value}" for one in each_variant() for name, value in chosen(one).items()]
    assert found == ["default", *each]


def test_the_recorder_is_that_of_the_variant_and_the_failure_names_it(pytester):
    more = 'assert nvr.machine.plan.variants.challenge != "no-qop"'
    result = run(pytester, EACH.format(more=more), "-k", "default or challenge and not sess")
    result.assert_outcomes(passed=3, failed=1)
    assert "test_each[challenge=no-qop]" in result.stdout.str()
    assert re.search(r"\(MODEL 2\) at http://.*, seed 0, variants challenge=no-qop\n", result.stdout.str())


def test_no_more_recorders_wait_than_are_kept(pytester):
    result = run(
        pytester,
        """
import threading
from nvr_emulator.pytest_plugin import KEPT

@pytest.mark.nvr(variants="each")
def test_each(nvr):
    running = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    assert len(running) <= KEPT
""",
        "-k",
        "refusal or challenge or gop or log",
    )
    result.assert_outcomes(passed=17)


def test_all_different(pytester):
    result = run(
        pytester,
        """
from contextlib import suppress
from nvr_emulator.configuration.variant_choice import all_different, chosen

@pytest.mark.nvr(variants="all-different")
def test_all(nvr):
    with suppress(OSError):  # one of the ways to refuse is to hang up
        alive(nvr, "12345")
    assert nvr.journal.count("status.cgi") == 1
    assert chosen(nvr.machine.plan.variants) == all_different()

def test_made(nvr_factory):
    assert nvr_factory(variants="all-different").url != nvr_factory(variants={"aud": "none"}).url
    with pytest.raises(pytest.UsageError, match="is for the marker"):
        nvr_factory(variants="each")
""",
    )
    result.assert_outcomes(passed=2)


def test_each_needs_the_fixture(pytester):
    result = run(pytester, '@pytest.mark.nvr(variants="each")\ndef test_without():\n    pass\n')
    result.assert_outcomes(errors=1)
    assert 'variants="each" needs the fixture nvr' in result.stdout.str()


def test_the_nearest_marker_says_whether_each_counts(pytester):
    result = run(
        pytester,
        """
pytestmark = pytest.mark.nvr(variants="each")

@pytest.mark.nvr(variants={})
def test_of_its_own(nvr):
    assert alive(nvr, login(nvr))
""",
    )
    result.assert_outcomes(passed=1)


def test_a_clock_is_moved_by_numbers_and_put_back_for_the_next_test(pytester):
    result = run(
        pytester,
        """
kept = []

@pytest.mark.parametrize("seconds", [-100, float("nan"), float("inf"), 1e10, 10**400, True, "5", None])
def test_no_number_of_seconds(nvr, seconds):
    with pytest.raises(ValueError, match="^seconds: ") as caught:
        nvr.clock.advance(seconds)
    assert "\\n" not in str(caught.value)
    assert len(login(nvr)) == 10

def test_far(nvr):
    kept.append(nvr.clock.now())
    nvr.clock.advance(79 * 365 * 86_400)
    assert len(login(nvr)) == 10

def test_as_new(nvr):
    assert nvr.clock.now() == kept[0]
    nvr.clock.advance(10)
    nvr.reset()
    assert nvr.clock.now() == kept[0] + 10
    nvr.reset(restart_clock=True)
    assert nvr.clock.now() == kept[0]
    assert len(login(nvr)) == 10

@pytest.mark.nvr(clock="real")
def test_real(nvr):
    with pytest.raises(ValueError, match="the clock is real"):
        nvr.clock.advance(1)
""",
    )
    result.assert_outcomes(passed=11)


def test_the_tests_of_the_readme_pass(pytester, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setenv("no_proxy", "")
    blocks = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    tests = [block for block in blocks if "def test_" in block]
    assert tests
    for number, block in enumerate(tests):
        pytester.makepyfile(**{f"test_readme_{number}": block})
    result = pytester.runpytest_subprocess(*WITHOUT_OTHERS)
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"passed"}
