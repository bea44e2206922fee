"""hypothesis strategies of the protocol, for your own property tests. All of them shrink.

    from hypothesis import given
    from nvr_conformance.strategies import valid_commands

    @given(valid_commands(["mask", "goto"], UID=4711))
    def test_my_parser(request):
        assert my_parser(request.target)

Commands come from the command table (``Request``: ``path``, ``query``, ``target``): ``valid_commands``,
``nearly_valid_commands`` (one fault, named in ``fault``), ``wild_requests``, ``client_sessions`` of several
clients. What travels comes as the values of ``nvr_protocol``, to be written by its writers: ``tlvs``,
``playback_chunks``, ``multiparts``, ``rtp_packets``.
"""

from nvr_conformance.fuzzing.command_strategies import (
    FAULTS,
    FIRST_SECOND,
    LAST_SECOND,
    Request,
    client_sessions,
    command_values,
    nearly_valid_commands,
    parameter_values,
    valid_commands,
    wild_requests,
    wrong_texts,
)
from nvr_conformance.fuzzing.media_strategies import (
    dialects,
    multiparts,
    playback_chunks,
    rtp_packets,
    tlvs,
    unknown_tlvs,
    zones,
)

__all__ = [
    "FAULTS",
    "FIRST_SECOND",
    "LAST_SECOND",
    "Request",
    "client_sessions",
    "command_values",
    "dialects",
    "multiparts",
    "nearly_valid_commands",
    "parameter_values",
    "playback_chunks",
    "rtp_packets",
    "tlvs",
    "unknown_tlvs",
    "valid_commands",
    "wild_requests",
    "wrong_texts",
    "zones",
]
