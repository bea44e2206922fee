"""The public strategies: what is valid is read, what is nearly valid is refused, nothing crashes."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nvr_conformance.strategies import (
    FAULTS,
    client_sessions,
    multiparts,
    nearly_valid_commands,
    playback_chunks,
    rtp_packets,
    tlvs,
    valid_commands,
    wild_requests,
)
from nvr_protocol.additional_information import read_information, write_information
from nvr_protocol.commands.table import COMMANDS_BY_KEY
from nvr_protocol.commands.urls import CommandError, parse_command
from nvr_protocol.multipart import MultipartReader
from nvr_protocol.playback.video import read_playback_video, write_playback_video
from nvr_protocol.rtp.packet import read_packet, write_packet

quick = settings(max_examples=60)
EXAMPLES = re.findall(
    r"```python\n(.*?)```", Path(__file__).parents[3].joinpath("docs", "fuzzing.md").read_text(), re.DOTALL
)


@quick
@given(valid_commands())
def test_valid_commands_are_read(request):
    assert parse_command(request.path, request.query).key == request.key


@pytest.mark.parametrize("key", COMMANDS_BY_KEY)
@settings(max_examples=25)
@given(data=st.data())
def test_nearly_valid_commands_are_refused(key, data):
    request = data.draw(nearly_valid_commands([key]))
    assert request.fault.partition(":")[0] in FAULTS
    with pytest.raises(CommandError):
        parse_command(request.path, request.query)


@quick
@given(wild_requests())
def test_wild_requests_are_read_or_refused(request):
    request.target.encode("ascii")
    assert not set(request.target) & set(" \r\n\0#")
    with suppress(CommandError):
        parse_command(request.path, request.query)


@quick
@given(client_sessions(nearly_valid=False))
def test_each_client_logs_in_before_it_asks(requests):
    logged_in = set()
    for client, request in requests:
        command = parse_command(request.path, request.query)
        if command.key == "login":
            assert client not in logged_in
            logged_in.add(client)
        else:
            assert client in logged_in
            assert command.uid == client
        if command.key == "logout":
            logged_in.discard(client)


@quick
@given(tlvs())
def test_tlvs_are_written_and_read(information):
    data = write_information(information)
    assert read_information(data, 0, len(data)) == information


@quick
@given(playback_chunks(dialect=None))
def test_playback_chunks_are_written_and_read(video):
    read = read_playback_video(write_playback_video(video), video.dialect)
    assert [picture.data for picture in read.pictures] == [picture.data for picture in video.pictures]


@quick
@given(multiparts())
def test_multiparts_are_read_by_length(body_and_parts):
    body, parts = body_and_parts
    reader = MultipartReader(by="length")
    assert [part.body for part in reader.feed(body) + reader.close()] == parts


@quick
@given(rtp_packets())
def test_rtp_packets_are_written_and_read(packet):
    assert read_packet(write_packet(packet)) == packet


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_of_the_docs_run(example):
    names = {}
    exec(example, names)
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert tests
    for test in tests:
        test()
