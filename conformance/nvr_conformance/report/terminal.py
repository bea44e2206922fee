"""What a command writes on: a terminal, as wide as it is, or a pipe, whose lines end where they end."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from nvr_conformance.judgement.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.status import Status


_WIDEST = 10_000  # columns


def make_console(*, stderr: bool = False) -> Console:
    """A console of this process. Where it is no terminal nothing is wrapped."""
    width, height = _size()
    console = Console(stderr=stderr, width=width, height=height)
    if console.is_terminal:
        return console
    return Console(stderr=stderr, width=width, height=height, soft_wrap=True)


def _size() -> tuple[int, int] | tuple[None, None]:
    """What COLUMNS and LINES say, where they are set and say something; rich would believe in 0 columns.
    None: it is asked of the terminal, whenever something is written."""
    if os.environ.keys().isdisjoint(("COLUMNS", "LINES")):
        return None, None
    width, height = shutil.get_terminal_size()
    return min(width, _WIDEST), height


def marked(text: str) -> str:
    """A text that may be a device's, or of somebody's file, as it stands in rich's markup."""
    return escape(plain(text))


def moving_line(console: Console, text: str) -> Status:
    """A line that moves while something is done, of characters that the console has."""
    return console.status(text, spinner="dots" if console.encoding.startswith("utf") else "line")


def print_table(console: Console, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows of cells (rich's markup) below headings. The last column is folded where there is a terminal; in a
    pipe each row is one line, without blanks at its end."""
    if console.is_terminal:
        table = Table(box=None, pad_edge=False, expand=False)
        for place, heading in enumerate(headings, 1):
            table.add_column(heading, no_wrap=place < len(headings), overflow="fold")
        for row in rows:
            table.add_row(*row)
        console.print(table)
        return
    plain = [[Text.from_markup(cell).plain for cell in row] for row in (headings, *rows)]
    widths = [max(map(len, column)) for column in list(zip(*plain, strict=True))[:-1]]
    for cells in plain:
        padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
        line = "  ".join([*padded, cells[-1]]).rstrip()
        console.print(Text(line), soft_wrap=True)
