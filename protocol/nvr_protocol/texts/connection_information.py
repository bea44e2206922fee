"""The text of `as_getinfo.cgi`: the cameras' connections and the UIDs in use (§5.3.1)."""

import re
from dataclasses import dataclass
from enum import IntEnum, unique

from nvr_protocol.errors import ProtocolError
from nvr_protocol.models import CAMERA_LIMIT
from nvr_protocol.texts.lines import Line, excerpt, split_lines

CONTENT_TYPE = "text/html"

_NUMBER = re.compile(rb"([A-Z0-9_]{1,40})=([0-9]{1,9})")


@unique
class Connection(IntEnum):
    """What a camera channel is."""

    NOT_REGISTERED = 0
    NORMAL = 1
    CONNECTION_ERROR = 2


@dataclass(frozen=True, slots=True)
class ConnectionInformation:
    """`cameras`: camera 1 first, at most 128. `maximum_uids`: how many the recorder can keep valid (16)."""

    cameras: tuple[Connection, ...]
    maximum_uids: int
    used_uids: int


def camera_name(number: int) -> str:
    """The name of a camera's line: two digits, three from 100 on."""
    return f"CAM_CONNECT_{number:02d}CH"


def write_connection_information(information: ConnectionInformation) -> bytes:
    """Write the text. ProtocolError at more than 128 cameras, or counts that are no counts."""
    if len(information.cameras) > CAMERA_LIMIT:
        raise ProtocolError("CAM_CONNECT", f"{len(information.cameras)} cameras, more than {CAMERA_LIMIT}")
    fields = [(camera_name(n), state.value) for n, state in enumerate(information.cameras, 1)]
    fields += [("MAXUID", information.maximum_uids), ("USEDUID", information.used_uids)]
    for name, value in fields:
        if not 0 <= value < 10**9:
            raise ProtocolError(name, "not a number of up to 9 digits")
    lines = ["<HTML>", *(f"{name}={value}" for name, value in fields), "</HTML>"]
    return "".join(f"{line}\r\n" for line in lines).encode()


def read_connection_information(data: bytes) -> ConnectionInformation:
    """Read the text strictly: all lines, in their order, nothing else. ProtocolError."""
    lines = split_lines(data, "as_getinfo", CAMERA_LIMIT + 4)
    if len(lines) < 4:
        raise ProtocolError("as_getinfo", f"{len(lines)} lines, fewer than 4")
    for line, text in ((lines[0], b"<HTML>"), (lines[-1], b"</HTML>")):
        if line.text != text:
            raise ProtocolError("as_getinfo", f"{excerpt(line.text)} is not {text.decode()}", line.offset)
    cameras = []
    for number, line in enumerate(lines[1:-3], 1):
        value = _read_number(line, camera_name(number))
        if value > max(Connection):
            raise ProtocolError(camera_name(number), f"{value} is not 0, 1 or 2", line.offset)
        cameras.append(Connection(value))
    maximum = _read_number(lines[-3], "MAXUID")
    return ConnectionInformation(tuple(cameras), maximum, _read_number(lines[-2], "USEDUID"))


def _read_number(line: Line, name: str) -> int:
    match = _NUMBER.fullmatch(line.text)
    if match is None or match[1] != name.encode():
        raise ProtocolError("as_getinfo", f"{excerpt(line.text)} is not {name}=<number>", line.offset)
    return int(match[2])
