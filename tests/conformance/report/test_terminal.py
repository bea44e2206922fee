"""What is printed where there is no terminal: lines as long as they are, and no blanks at their ends."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from nvr_conformance.report.terminal import make_console, marked, print_table

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


@pytest.mark.parametrize("columns", ["0", "-3", "²", "9" * 5000, ""])
@pytest.mark.parametrize("terminal", [True, False])
def test_columns_that_are_none_hide_nothing(capsys, monkeypatch, columns, terminal):
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("LINES", columns)
    if terminal:
        monkeypatch.setenv("FORCE_COLOR", "1")
    console = make_console()
    assert console.is_terminal is terminal
    print_table(console, ("id", "verdict", ""), ROWS)
    console.print("all is told")
    text = Text.from_ansi(capsys.readouterr().out).plain
    assert all(word in text for word in ("SES-01", "SES-02", "all is told"))


def test_texts_of_others_are_no_markup(capsys):
    console = make_console()
    console.print(f"[green]{marked('http://[fd00::7]:80 [/bold] ' + chr(27) + chr(0x202E))}[/]")
    assert capsys.readouterr().out == "http://[fd00::7]:80 [/bold] \\x1b\\u202e\n"
