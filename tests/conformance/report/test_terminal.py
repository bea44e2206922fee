"""What is printed where there is no terminal: lines as long as they are, and no blanks at their ends."""

from __future__ import annotations

import io

from rich.console import Console
from rich.text import Text

from nvr_conformance.report.terminal import make_console, print_table

ROWS = [("SES-01", "[green]pass[/]", "x" * 300), ("SES-02", "[bold red]not-tested[/]", "")]


def test_a_pipe_is_given_whole_lines(capsys):
    print_table(make_console(), ("id", "verdict", ""), ROWS)
    make_console().print("y" * 200)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "id      verdict",
        f"SES-01  pass        {'x' * 300}",
        "SES-02  not-tested",
        "y" * 200,
    ]


def test_a_terminal_is_kept_to_its_width():
    text = io.StringIO()
    print_table(Console(file=text, force_terminal=True, width=60, no_color=True), ("id", "verdict", ""), ROWS)
    assert max(Text.from_ansi(line).cell_len for line in text.getvalue().splitlines()) <= 60
    assert text.getvalue().count("x") == 300
