"""Downloads: the headers of the parts, and the names of the files (§6.3)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, unique

from nvr_protocol.errors import ProtocolError
from nvr_protocol.texts.local_time import LocalTime, read_compact_time, write_compact_time

CONTENT_TYPE = "multipart/form-data; boundary=--myboundary"
"""The Content-Type of the answer (observed)."""

PART_CONTENT_TYPE = "application/octet-stream"

TEMPORARY_NAME_HEADER = "X-Temp-FileName"
PREVIOUS_NAME_HEADER = "X-Prev-Filename"
STATUS_HEADER = "X-RecData-Satus"
"""Spelled as the recorder spells it."""

TEMPORARY_SUFFIX = "tmp"

SUFFIXES: dict[str, tuple[str, ...]] = {
    "MP4": ("mp4",),
    "MP4VO": ("mp4",),
    "N3": ("n3r", "n3a"),
    "N3VO": ("n3r",),
    "LIST": ("n3n",),
}
"""The suffixes of the files that each KIND gives (§6.3.2)."""

_NAME_LIMIT = 255
_NAME_FIELD = re.compile(r'filename\s*=\s*(?:"([^"]*)")?')
_FILE_NAME = re.compile(
    r"([0-9]{3})_([0-9]{12})_([1-9][0-9]{0,5})000_([0-9a-f]{2}_[0-9a-f]{2}_[0-9a-f]{2})\.(tmp|mp4|n3r|n3a|n3n)"
)


@unique
class Status(IntEnum):
    """X-RecData-Satus: how the download goes."""

    NORMAL = 0
    NO_RECORDED_DATA = 1
    CODEC_NOT_COMPATIBLE = 2
    """MP4 of a JPEG recording."""
    TOO_MANY_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class PartHeaders:
    """What the headers of a part tell.

    `temporary_name`: where to write this part's body to; empty in the last part, which has none.
    `previous_name`: the final name of the file of the part before; empty in the first part.
    """

    temporary_name: str
    previous_name: str
    status: Status = Status.NORMAL


@dataclass(frozen=True, slots=True)
class FileName:
    """The name of a downloaded file: `001_231115000000_1000_7f_00_01.mp4`.

    `camera`: 1 to 999. `start`: local time. `number`: of the file within the download, 1 to 999 999 (the
    name shows it times 1000). `suffix`: tmp, mp4, n3r, n3a or n3n. `tail`: three bytes in hexadecimal.
    """

    camera: int
    start: LocalTime
    number: int
    suffix: str
    tail: str = "7f_00_01"


def write_part_headers(headers: PartHeaders) -> dict[str, str]:
    """The headers of a part, in their order, for a multipart writer. ProtocolError if a name is unfit."""
    names = {
        TEMPORARY_NAME_HEADER: headers.temporary_name,
        PREVIOUS_NAME_HEADER: headers.previous_name,
    }
    for header, name in names.items():
        _check_name(header, name)
    return {
        "Content-Type": PART_CONTENT_TYPE,
        **{header: f'filename = "{name}"' for header, name in names.items()},
        STATUS_HEADER: str(int(headers.status)),
    }


def read_part_headers(headers: Mapping[str, str]) -> PartHeaders:
    """Read the headers of a part, whatever the case of their names. ProtocolError.

    An empty name may lack its quotes. A name that leads out of a folder is refused.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    names = []
    for header in (TEMPORARY_NAME_HEADER, PREVIOUS_NAME_HEADER):
        match = _NAME_FIELD.fullmatch(_header(lower, header).strip())
        if match is None:
            raise ProtocolError(header, 'not of the form filename = "..."')
        name = match[1] or ""
        _check_name(header, name)
        names.append(name)
    status = _header(lower, STATUS_HEADER).strip()
    if status not in ("0", "1", "2", "3"):
        raise ProtocolError(STATUS_HEADER, f"{status[:20]!a} is not 0, 1, 2 or 3")
    return PartHeaders(names[0], names[1], Status(int(status)))


def write_file_name(name: FileName) -> str:
    """Write the name of a file. ProtocolError if a field is out of its range."""
    if not (1 <= name.camera <= 999 and 1 <= name.number <= 999_999):
        raise ProtocolError("file name", "the camera is not 1 to 999, or the file number not 1 to 999999")
    start = write_compact_time(name.start)
    text = f"{name.camera:03d}_{start}_{name.number * 1000}_{name.tail}.{name.suffix}"
    if not _FILE_NAME.fullmatch(text):
        raise ProtocolError("file name", f"{text[:60]!a} is not of the form of §6.3.1")
    return text


def read_file_name(text: str) -> FileName:
    """Read the name of a file. It does not tell whether `start` is in summer time. ProtocolError."""
    match = _FILE_NAME.fullmatch(text)
    if match is None:
        raise ProtocolError("file name", f"{text[:60]!a} is not of the form of §6.3.1")
    if match[1] == "000":
        raise ProtocolError("file name", "the camera is 0")
    return FileName(int(match[1]), read_compact_time(match[2]), int(match[3]), match[5], match[4])


def _header(lower: Mapping[str, str], name: str) -> str:
    value = lower.get(name.lower())
    if value is None:
        raise ProtocolError(name, "missing")
    return value


def _check_name(header: str, name: str) -> None:
    if len(name) > _NAME_LIMIT or name in (".", ".."):
        raise ProtocolError(header, "no file name")
    if any(not " " <= character <= "~" or character in '"/\\:' for character in name):
        raise ProtocolError(header, "the file name has characters that have no place in one")
