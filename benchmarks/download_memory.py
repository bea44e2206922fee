"""An hour of 1080p as MP4: how much memory does the recorder take, how long is it, does ffprobe like it?

    python benchmarks/download_memory.py [--minutes 60] [--rounds 5] [--codec H264] [--audio AAC] [--kind MP4]

The recorder runs in a process of its own and serves the `counter` fixture (about 4 Mbit/s) on plain HTTP; the
files go to a temporary folder (an hour is 1.9 GB), and ffprobe, if there is one, reads the last ones.
`times_real_time` says how much sooner they are there than they took to record, round by round. Meanwhile
another client sends keep-alives and looks how long the answers take. Ends with status 1 where the recorder
grew by 100 MB or more. Memory is read from /proc: Linux only.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, BinaryIO

from rounds import arguments, spread, tell

USER, PASSWORD = "ADMIN", "admin12345"
START = 1_760_000_400
MOST_GROWTH = 100_000_000
BOUNDARY = b"\r\n--myboundary"
BLOCK = 1 << 20
CONFIGURATION = """\
clock_start = {start}
users = [{{name = "ADMIN", password = "admin12345"}}]
cameras = [{{number = 1, fixture = "counter", recorded = "{codec}"{audio}}}]
recordings = [{{since = 120}}]
"""


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.set_defaults(rounds=5)
    parser.add_argument("--minutes", type=int, default=60, choices=range(1, 61), metavar="1…60")
    parser.add_argument("--codec", default="H264", choices=("H264", "H265"))
    parser.add_argument("--audio", choices=("AAC", "G711", "G726"))
    parser.add_argument("--kind", default="MP4", choices=("MP4", "MP4VO", "N3", "N3VO"))
    options = parser.parse_args()
    if options.brief:
        options.rounds, options.minutes = 1, 1
    with tempfile.TemporaryDirectory() as folder:
        result = measure(options, Path(folder))
    tell(**result)
    sys.exit(1 if result["growth_mb"] * 1e6 >= MOST_GROWTH else 0)


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Start a recorder, download from it, and look at what came."""
    configuration = folder / "recorder.toml"
    audio = f', audio = "{options.audio}"' if options.audio else ""
    configuration.write_text(CONFIGURATION.format(start=START, codec=options.codec, audio=audio))
    serve = "from nvr_emulator.cli.main import main; main()"
    arguments = ("serve", "--clock", "manual", "--transport", "http", "--config", str(configuration))
    with subprocess.Popen([sys.executable, "-c", serve, *arguments], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            url = urllib.parse.urlsplit(json.loads(process.stdout.readline())["http"])
            address = (url.hostname or "", url.port or 0)
            uid = login(address)
            before = memory(process.pid, "VmRSS")
            prober = Prober(address, uid)
            names: list[str] = []
            took: list[float] = []
            for _ in range(options.rounds):
                for name in names:
                    (folder / name).unlink()
                begun = time.monotonic()
                names = download(address, uid, options, folder)
                took.append(time.monotonic() - begun)
            seconds = statistics.median(took)
            prober.stop()
            peak = memory(process.pid, "VmHWM")
        finally:
            process.terminate()
    files = [folder / name for name in names]
    size = sum(file.stat().st_size for file in files)
    return {
        "work": "download",
        "rounds": options.rounds,
        "times_real_time": spread(60 * options.minutes / each for each in took),
        "minutes": options.minutes,
        "kind": options.kind,
        "codec": options.codec,
        "audio": options.audio,
        "files": len(files),
        "megabytes": round(size / 1e6, 1),
        "seconds": round(seconds, 2),
        "megabytes_per_second": round(size / 1e6 / seconds, 1),
        "rss_before_mb": round(before / 1e6, 1),
        "rss_peak_mb": round(peak / 1e6, 1),
        "growth_mb": round((peak - before) / 1e6, 1),
        "keep_alive_ms": {
            "count": len(prober.latencies),
            "median": round(1000 * sorted(prober.latencies)[len(prober.latencies) // 2], 1),
            "max": round(1000 * max(prober.latencies), 1),
        },
        "ffprobe": [probed(file) for file in files if file.suffix == ".mp4"],
    }


class Prober(threading.Thread):
    """Sends keep-alives on a connection of its own and notes how long each answer takes, in seconds."""

    def __init__(self, address: tuple[str, int], uid: str) -> None:
        super().__init__(daemon=True)
        self.path = f"/cgi-bin/status.cgi?UID={uid}&PC=AS60"
        self.connection = http.client.HTTPConnection(*address)
        self.latencies: list[float] = []
        self.over = threading.Event()
        self.start()

    def run(self) -> None:
        while True:
            begun = time.monotonic()
            self.connection.request("GET", self.path)
            self.connection.getresponse().read()
            self.latencies.append(time.monotonic() - begun)
            if self.over.wait(0.05):
                return

    def stop(self) -> None:
        """End after the answer that is waited for."""
        self.over.set()
        self.join()


def download(address: tuple[str, int], uid: str, options: argparse.Namespace, folder: Path) -> list[str]:
    """Write the files as a client does, under their temporary names first; their final names."""
    begin = START - 100 * 60
    times = [time.strftime("%y%m%d%H%M%S", time.gmtime(at)) for at in (begin, begin + 60 * options.minutes)]
    connection = http.client.HTTPConnection(*address)
    connection.request(
        "GET",
        f"/cgi-bin/httpdl.cgi?UID={uid}&STARTTIME={times[0]}&ENDTIME={times[1]}"
        f"&KIND={options.kind}&CAM=1&PC=AS60",
    )
    answer = connection.getresponse()
    names: list[str] = []
    temporary: Path | None = None
    waiting = b"\r\n" + answer.read(len(BOUNDARY))
    while True:
        assert waiting.startswith(BOUNDARY), waiting[:80]
        while b"\r\n\r\n" not in waiting:
            waiting += answer.read(256)
        head, _, rest = waiting.partition(b"\r\n\r\n")
        temporary_name, previous_name = re.findall(r'filename = "([^"]*)"', head.decode())
        if temporary is not None:
            temporary.rename(folder / previous_name)
            names.append(previous_name)
        if not temporary_name:
            connection.close()
            return names
        temporary = folder / temporary_name
        with temporary.open("wb") as output:
            waiting = copy_part(answer, rest, output)


def copy_part(answer: http.client.HTTPResponse, waiting: bytes, output: BinaryIO) -> bytes:
    """Write the body of a part; what begins with the boundary behind it."""
    while (mark := waiting.find(BOUNDARY)) < 0:
        keep = len(BOUNDARY) - 1
        output.write(waiting[:-keep])
        block = answer.read1(BLOCK)
        if not block:
            raise ConnectionError("the download ended within a file")
        waiting = waiting[-keep:] + block
    output.write(waiting[:mark])
    return waiting[mark:]


def login(address: tuple[str, int]) -> str:
    """Sign in with the standard library's Digest; the UID."""
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, f"http://{address[0]}:{address[1]}/", USER, PASSWORD)
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    page = opener.open(f"http://{address[0]}:{address[1]}/cgi-bin/dlogin.cgi?UID=-1").read()
    return str(re.findall(rb"UID=(\d+)", page)[0].decode())


def memory(pid: int, field: str) -> int:
    """Bytes of a process: VmRSS now, VmHWM at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(rf"{field}:\s+(\d+) kB", status)[0]) * 1024


def probed(file: Path) -> str:
    """What ffprobe says of a file."""
    if not shutil.which("ffprobe"):
        return "no ffprobe here"
    shown = "format=duration:format_tags=major_brand:stream=codec_name,codec_tag_string,duration,width,height"
    command = ("ffprobe", "-v", "error", "-show_entries", shown, "-of", "compact=nk=1:p=0", str(file))
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return " / ".join((run.stdout + run.stderr).split("\n")).strip(" /")


if __name__ == "__main__":
    main()
