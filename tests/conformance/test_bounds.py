"""Files and answers that want too much: each is told in one line, and not waited for."""

import os
import subprocess
import sys

import pytest

from nvr_conformance import bounds
from nvr_conformance.bounds import is_shallow, read_file, read_json
from nvr_conformance.client.history import History
from nvr_conformance.evidence.index import NAME, RunIndex, changed_files, index_json, read_index
from nvr_conformance.evidence.scenario_file import read_evidence
from nvr_conformance.fuzzing.steps import read_fuzz_file
from nvr_conformance.judgement.expected_failures import read_expected_failures
from nvr_conformance.report.diff import load_result
from nvr_conformance.wire.exchange import Exchange

DEEP = 100_000
EVIDENCE = (
    b'{"format":"nvrkit-evidence-1","scenario":"s","target":{"url":"u","clock":"real","pace":0,"timeout":1,'
    b'"users":[],"allowed":[],"https_alone":null,"endpoint":["h",1,false],"other":null,"knowledge":{}},'
    b'"clock_start":0,"ticks":[],"flows":[],"exchanges":[],"told":[["state",0,VALUE]]}'
)


def fifo(path):
    os.mkfifo(path)
    return path


def huge(path):
    """Of no cost to the disk: a file with a hole."""
    with path.open("wb") as file:
        file.truncate(bounds.FILE_LIMIT + 1)
    return path


def folder(path):
    path.mkdir()
    return path


PLACES = {
    "a pipe": (fifo, "is no ordinary file"),
    "a device": (lambda path: path.symlink_to("/dev/zero") or path, "is no ordinary file"),
    "a directory": (folder, "is no ordinary file"),
    "a huge file": (huge, "is larger than 256 MiB"),
}


@pytest.mark.parametrize("kind", PLACES)
def test_what_is_no_ordinary_file_is_not_waited_for(kind, tmp_path):
    make, text = PLACES[kind]
    place = make(tmp_path / "place")
    with pytest.raises(OSError, match=text):
        read_file(place)


@pytest.mark.parametrize("kind", PLACES)
def test_evidence_that_is_no_ordinary_file_is_told(kind, tmp_path):
    make, text = PLACES[kind]
    make(tmp_path / "test_x.pcap")
    index = RunIndex(
        target="t", model=2, seed=0, selected=(), needs=(), scenarios={}, files={"test_x.pcap": "0"}
    )
    (problem,) = changed_files(tmp_path, index)
    assert problem.startswith("evidence/test_x.pcap cannot be read")
    assert text in problem


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("read", [read_fuzz_file, load_result, lambda path: read_index(path.parent)])
def test_each_reader_of_files_tells_it_in_one_line(read, kind, tmp_path):
    make, _ = PLACES[kind]
    if read is load_result and kind == "a directory":
        pytest.skip("that is a report")
    place = make(tmp_path / NAME)
    with pytest.raises((ValueError, OSError)) as told:
        read(place)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("nested", [b"[" * DEEP + b"]" * DEEP, b'{"a":' * DEEP + b"1" + b"}" * DEEP])
def test_json_that_is_nested_deep_is_told_in_one_line(nested, tmp_path):
    with pytest.raises(ValueError, match="nested too deep"):
        read_json(nested, object)
    with pytest.raises(ValueError, match="nested too deep"):
        read_evidence(EVIDENCE.replace(b"VALUE", nested), "x.json")
    file = tmp_path / "steps.json"
    file.write_bytes(
        b'{"format":"nvrkit-fuzz-1","model":2,"seed":0,"disagreement":"","steps":[],"x":' + nested
    )
    for read in (read_fuzz_file, load_result):
        with pytest.raises(ValueError, match=r"steps\.json"):
            read(file)


def test_evidence_within_what_json_takes_and_too_deep_for_anybody_else_is_told():
    depth = bounds.NESTING + 1
    with pytest.raises(ValueError, match="nested too deep"):
        read_evidence(EVIDENCE.replace(b"VALUE", b"[" * depth + b"]" * depth), "x.json")
    assert read_evidence(EVIDENCE.replace(b"VALUE", b"[[{}]]"), "x.json").told[0].value == [[{}]]


def test_nesting_is_counted_through_lists_and_tables():
    assert is_shallow([1, {"a": [2]}])
    assert is_shallow([[]] * 10)
    deep = []
    for _ in range(bounds.NESTING):
        deep = [deep]
    assert not is_shallow(deep)


@pytest.mark.parametrize("text", [b"\xff", b'"\xff"', b"", b"1" * 5000, b"NaN", b'{"a":'])
def test_what_is_no_json_is_a_value_error(text):
    with pytest.raises(ValueError):
        read_json(text, object)


def test_a_replay_of_a_pipe_and_a_rejudging_of_depth_end_as_usage_errors(tmp_path):
    fifo(tmp_path / "pipe")
    evidence = folder(tmp_path / "r") / "evidence"
    evidence.mkdir()
    (evidence / NAME).write_bytes(b"[" * DEEP)
    for words in (["replay", "pipe"], ["rejudge", "r"], ["diff", "pipe", "pipe"]):
        done = subprocess.run(
            [sys.executable, "-m", "nvr_conformance.cli.entry", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr


def test_the_bodies_that_a_scenario_keeps_are_bounded(monkeypatch):
    monkeypatch.setattr("nvr_conformance.client.history.BODIES_KEPT", 1000)
    monkeypatch.setattr("nvr_conformance.client.history.EXCHANGES_KEPT", 20)
    history = History()
    for number in range(100):
        exchange = Exchange(number, "GET", "/")
        history.add(exchange)
        exchange.body = b"x" * (300 if number < 50 else 1)
        assert sum(len(each.body) for each in history.exchanges) <= 1000 + 300
    assert [each.number for each in history.exchanges] == list(range(80, 100))


def test_an_index_of_a_run_is_read_back(tmp_path):
    index = RunIndex(target="t", model=2, seed=0, selected=(), needs=(), scenarios={}, files={})
    (tmp_path / NAME).write_bytes(index_json(index))
    assert read_index(tmp_path) == index


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a." * 100_000 + b"a = 1", "more than 1000 dots"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "nested too deep"),
        (b"a" + b".a" * 100 + b" = 1", "nested too deep"),
        (b"a = " + b"9" * 5000, "failures.toml"),
        (b"# " + b"x" * 2_000_000, "larger than 1024 KiB"),
        (b'a = "\xff"', "failures.toml"),
    ],
)
def test_a_list_of_failures_that_costs_too_much_is_told_in_one_line(content, said, tmp_path):
    path = tmp_path / "failures.toml"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=said) as told:
        read_expected_failures(path)
    assert "\n" not in str(told.value)
