"""A profile is handed on: nothing secret that the recorder says stands in it."""

from __future__ import annotations

from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.profile import observing

PASSWORD = "hunter2222"
SCENARIO = f"""from nvr_conformance.scenario import scenario
@scenario("SES-19")
def test_it(client, observe):
    uid = client.login().uid_text
    observe("SES-19", f"503 busy {PASSWORD} ({{uid}})")
"""


def test_what_a_recorder_says_is_redacted_in_its_profile(tmp_path, fake_recorder, monkeypatch):
    monkeypatch.setattr(observing, "_WAITED", 0.1)
    (tmp_path / "test_told.py").write_text(SCENARIO)
    path = tmp_path / "seen.toml"
    words = ["run", fake_recorder.url, "--model", "2", "--password", PASSWORD, "--pace", "0"]
    words += ["--scenarios", str(tmp_path / "test_told.py"), "--profile-out", str(path)]
    result = CliRunner().invoke(main, words)
    assert path.exists(), result.output
    assert "503 busy (password) (UID-1)" in path.read_text()
