"""docs/tutorial.md, done as it says in an empty folder: one test passes, one tells the mistake; mended, both
pass."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2].joinpath("docs", "tutorial.md").read_text("utf-8")
CLIENT, TESTS, MENDED = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def run(tmp_path):
    surroundings = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "PYTHONSAFEPATH"))
    }

    def tests():
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly"]
        return subprocess.run(
            command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False
        )

    (tmp_path / "test_player.py").write_text(TESTS)
    return tests


def test_the_page_is_right(run, tmp_path):
    player = tmp_path / "player.py"
    player.write_text(CLIENT)
    first = run().stdout
    assert "1 failed, 1 passed" in first
    shown = re.search(r"^      warning (.*?) at ", PAGE, re.MULTILINE)[1]
    assert f"warning {shown} at " in first
    assert "UID=…&SCREEN=16X&PC=AS60 once after the login" in first
    push = '        self.command(f"push.cgi'
    player.write_text(CLIENT.replace(push, MENDED + push))
    assert "2 passed" in run().stdout
