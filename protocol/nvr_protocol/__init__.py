"""What is on the wire of an i-PRO network disk recorder: no I/O, no clock, no asyncio.

Readers take bytes or text and give values, writers the other way round; both raise ProtocolError (for URLs,
CommandError) and nothing else. Each name is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nvr_protocol.additional_information import AdditionalInformation, read_information, write_information
    from nvr_protocol.codecs import AudioCodec, Codec
    from nvr_protocol.commands.error import CommandError
    from nvr_protocol.commands.table import COMMANDS
    from nvr_protocol.commands.urls import Command, build_command, parse_command
    from nvr_protocol.dialect import DEFAULT as DEFAULT_DIALECT
    from nvr_protocol.dialect import Dialect
    from nvr_protocol.dialect_detection import detect_dialect
    from nvr_protocol.download import read_file_name, read_part_headers
    from nvr_protocol.errors import ProtocolError
    from nvr_protocol.live_jpeg import LiveJpeg, read_live_jpeg, write_live_jpeg
    from nvr_protocol.models import Model, Series
    from nvr_protocol.multipart import MultipartReader, write_part
    from nvr_protocol.playback.audio import PlaybackAudio, read_playback_audio, write_playback_audio
    from nvr_protocol.playback.video import PlaybackVideo, read_playback_video, write_playback_video
    from nvr_protocol.rtp import h264, h265
    from nvr_protocol.rtp.audio import read_access_unit, read_live_audio
    from nvr_protocol.rtp.packet import RtpPacket, read_packet, write_packet
    from nvr_protocol.texts.connection_information import read_connection_information
    from nvr_protocol.texts.log_list import read_log_list
    from nvr_protocol.texts.login_page import read_login_page
    from nvr_protocol.texts.recorded_time import read_recorded_time

__all__ = [
    "COMMANDS",
    "DEFAULT_DIALECT",
    "AdditionalInformation",
    "AudioCodec",
    "Codec",
    "Command",
    "CommandError",
    "Dialect",
    "LiveJpeg",
    "Model",
    "MultipartReader",
    "PlaybackAudio",
    "PlaybackVideo",
    "ProtocolError",
    "RtpPacket",
    "Series",
    "build_command",
    "detect_dialect",
    "h264",
    "h265",
    "parse_command",
    "read_access_unit",
    "read_connection_information",
    "read_file_name",
    "read_information",
    "read_live_audio",
    "read_live_jpeg",
    "read_log_list",
    "read_login_page",
    "read_packet",
    "read_part_headers",
    "read_playback_audio",
    "read_playback_video",
    "read_recorded_time",
    "write_information",
    "write_live_jpeg",
    "write_packet",
    "write_part",
    "write_playback_audio",
    "write_playback_video",
]

_HOMES = {
    "additional_information": ("AdditionalInformation", "read_information", "write_information"),
    "codecs": ("AudioCodec", "Codec"),
    "commands.error": ("CommandError",),
    "commands.table": ("COMMANDS",),
    "commands.urls": ("Command", "build_command", "parse_command"),
    "dialect": ("Dialect",),
    "dialect_detection": ("detect_dialect",),
    "download": ("read_file_name", "read_part_headers"),
    "errors": ("ProtocolError",),
    "live_jpeg": ("LiveJpeg", "read_live_jpeg", "write_live_jpeg"),
    "models": ("Model", "Series"),
    "multipart": ("MultipartReader", "write_part"),
    "playback.audio": ("PlaybackAudio", "read_playback_audio", "write_playback_audio"),
    "playback.video": ("PlaybackVideo", "read_playback_video", "write_playback_video"),
    "rtp.audio": ("read_access_unit", "read_live_audio"),
    "rtp.packet": ("RtpPacket", "read_packet", "write_packet"),
    "texts.connection_information": ("read_connection_information",),
    "texts.log_list": ("read_log_list",),
    "texts.login_page": ("read_login_page",),
    "texts.recorded_time": ("read_recorded_time",),
}
_HOME_OF = {name: (home, name) for home, there in _HOMES.items() for name in there}
_HOME_OF["DEFAULT_DIALECT"] = ("dialect", "DEFAULT")
_MODULES = {"h264": "rtp.h264", "h265": "rtp.h265"}


def __getattr__(name: str) -> Any:
    value: Any
    if name in _MODULES:
        value = import_module(f"{__name__}.{_MODULES[name]}")
    elif name in _HOME_OF:
        home, its_name = _HOME_OF[name]
        value = getattr(import_module(f"{__name__}.{home}"), its_name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
