"""Lines of text that end in CRLF, with their places (§5)."""

from dataclasses import dataclass
from typing import Literal

from nvr_protocol.errors import ProtocolError

CRLF = b"\r\n"

Endings = Literal["as-drawn", "blank", "no-empty-line"]
"""How lines end: as the document draws them; with a blank ahead of CRLF where a line has anything; without
the empty line at the end of a text."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its CRLF, and its offset in the text."""

    text: bytes
    offset: int


def split_lines(data: bytes, what: str, most: int) -> list[Line]:
    """Split a text into its lines. ProtocolError if the last has no CRLF, or at more lines than `most`.

    Blanks ahead of a CRLF belong to no line: some recorders write them. A CR or LF alone ends no line: it
    stays in the text, for the reader of the line to refuse.
    """
    if (count := data.count(CRLF)) > most:
        raise ProtocolError(what, f"{count} lines, more than {most}")
    if data and not data.endswith(CRLF):
        raise ProtocolError(what, "the last line does not end in CRLF", len(data))
    lines = []
    offset = 0
    for text in data.split(CRLF)[:-1]:
        lines.append(Line(text.rstrip(b" "), offset))
        offset += len(text) + len(CRLF)
    return lines


def with_endings(data: bytes, endings: Endings) -> bytes:
    """A text that is written as drawn, with other endings."""
    match endings:
        case "blank":
            lines = data.split(CRLF)
            return CRLF.join(line + b" " if line else line for line in lines)
        case "no-empty-line":
            return data.removesuffix(CRLF) if data.endswith(CRLF + CRLF) else data
        case _:
            return data


def excerpt(data: bytes) -> str:
    """The beginning of some bytes, harmless in a message."""
    return ascii(data[:40])[1:] + ("..." if len(data) > 40 else "")
