"""Texts of devices made harmless: the one place through which they leave the judge.

Whatever is shown or kept as text (console, transcripts, result, page, JUnit, ``recorder.toml``) goes through
``plain``: no terminal obeys it, no line of it poses as one of ours, and what is there is still seen.
"""

from __future__ import annotations

import unicodedata
from typing import Any


def plain(text: str, *, lines: bool = False) -> str:
    """The same text in printable characters of one line: blanks for line ends and other blanks, ``\\x1b``,
    ``\\u202e`` and the like for what controls a terminal or the direction of writing, or is nothing at all.
    ``lines``: line ends and tabs are kept. Linear."""
    if text.isprintable():
        return text
    return text.translate(_LINES if lines else _ONE_LINE)


def _visible(character: str) -> str:
    if character.isspace() and not "\x1c" <= character <= "\x1f":
        return " "
    if unicodedata.category(character) == "Zs":
        return " "
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


class _Shown(dict[int, str]):
    """What to show for each code point. Translating keeps no object a character, which would be fifty times
    the memory of a text that a device has made of nothing but these."""

    def __missing__(self, number: int) -> str:
        character = chr(number)
        return character if character.isprintable() else _visible(character)


_ONE_LINE, _LINES = _Shown(), _Shown({ord(character): character for character in "\n\t"})


def plain_value(value: Any) -> Any:
    """A text, or a list or table of texts, each of them plain; anything else as it is."""
    match value:
        case str() if type(value) is str:
            return plain(value)
        case tuple():
            return tuple(plain_value(each) for each in value)
        case dict():
            return {plain_value(key): plain_value(each) for key, each in value.items()}
        case _:
            return value
