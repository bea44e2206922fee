"""Additional information: the TLVs that recorder and camera add to media (§7).

Each is `id:u16, length:u16, data`; the length counts the four bytes ahead of the data too and is a multiple
of 4.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import Any

from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.timestamps import MAX_SECONDS, UnixSeconds, Zone, read_zone, write_zone


class InformationId(IntEnum):
    """The ids of §7.1.1."""

    CAMERA = 0x0004
    COMPRESSION = 0x0005
    DATA_SIZE = 0x0006
    TIME = 0x0007
    FRAMES = 0x0008
    FRAME_RATE = 0x0009
    FRAME_TIME = 0x000A
    RESERVED = 0x000B
    PRESENCE = 0x000C
    STATUS = 0x000D
    CAMERA_TIME = 0x0011
    CAMERA_FRAME_TIME = 0x0012
    START_CODE = 0x0027
    LONG_TERM_REFERENCE = 0x0028
    SHOW_HIDE = 0x0029


class Operation(IntEnum):
    """What the recorder was doing, in 0x000D."""

    UNDEFINED = 0
    LIVE = 1
    PLAYBACK = 2
    REVERSE = 3
    FAST_FORWARD = 4
    FAST_REVERSE = 5
    PAUSE = 6
    NEXT_IMAGE = 7
    PREVIOUS_IMAGE = 8
    DOWNLOADING = 0x41
    DOWNLOADED = 0x42


CAMERA_IDS = frozenset((InformationId.CAMERA_TIME, InformationId.CAMERA_FRAME_TIME))
"""The ids of camera information; all others are the recorder's."""

COMPRESSION_VALUES = {Codec.H264: 0x0003, Codec.H265: 0x0004}
LONG_TERM_REFERENCES = frozenset((0x0000, 0x0010, 0x0011))
SHOW_HIDES = frozenset((0, 1, 2))
MAX_SPEED = 8

_KNOWN_IDS = frozenset(InformationId)
_DATA_SIZE, _RESERVED, _STATUS = 0x0006, 0x000B, 0x000D
_COMPRESSIONS = {value: codec for codec, value in COMPRESSION_VALUES.items()}
_OPERATIONS = {int(operation): operation for operation in Operation}
_QUADS = {order: struct.Struct(f"{order}HHHH") for order in "><"}
_PAIRS = {order: struct.Struct(f"{order}HH") for order in "><"}
_WORDS = {order: struct.Struct(f"{order}I") for order in "><"}


@dataclass(frozen=True, slots=True)
class TLV:
    """One piece of additional information as it stands: `offset` is that of its id, and no part of its
    value."""

    id: int
    data: bytes
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True)
class AdditionalInformation:
    """What a run of TLVs says; None where the id is absent (§7).

    `frame_rate` is in tenths of a picture per second, the `…_hundredths` in 1/100 s (0 to 99) behind the
    whole `seconds`. `seconds` and `zone` stand in one TLV and come together, so do `camera_seconds` and
    `camera_zone`, `operation` and `speed`. `unknown` keeps what has an id that the document does not name.
    """

    camera: int | None = None
    compression: Codec | None = None
    data_size: int | None = None
    seconds: UnixSeconds | None = None
    zone: Zone | None = None
    frames: int | None = None
    frame_rate: int | None = None
    frame_hundredths: int | None = None
    reserved: bytes | None = None
    present: bool | None = None
    operation: Operation | None = None
    speed: int | None = None
    camera_seconds: UnixSeconds | None = None
    camera_zone: Zone | None = None
    camera_frame_hundredths: int | None = None
    start_codes: bool | None = None
    long_term_reference: int | None = None
    show_hide: int | None = None
    unknown: tuple[TLV, ...] = ()


def write_tlv(number: int, data: bytes, dialect: Dialect = DEFAULT) -> bytes:
    """One TLV. ProtocolError where the id or the length does not fit, or the data is not a multiple of 4
    bytes."""
    _limit("TLV id", number, 0xFFFF)
    if len(data) % 4:
        raise ProtocolError(f"TLV 0x{number:04X}", f"{len(data)} bytes of data are not a multiple of 4")
    _limit(f"TLV 0x{number:04X} length", len(data) + 4, 0xFFFF)
    return _PAIRS[dialect.order].pack(number, len(data) + 4) + data


def walk_tlvs(data: bytes, start: int = 0, end: int | None = None, dialect: Dialect = DEFAULT) -> list[TLV]:
    """The TLVs that fill `data[start:end]` exactly, each with its offset in `data`."""
    if end is None:
        end = len(data)
    if not 0 <= start <= end <= len(data):
        raise ProtocolError("TLVs", f"{start} to {end} is not within {len(data)} bytes", start)
    found = []
    while start < end:
        tlv = read_tlv(data, start, end, dialect)
        found.append(tlv)
        start += len(tlv.data) + 4
    return found


def read_tlv(data: bytes, start: int, end: int, dialect: Dialect = DEFAULT) -> TLV:
    """The TLV at `start`, which must end at `end` or before."""
    if end - start < 4:
        raise ProtocolError("TLV", f"{end - start} of the 4 bytes of id and length", start)
    number, length = _PAIRS[dialect.order].unpack_from(data, start)
    if length < 4 or length % 4:
        raise ProtocolError(
            f"TLV 0x{number:04X} length", f"{length} is not a multiple of 4 from 4 on", start + 2
        )
    if length > end - start:
        raise ProtocolError(
            f"TLV 0x{number:04X} length", f"{length}, but {end - start} bytes are left", start + 2
        )
    return TLV(number, bytes(data[start + 4 : start + length]), start)


def write_information(
    info: AdditionalInformation, dialect: Dialect = DEFAULT, further: Iterable[TLV] = ()
) -> bytes:
    """The TLVs of all that is not None: first the recorder's, then the camera's, both by ascending id.
    `further` stand among them as they are, whatever their ids."""
    pair = _PAIRS[dialect.order].pack
    tlvs: list[tuple[int, bytes]] = []

    def half(number: InformationId, value: int | None, limit: int = 0xFFFF) -> None:
        if value is not None:
            tlvs.append((number, pair(_limit(_name(number), int(value), limit), 0)))

    def moment(number: InformationId, seconds: int | None, zone: Zone | None) -> None:
        if (seconds is None) != (zone is None):
            raise ProtocolError(_name(number), "seconds and zone come together")
        if seconds is not None and zone is not None:
            time = _WORDS[dialect.order].pack(_limit(_name(number), seconds, MAX_SECONDS))
            tlvs.append((number, time + write_zone(zone)))

    half(InformationId.CAMERA, info.camera)
    if info.compression is not None:
        if info.compression not in COMPRESSION_VALUES:
            raise ProtocolError(_name(InformationId.COMPRESSION), f"has no value for {info.compression}")
        half(InformationId.COMPRESSION, COMPRESSION_VALUES[info.compression])
    if info.data_size is not None:
        size = _limit(_name(InformationId.DATA_SIZE), info.data_size, 0xFFFF_FFFF)
        tlvs.append((InformationId.DATA_SIZE, _WORDS[dialect.order].pack(size)))
    moment(InformationId.TIME, info.seconds, info.zone)
    half(InformationId.FRAMES, info.frames)
    half(InformationId.FRAME_RATE, info.frame_rate)
    half(InformationId.FRAME_TIME, info.frame_hundredths, 99)
    if info.reserved is not None:
        if len(info.reserved) != 8:
            raise ProtocolError(_name(InformationId.RESERVED), f"{len(info.reserved)} bytes instead of 8")
        tlvs.append((InformationId.RESERVED, info.reserved))
    half(InformationId.PRESENCE, info.present)
    if (info.operation is None) != (info.speed is None):
        raise ProtocolError(_name(InformationId.STATUS), "operation and speed come together")
    if info.operation is not None and info.speed is not None:
        speed = _limit("speed", info.speed, MAX_SPEED)
        tlvs.append((InformationId.STATUS, bytes((info.operation, speed, 0, 0))))
    moment(InformationId.CAMERA_TIME, info.camera_seconds, info.camera_zone)
    half(InformationId.CAMERA_FRAME_TIME, info.camera_frame_hundredths, 99)
    half(InformationId.START_CODE, info.start_codes)
    _one_of(InformationId.LONG_TERM_REFERENCE, info.long_term_reference, LONG_TERM_REFERENCES)
    half(InformationId.LONG_TERM_REFERENCE, info.long_term_reference)
    _one_of(InformationId.SHOW_HIDE, info.show_hide, SHOW_HIDES)
    half(InformationId.SHOW_HIDE, info.show_hide)
    for tlv in info.unknown:
        if tlv.id in _KNOWN_IDS:
            raise ProtocolError(_name(tlv.id), "has a field of its own, but stands among the unknown")
        tlvs.append((tlv.id, tlv.data))
    tlvs += ((tlv.id, tlv.data) for tlv in further)
    tlvs.sort(key=lambda item: (item[0] in CAMERA_IDS, item[0]))
    return b"".join(write_tlv(number, data, dialect) for number, data in tlvs)


def read_information(
    data: bytes, start: int = 0, end: int | None = None, dialect: Dialect = DEFAULT
) -> AdditionalInformation:
    """What the TLVs that fill `data[start:end]` say. Unknown ids are kept; a known id must not come twice."""
    values = regular_values(data, start, len(data) if end is None else end, dialect)
    if values is not None:
        return AdditionalInformation(**values)
    return gather_information(walk_tlvs(data, start, end, dialect), dialect)


def regular_values(data: bytes, start: int, end: int, dialect: Dialect = DEFAULT) -> dict[str, Any] | None:
    """The fields of `AdditionalInformation` in `data[start:end]`, in one pass that makes no TLV of each; None
    where there is anything to look into: an id that is not known or comes twice, what is not allowed."""
    if not 0 <= start <= end <= len(data):
        return None
    quad, word = _QUADS[dialect.order].unpack_from, _WORDS[dialect.order].unpack_from
    values: dict[str, Any] = {}
    while start < end:
        if end - start < 8:
            return None
        number, length, value, rest = quad(data, start)
        half = _HALVES.get(number)
        if half is not None:
            name, allowed, make = half
            if length != 8 or rest or value not in allowed or name in values:
                return None
            values[name] = make(value)
        elif number in _MOMENTS:
            name, zone = _MOMENTS[number]
            known = known_zone(bytes(data[start + 8 : start + 12]))
            if length != 12 or end - start < 12 or name in values or known is None:
                return None
            (values[name],) = word(data, start + 4)
            values[zone] = known
        elif number == _DATA_SIZE and length == 8 and "data_size" not in values:
            (values["data_size"],) = word(data, start + 4)
        elif number == _STATUS and length == 8 and not rest and "speed" not in values:
            operation, values["speed"] = data[start + 4], data[start + 5]
            if operation not in _OPERATIONS or values["speed"] > MAX_SPEED:
                return None
            values["operation"] = _OPERATIONS[operation]
        elif number == _RESERVED and length == 12 <= end - start and "reserved" not in values:
            values["reserved"] = bytes(data[start + 4 : start + 12])
        else:
            return None
        start += length
    return values


@lru_cache(maxsize=64)
def known_zone(data: bytes) -> Zone | None:
    """The zone of four bytes; None where they are none. A recorder hardly ever has another."""
    try:
        return read_zone(data)
    except ProtocolError:
        return None


def gather_information(
    tlvs: Iterable[TLV], dialect: Dialect = DEFAULT, of: Codec | None = None
) -> AdditionalInformation:
    """What these TLVs say. Unknown ids are kept; a known id must not come twice.

    `of`: with JPEG, the compression may be anything, for it has no value there, and is passed over.
    """
    values: dict[str, Any] = {}
    unknown = []
    seen = set()
    for tlv in tlvs:
        if of is Codec.JPEG and tlv.id == InformationId.COMPRESSION:
            continue
        read = _READERS.get(tlv.id)
        if read is None:
            unknown.append(tlv)
            continue
        if tlv.id in seen:
            raise ProtocolError(_name(tlv.id), "comes twice", tlv.offset)
        seen.add(tlv.id)
        read(values, tlv, dialect)
    return AdditionalInformation(**values, unknown=tuple(unknown))


def _name(number: int) -> str:
    known = number in _KNOWN_IDS
    return (
        f"{InformationId(number).name.lower().replace('_', ' ')} 0x{number:04X}"
        if known
        else f"TLV 0x{number:04X}"
    )


def _limit(what: str, value: int, limit: int) -> int:
    if not 0 <= value <= limit:
        raise ProtocolError(what, f"{value} is not within 0 and {limit}")
    return value


def _one_of(number: InformationId, value: int | None, allowed: frozenset[int]) -> None:
    if value is not None and value not in allowed:
        raise ProtocolError(_name(number), f"{value} is none of {', '.join(map(str, sorted(allowed)))}")


def _size(tlv: TLV, size: int) -> None:
    if len(tlv.data) != size:
        raise ProtocolError(
            _name(tlv.id), f"length {len(tlv.data) + 4} instead of {size + 4}", tlv.offset + 2
        )


def _half(tlv: TLV, dialect: Dialect, allowed: frozenset[int] | range) -> int:
    _size(tlv, 4)
    value: int
    value, rest = _PAIRS[dialect.order].unpack(tlv.data)
    if value not in allowed:
        raise ProtocolError(_name(tlv.id), f"the value {value} is not allowed", tlv.offset + 4)
    if rest:
        raise ProtocolError(_name(tlv.id), f"0x{rest:04x} where 0 is fixed", tlv.offset + 6)
    return value


def _half_reader(
    name: str, allowed: frozenset[int] | range, make: Callable[[int], Any]
) -> Callable[[dict[str, Any], TLV, Dialect], None]:
    def read(values: dict[str, Any], tlv: TLV, dialect: Dialect) -> None:
        values[name] = make(_half(tlv, dialect, allowed))

    return read


def _moment_reader(seconds: str, zone: str) -> Callable[[dict[str, Any], TLV, Dialect], None]:
    def read(values: dict[str, Any], tlv: TLV, dialect: Dialect) -> None:
        _size(tlv, 8)
        (values[seconds],) = _WORDS[dialect.order].unpack_from(tlv.data)
        try:
            values[zone] = read_zone(tlv.data, 4)
        except ProtocolError as error:
            place = tlv.offset + 4 + (error.offset or 0)
            raise ProtocolError(f"{_name(tlv.id)} {error.what}", error.why, place) from None

    return read


def _read_data_size(values: dict[str, Any], tlv: TLV, dialect: Dialect) -> None:
    _size(tlv, 4)
    (values["data_size"],) = _WORDS[dialect.order].unpack(tlv.data)


def _read_reserved(values: dict[str, Any], tlv: TLV, dialect: Dialect) -> None:
    _size(tlv, 8)
    values["reserved"] = tlv.data


def _read_status(values: dict[str, Any], tlv: TLV, dialect: Dialect) -> None:
    _size(tlv, 4)
    operation, speed = tlv.data[:2]
    if operation not in _OPERATIONS:
        raise ProtocolError(_name(tlv.id), f"the operation 0x{operation:02x} is not allowed", tlv.offset + 4)
    if speed > MAX_SPEED:
        raise ProtocolError(_name(tlv.id), f"the speed {speed} is more than {MAX_SPEED}", tlv.offset + 5)
    if any(tlv.data[2:]):
        raise ProtocolError(_name(tlv.id), f"0x{tlv.data[2:].hex()} where 0 is fixed", tlv.offset + 6)
    values["operation"] = _OPERATIONS[operation]
    values["speed"] = speed


_ANY = range(0x10000)
_HALVES: dict[int, tuple[str, frozenset[int] | range, Callable[[int], Any]]] = {
    int(InformationId.CAMERA): ("camera", _ANY, int),
    int(InformationId.COMPRESSION): ("compression", frozenset(_COMPRESSIONS), _COMPRESSIONS.__getitem__),
    int(InformationId.FRAMES): ("frames", _ANY, int),
    int(InformationId.FRAME_RATE): ("frame_rate", _ANY, int),
    int(InformationId.FRAME_TIME): ("frame_hundredths", range(100), int),
    int(InformationId.PRESENCE): ("present", range(2), bool),
    int(InformationId.CAMERA_FRAME_TIME): ("camera_frame_hundredths", range(100), int),
    int(InformationId.START_CODE): ("start_codes", range(2), bool),
    int(InformationId.LONG_TERM_REFERENCE): ("long_term_reference", LONG_TERM_REFERENCES, int),
    int(InformationId.SHOW_HIDE): ("show_hide", SHOW_HIDES, int),
}
_MOMENTS: dict[int, tuple[str, str]] = {
    int(InformationId.TIME): ("seconds", "zone"),
    int(InformationId.CAMERA_TIME): ("camera_seconds", "camera_zone"),
}
_READERS: dict[int, Callable[[dict[str, Any], TLV, Dialect], None]] = {
    **{number: _half_reader(*half) for number, half in _HALVES.items()},
    **{number: _moment_reader(*names) for number, names in _MOMENTS.items()},
    InformationId.DATA_SIZE: _read_data_size,
    InformationId.RESERVED: _read_reserved,
    InformationId.STATUS: _read_status,
}
