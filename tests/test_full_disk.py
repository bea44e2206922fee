"""Commands on a disk that is full before they are done: what they say stays true, and nothing half written is
left."""

import resource
import subprocess
import sys

import kills
import pytest

CONFORMANCE = ("-m", "nvr_conformance.cli.entry")
EMULATOR = ("-m", "nvr_emulator.cli.entry")


def allow(size):
    """No file of the process may be longer: to it that is a disk without room."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (
            (*CONFORMANCE, "run", "--select", "INF-06", "--report", "r", "--profile-out", "p.toml"),
            0,
            (
                "conformant in 1 of 1",
                "no report in r: File too large",
                "no profile in p.toml: File too large",
            ),
        ),
        (
            (*CONFORMANCE, "fuzz", "--budget", "1s", "--json", "s.json", "--keep", "k.json"),
            0,
            ("covered:", "s.json was not written: File too large"),
        ),
        ((*EMULATOR, "serve", "--model", "2", "--ready-file", "ready"), 2, ("File too large",)),
        ((*EMULATOR, "import", "film.mp4", "--name", "film"), 1, ("cannot be written (File too large)",)),
    ],
    ids=["run", "fuzz", "serve", "import"],
)
def test_a_full_disk_changes_no_verdict_and_leaves_nothing_half_written(tmp_path, film, words, status, said):
    (tmp_path / "film.mp4").write_bytes(film)
    done = subprocess.run(
        [sys.executable, "-B", *words],  # what Python compiles would be cut off too, and stay so
        cwd=tmp_path,
        preexec_fn=lambda: allow(50),
        capture_output=True,
        text=True,
        timeout=100,
    )
    output = done.stdout + done.stderr
    assert done.returncode == status, output
    assert [text for text in said if text not in output] == [], output
    assert "Traceback" not in output
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "film.mp4"] == []


@pytest.fixture(scope="module")
def film():
    return kills.film()
