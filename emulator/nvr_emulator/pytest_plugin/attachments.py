"""What stands beside a failed test: a report, and files of what went over the wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nvr_emulator.journal.har import har

if TYPE_CHECKING:
    from nvr_emulator.server.embedding import EmbeddedRecorder


def section(recorder: EmbeddedRecorder, folders: pytest.TempPathFactory) -> str:
    """The report of a recorder, and where its exchanges (HAR) and the last packets over RTP (pcap) are."""
    told = [recorder.report()]
    folder = folders.mktemp("nvr")
    if exchanges := recorder.journal.exchanges():
        archive = folder / "exchanges.har"
        archive.write_text(json.dumps(har(exchanges)), "utf-8")
        told.append(f"exchanges: {archive}")
    capture = folder / "live.pcap"
    if recorder.machine.pump.sent is not None and (count := recorder.write_pcap(capture)):
        told.append(f"the last {count} packets over RTP: {capture}")
    return "\n".join(told)
