"""The entries of the journal: exchanges with clients, and what else happened.

Those of sessions, streams and downloads are the recorder's own (`nvr_emulator.recorder.happenings`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from nvr_emulator.recorder.happenings import Happening
from nvr_protocol.commands.urls import CommandError, read_query

RawHeaders = tuple[tuple[bytes, bytes], ...]

LONGEST_QUERY = 2_000
"""Characters of a path or a query that are kept."""
LONGEST_HEADERS = 8_000
"""Bytes of the headers that are kept of one request."""
SHOWN_QUERY = 120
AUTHORIZATION = b"authorization"


class Exchange(Happening, tag="exchange"):
    """One request and its answer.

    `reason`: why the recorder refused, "" where it obeyed. `challenged`: the answer asked for Digest
    authentication: the request is sent again with it. `arrived`: the host's monotonic seconds. `took`:
    seconds until the answer was known. `answer_headers` are those that the recorder chose. `size`: bytes of
    the answer's body, None where it has no end. `no_picture`: camera.cgi was told that there is none.
    """

    peer: str
    method: str
    path: str
    query: str
    status: int
    reason: str = ""
    challenged: bool = False
    arrived: float = 0.0
    took: float = 0.0
    secure: bool = False
    target: str = ""
    """What stood on the request line; by default path and query."""
    raw_headers: RawHeaders = ()
    answer_headers: tuple[tuple[str, str], ...] = ()
    size: int | None = None
    no_picture: bool = False

    def __post_init__(self) -> None:
        if not self.target:
            self.target = f"{self.path}?{self.query}" if self.query else self.path

    @property
    def name(self) -> str:
        """The command's file name, say `dlogin.cgi`."""
        return self.path.rpartition("/")[2]

    @property
    def refused(self) -> bool:
        """Whether the recorder did not do what was asked."""
        return bool(self.reason)

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers of the request; a password that was sent in clear is hidden."""
        return decoded(self.raw_headers)

    @property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """Names and values of the query; none where it cannot be read."""
        try:
            return tuple(read_query(self.query))
        except CommandError:
            return ()

    def header(self, name: str) -> str | None:
        """The value of a header of the request, whatever case its name has."""
        wanted = name.lower().encode("ascii")
        for key, value in self.raw_headers:
            if len(key) == len(wanted) and key.lower() == wanted:
                return value.decode("utf-8", "surrogateescape")
        return None

    def __str__(self) -> str:
        query = self.query if len(self.query) <= SHOWN_QUERY else f"{self.query[:SHOWN_QUERY]}…"
        asked = f"{self.method} {self.name or self.path}{'?' if query else ''}{query}"
        why = f" ({self.reason})" if self.reason and not self.challenged else ""
        return f"{asked} -> {self.status}{' asks for Digest' if self.challenged else ''}{why}"


class ClockMoved(Happening, tag="clock moved"):
    """The manual clock was moved; `at` is the time before."""

    seconds: float


class ReaderTooSlow(Happening, tag="reader too slow"):
    """The client of a live stream over HTTP does not read as fast as it is sent: pictures are dropped."""

    stream: int
    uid: int
    camera: int
    waiting: int
    """Bytes that wait for it."""


class FellBehind(Happening, tag="fell behind"):
    """The machine is too slow for so many streams: pictures of one of them are left out up to the next key
    picture. Told once of each stream."""

    uid: int
    camera: int
    left_out: int
    """Pictures of this stream so far."""
    streams: int
    """Live streams that run."""


class NobodyListens(Happening, tag="nobody listens"):
    """A host sent back that nobody listens at the UDP port of a live stream (ICMP)."""

    uid: int
    camera: int
    destination: tuple[str, int]


class Changed(Happening, tag="changed"):
    """The recorder was changed by its control port: a camera, a disk, a log."""

    what: str


class ClockStepped(Happening, tag="clock stepped"):
    """The recorder's clock was set; `at` is the time afterwards."""

    seconds: float


class FaultBegan(Happening, tag="fault began"):
    """A fault holds from now on (see `nvr_emulator.faults`); `parameters` are those that were chosen."""

    fault: int
    name: str
    parameters: dict[str, Any]


class FaultStruck(Happening, tag="fault struck"):
    """A fault hit the answer to an exchange (its number)."""

    fault: int
    name: str
    exchange: int


class FaultEnded(Happening, tag="fault ended"):
    """A fault holds no more. `why`: removed, over or reset; `struck`: how many packets or answers it hit."""

    fault: int
    name: str
    why: str
    struck: int


class FaultLeftOut(Happening, tag="fault left out"):
    """A fault that is configured could not be brought about again at a reset; `why` in one line."""

    name: str
    parameters: dict[str, Any]
    why: str


class FindingMade(Happening, tag="finding"):
    """A client broke a rule (see `nvr_emulator.findings`); `entries` are numbers of this journal."""

    rule: str
    section: str
    severity: str
    text: str
    instead: str
    entries: tuple[int, ...]


def headers_kept(raw: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
    """The headers that a journal keeps of one message: whole ones, as long as there is room."""
    kept, room = [], LONGEST_HEADERS
    for name, value in raw:
        room -= len(name) + len(value)
        if room < 0:
            break
        if (
            len(name) == len(AUTHORIZATION)
            and name.lower() == AUTHORIZATION
            and value[:5].lower() == b"basic"
        ):
            kept.append((name, b"Basic (hidden)"))
        else:
            kept.append((name, value))
    return tuple(kept)


def decoded(raw: RawHeaders) -> tuple[tuple[str, str], ...]:
    """Headers as text; bytes that are no UTF-8 are replaced."""
    return tuple((name.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for name, value in raw)


def iso(at: float) -> str:
    """Unix seconds as 2024-04-25T04:40:00.000Z; seconds beyond the calendar as they are."""
    try:
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (OverflowError, OSError, ValueError):
        return f"{at:.3f}"


def plain(entry: Happening) -> dict[str, Any]:
    """An entry as plain values for JSON: `number`, `kind`, `at`, the ISO `time`, and what its kind has."""
    fields: dict[str, Any] = {
        "number": entry.number,
        "kind": entry.__struct_config__.tag,
        "at": entry.at,
        "time": iso(entry.at),
    }
    for name in entry.__struct_fields__:
        if name == "raw_headers":
            fields["headers"] = decoded(getattr(entry, name))
        elif name == "uid":
            # As text: the numbers of JSON are doubles to many, and a UID has up to 19 digits.
            fields["uid"] = str(getattr(entry, name))
        else:
            fields.setdefault(name, getattr(entry, name))
    return fields


def line(entry: Happening) -> str:
    """An entry in one line for people."""
    if isinstance(entry, Exchange):
        what = str(entry)
    elif isinstance(entry, FindingMade):
        what = f"{entry.severity} {entry.rule} (§{entry.section}): {entry.text}"
    else:
        hidden = ("at", "number")
        names = [name for name in entry.__struct_fields__ if name not in hidden]
        told = ", ".join(f"{name} {getattr(entry, name)}" for name in names)
        what = f"{entry.__struct_config__.tag}: {told}"
    return f"#{entry.number} {iso(entry.at)} {what}"
