"""Commands on a disk that is full before they are done: what they say stays true, and nothing half written is
left."""

import resource
import subprocess
import sys

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
        [sys.executable, *words],
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
    """Three seconds of H.264 in an MP4."""
    import io

    import av
    import numpy as np

    data = io.BytesIO()
    with av.open(data, "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for number in range(30):
            picture = av.VideoFrame.from_ndarray(np.full((144, 128), number, np.uint8), format="yuv420p")
            picture.pts = number
            file.mux(stream.encode(picture))
        file.mux(stream.encode(None))
    return data.getvalue()
