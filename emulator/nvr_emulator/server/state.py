"""What `/state` shows: sessions, live streams, playback, downloads, cameras, recordings, disks, logs."""

from __future__ import annotations

from typing import Any

from nvr_emulator.configuration.variant_choice import chosen
from nvr_emulator.footage.footage import TICKS
from nvr_emulator.server.clock import ManualClock
from nvr_emulator.server.faults_in_force import InForce
from nvr_emulator.server.machine import Machine
from nvr_protocol.texts.log_list import LogKind


def plain_fault(machine: Machine, held: InForce) -> dict[str, Any]:
    """A fault that holds, as plain values."""
    return {
        "number": held.number,
        "name": held.fault.name,
        "parameters": held.fault.parameters,
        "since": held.since,
        "until": held.until,
        "struck": machine.faults.struck(held.number),
    }


def state_of(machine: Machine) -> dict[str, Any]:
    """The recorder's state as plain values; times are Unix seconds."""
    recorder, now = machine.recorder, machine.clock.now()
    return {
        "now": now,
        "clock": "manual" if isinstance(machine.clock, ManualClock) else "real",
        "speed": machine.clock.speed,
        "time_zone": str(recorder.plan.zone),
        "model": recorder.plan.model,
        "series": recorder.plan.series,
        "transport": recorder.plan.transport,
        "defects": list(machine.defects),
        "variants": chosen(recorder.plan.variants),
        "faults": [plain_fault(machine, held) for held in machine.faults.holding],
        "sessions": [
            {
                "uid": session.uid,
                "user": session.user,
                "priority": session.priority,
                "idle": now - session.last_command,
                "left": max(0.0, recorder.sessions.expires_at(session) - now),
            }
            for session in recorder.sessions.valid()
        ],
        "live": [
            {
                "uid": stream.uid,
                "camera": stream.camera,
                "comp": stream.comp,
                "transport": stream.transport.value,
                "destination": stream.destination,
                "pictures": stream.pictures_sent,
                "packets": stream.packets_sent,
                "bytes": stream.bytes_sent,
                "left_out": stream.pictures_left_out,
            }
            for stream in recorder.live.streams()
        ],
        "playback": [
            {
                "uid": uid,
                "cameras": sorted(playback.mask or ()),
                "operation": playback.operation.name,
                "speed": playback.speed,
                "stood": None if playback.stood is None else playback.stood / TICKS,
            }
            for uid, playback in recorder.playbacks.items()
        ],
        "downloads": [
            {
                "uid": download.uid,
                "camera": download.camera,
                "kind": download.kind,
                "started": download.started,
                "bytes": download.bytes_sent,
                "asked": download.asked,
                "passed": download.passed(),
            }
            for download in recorder.downloads.running()
        ],
        "cameras": [
            {
                "number": number,
                "connection": recorder.cameras.connection(number),
                "ptz": recorder.cameras.registered[number].ptz,
                **recorder.camera_control.seen(number, now),
            }
            for number in sorted(recorder.cameras.registered)
        ],
        "recordings": [
            {"since": start / TICKS, "until": None if end is None else end / TICKS}
            for start, end in recorder.cameras.time_line.spans
        ],
        "disks": {name: state.value for name, state in recorder.disks.states.items()},
        "logs": {kind.value.lower(): len(recorder.logs.entries(kind)) for kind in LogKind},
    }
