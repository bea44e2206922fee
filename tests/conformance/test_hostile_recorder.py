"""A recorder that means no good, judged as a whole: nothing that leaves the judge carries what it sent."""

import hashlib
import threading
import time
import tomllib
import unicodedata
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit
from xml.etree import ElementTree

import msgspec
import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.client.clock import RealTime
from nvr_conformance.judgement.outcomes import PrerequisiteFailed
from nvr_conformance.judgement.plain_text import plain
from nvr_conformance.judgement.result import CheckResult
from nvr_conformance.judgement.verdicts import Note, Verdict
from nvr_conformance.report.result_files import read_result

EVIL = '\x1b[2J\x1b]0;owned\x07\x9b31m\r\x00\x7f\u202eevil\u2066\u200f[red]<script>"""\\ = "'
UID = "7423951860"
HEADERS = ["X-Evil: \x9b31m", "Server: \x85\xe2\x80\xae", "Set-Cookie: \xc2\x9b"]
PAGES = {
    "/cgi-bin/dlogin.cgi": f'<title>{EVIL}</title>location.href="hdrctl.cgi?UID={UID}&HTML"; {EVIL}',
    "/cgi-bin/as_getinfo.cgi": f"MAXUID=16{EVIL}\r\nUSEDUID=1\r\nCAM_CONNECT_01CH=1\r\n{EVIL}",
    "/cgi-bin/loglist.cgi": "FILENAME=as_errorlog.html\r\nERROR_LOG_NO=1\r\n"
    f'ERROR_LOG="001","2024/01/01 00:00:00","0","{EVIL}","GMT+09:00"\r\n',
    "/cgi-bin/recordedtime.cgi": "Recording information\r\n\r\nDisk,Capacity,Remain capacity,"
    f"Recorded time range\r\nMAIN-1,{EVIL},,,,,,,\r\nMAIN-2{EVIL},,,,,,,,\r\n",
}


HARMFUL = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Controls, directions of writing, halves of characters, nothing, and other ends of lines."""


class Recorder(BaseHTTPRequestHandler):
    """Takes every login, and answers everything with what no terminal should see."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = urlsplit(self.path).path
        body = PAGES.get(path, f"<p>{EVIL}</p>").encode("utf-8", "surrogateescape")
        asks = "Authorization" not in self.headers and path in list(PAGES)[:2]
        status = f"401 {EVIL[6:10]}\x9b" if asks else "200 O\x9bK"
        lines = [f"HTTP/1.1 {status}", *HEADERS, "Content-Type: text/html", f"Content-Length: {len(body)}"]
        if asks:
            realm = f"r\x9b{hashlib.md5(path.encode()).hexdigest()}"
            lines.append(f'WWW-Authenticate: Digest realm="{realm}", nonce="\x85n", qop="auth"')
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1", "ignore") + body)

    def log_message(self, *words):
        """Nobody asked."""


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """What a run leaves: its output, and the folder of its report and profile."""
    folder = tmp_path_factory.mktemp("left")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    words = ["run", f"127.0.0.1:{server.server_port}", "--password", "1024", "--model", "2", "--pace", "0"]
    for pattern in ("SES-0[1245]", "SES-1[89]", "INF-0[1-4689]", "SEC-04"):
        words += ["--select", pattern]
    words += [
        "--timeout",
        "0.3",
        "-v",
        "--report",
        str(folder),
        "--profile-out",
        str(folder / "profile.toml"),
    ]
    skipped = [0.0]

    def skip(time_keeper, seconds, step=0.0):
        skipped[0] += seconds

    with pytest.MonkeyPatch.context() as patch:  # nothing comes later than at once: it is not waited for
        patch.setattr(RealTime, "pass_time", skip)
        patch.setattr(RealTime, "now", lambda time_keeper: time.monotonic() + skipped[0])
        done = CliRunner().invoke(main, words, catch_exceptions=False)
    server.shutdown()
    thread.join()
    server.server_close()
    assert done.exit_code in (1, 4), done.output
    return done.output, folder


def harmful(text, kept="\n\t"):
    """What a terminal, an editor or a reader would take for more than a text."""
    return {f"U+{ord(each):04X}" for each in set(text) - set(kept) if unicodedata.category(each) in HARMFUL}


def test_the_console_shows_it_and_obeys_nothing(left):
    output, _ = left
    assert "evil" in output, "it is not hidden either"
    assert harmful(output) == set()


def test_every_file_that_is_left_is_harmless(left):
    _, folder = left
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pcap"]
    assert len(files) > 12
    found = {path.name: harmful(path.read_bytes().decode("utf-8")) for path in files}
    assert {name: codes for name, codes in found.items() if codes} == {}
    assert any("evil" in path.read_text() for path in files if path.suffix == ".txt")


def test_what_machines_read_can_be_read(left):
    _, folder = left
    profile = tomllib.loads((folder / "profile.toml").read_text())
    assert profile["model"] == 2
    assert ElementTree.parse(folder / "junit.xml").getroot().tag == "testsuite"
    result = read_result((folder / "result.json").read_bytes())
    told = [result.about.named, *(row.reason for row in result.requirements)]
    told += [check.actual for row in result.requirements for check in row.checks]
    assert any("evil" in text for text in told)
    assert harmful("".join(told)) == set()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [x] ü 日本", "plain [x] ü 日本"),
        ("a\x1b[2J\x00\x7f", "a\\x1b[2J\\x00\\x7f"),
        ("a\r\nb\tc\u3000d\u2028e", "a  b c d e"),
        ("\u202e\u2066\ue000\ud800\U000e0001", "\\u202e\\u2066\\ue000\\ud800\\U000e0001"),
    ],
)
def test_a_text_is_made_plain(text, shown):
    assert plain(text) == shown
    assert plain(shown) == shown


def test_lines_are_kept_where_they_are_wanted():
    assert plain("a\n\tb\r", lines=True) == "a\n\tb "


def test_records_are_plain_however_they_come_to_be():
    check = CheckResult(EVIL, Verdict.FAIL, EVIL, EVIL, EVIL)
    told = dict.fromkeys(("name", "expected", "actual", "evidence"), EVIL) | {"verdict": "fail"}
    read = msgspec.json.decode(msgspec.json.encode(told), type=CheckResult)
    assert read == check
    assert harmful(check.name + check.expected) == set()
    assert harmful(Note("SES-01", Verdict.NOT_TESTED, EVIL, "s").reason) == set()
    assert harmful(str(PrerequisiteFailed(EVIL))) == set()
