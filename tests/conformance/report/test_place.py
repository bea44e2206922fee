"""What of a folder is a report's: that alone the next one takes away."""

import errno
import fcntl
import json
import subprocess
import sys

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.events import RunStarted
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.evidence.index import RunIndex, index_json
from nvr_conformance.report.place import UNFINISHED, begin, require_place
from nvr_conformance.report.writer import ReportWriter


def fill(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")


def leave_index(folder, *files):
    index = RunIndex(
        target="", model=2, seed=0, selected=(), needs=(), scenarios={}, files=dict.fromkeys(files, "")
    )
    fill(folder, "evidence/run.json")
    (folder / "evidence/run.json").write_bytes(index_json(index))


def names_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "name",
    ["index.html", "result.json", "junit.xml", "evidence/test_mine.txt", "evidence/run.json", UNFINISHED],
)
def test_what_is_no_report_is_refused_and_stays(tmp_path, name):
    fill(tmp_path, name, "notes.md")
    with pytest.raises(OSError, match=rf"holds files that are no report: {name}"):
        require_place(tmp_path)
    with pytest.raises(OSError, match="no report"):
        ReportWriter(tmp_path)
    assert names_in(tmp_path) == sorted([name, "notes.md"])


def test_what_stands_beside_an_older_report_stays(tmp_path):
    leave_index(tmp_path, "test_it.txt", "test_it.pcap", "notes.txt")
    fill(tmp_path, "index.html", "evidence/test_it.txt", "evidence/test_it.pcap", "notes.md")
    fill(tmp_path, "evidence/sub/test_x.txt", "evidence/notes.txt")
    require_place(tmp_path)
    begin(tmp_path, ["test_that.txt"])
    assert names_in(tmp_path) == ["evidence/notes.txt", "evidence/sub/test_x.txt", "notes.md", UNFINISHED]
    fill(tmp_path, "evidence/test_mine.txt")
    with pytest.raises(OSError, match=r"evidence/test_mine\.txt"):
        require_place(tmp_path)


def test_lists_that_name_what_is_elsewhere_take_nothing_away(tmp_path):
    leave_index(tmp_path, "test_it.txt", "../notes.md")
    fill(tmp_path, "notes.md")
    with pytest.raises(OSError, match=r"holds files that are no report: evidence/run\.json"):
        require_place(tmp_path)
    (tmp_path / "evidence" / "run.json").unlink()
    begin(tmp_path, ["../notes.md", "sub/test_x.txt"])
    fill(tmp_path, "evidence/sub/test_x.txt")
    begin(tmp_path, [])
    assert names_in(tmp_path) == ["evidence/sub/test_x.txt", "notes.md", UNFINISHED]


def test_a_report_that_was_cut_off_makes_room(tmp_path):
    writer = ReportWriter(tmp_path)
    writer(RunStarted("it", 2, 0, ("test_it", "test_[that]"), frozenset(), ()))
    assert writer.problem == ""
    fill(tmp_path, "evidence/test_it.txt", "evidence/test_it.json", "evidence/test__that_.pcap")
    require_place(tmp_path)
    begin(tmp_path, [])
    assert names_in(tmp_path) == [UNFINISHED]


def test_one_that_was_cut_off_while_an_older_one_was_taken_away(tmp_path):
    leave_index(tmp_path, "test_old.txt")
    fill(tmp_path, "evidence/test_old.txt")
    begin(tmp_path, ["test_new.txt"])
    fill(tmp_path, "evidence/test_old.txt", "evidence/test_new.txt")
    require_place(tmp_path)
    assert set(json.loads((tmp_path / UNFINISHED).read_bytes())["files"]) == {"test_old.txt", "test_new.txt"}


def test_a_folder_is_of_one_run_at_a_time(tmp_path):
    first = ReportWriter(tmp_path)
    first(RunStarted("it", 2, 0, ("test_it",), frozenset(), ()))
    with pytest.raises(OSError, match="another run is writing its report there"):
        ReportWriter(tmp_path)
    assert names_in(tmp_path) == [UNFINISHED]
    del first
    assert ReportWriter(tmp_path).problem == ""


def test_a_report_that_is_whole_lets_the_next_one_in(tmp_path, fake_recorder):
    scenarios = tmp_path / "test_it.py"
    scenarios.write_text("")
    first = ReportWriter(tmp_path / "r")
    judge(TargetOptions(url=fake_recorder.url, model=2), RunOptions(scenarios=scenarios), reporters=[first])
    assert (tmp_path / "r/result.json").exists()
    assert ReportWriter(tmp_path / "r").problem == first.problem == ""


def test_a_run_that_was_killed_lets_the_next_one_in(tmp_path):
    code = (
        "import pathlib, sys; from nvr_conformance.report.writer import ReportWriter; "
        "writer = ReportWriter(pathlib.Path(sys.argv[1])); print('there', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as run:
        assert run.stdout.readline() == b"there\n"
        with pytest.raises(OSError, match="another run"):
            ReportWriter(tmp_path)
        run.kill()
    ReportWriter(tmp_path)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("problem", [errno.EBADF, errno.ENOLCK, errno.EOPNOTSUPP])
def test_where_there_are_no_locks_reports_are_written_all_the_same(tmp_path, monkeypatch, problem):
    def no_locks(handle, how):
        raise OSError(problem, "no locks")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    assert [ReportWriter(tmp_path).problem for _ in range(2)] == ["", ""]
