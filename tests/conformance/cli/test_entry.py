"""`nvr-conformance` without its extra: one line, no traceback."""

import pytest

from nvr_conformance.cli import entry


def test_a_missing_extra_is_told_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(entry, "find_spec", lambda name: None if name in ("rich", "scapy") else object())
    with pytest.raises(SystemExit) as stopped:
        entry.main()
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "rich, scapy" in told
    assert "nvrkit[conformance]" in told


def test_with_the_extra_the_command_runs(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["nvr-conformance", "explain", "SES-06"])
    with pytest.raises(SystemExit) as stopped:
        entry.main()
    assert stopped.value.code == 0
    assert "90 s" in capsys.readouterr().out
