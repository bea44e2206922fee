"""Lines of text that end in CRLF, with their places (§5)."""

from dataclasses import dataclass

from nvr_protocol.errors import ProtocolError

CRLF = b"\r\n"


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


def excerpt(data: bytes) -> str:
    """The beginning of some bytes, harmless in a message."""
    return ascii(data[:40])[1:] + ("..." if len(data) > 40 else "")
