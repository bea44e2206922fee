"""Commands that are killed while they write: nothing half written stands under its final name."""

import json
from random import Random

import kills
import pytest
from kills import COMMANDS, JUDGE, Command, trials, wrong_in

FEW = {
    "serve": COMMANDS["serve"],
    "import": COMMANDS["import"],
    "run": Command((*JUDGE, "run", "--select", "INF-06", "--report", "report", "--profile-out", "p.toml")),
}


@pytest.mark.parametrize("name", FEW)
def test_a_kill_leaves_nothing_half_written_and_the_next_start_works(name, tmp_path, monkeypatch):
    monkeypatch.setattr(kills, "AGAIN", 1)
    row = trials(FEW[name], tmp_path, 1, Random(1))
    assert row.wrong == []
    assert (row.kills, row.ended) == (1, 1)


def test_what_is_half_written_is_seen(tmp_path):
    whole = json.dumps({"a": 1})
    for name in ("a.json", "b.toml", "c.xml", "d.html", "e.pcap"):
        (tmp_path / name).write_text(whole[:-3])
        (tmp_path / f".{name}").write_text(whole[:-3])
    told = [problem.partition(":")[0] for problem in wrong_in(tmp_path)]
    assert told == ["a.json", "b.toml", "c.xml", "d.html", "e.pcap"]
