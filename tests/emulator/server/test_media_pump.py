"""The pump on the real clock: it ends when it is told to."""

from __future__ import annotations

import asyncio

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.server.clock import RealClock
from nvr_emulator.server.media_pump import MediaPump


def test_it_ends_though_a_command_was_obeyed_just_before():
    """Both in one turn of the loop, while a UID is valid: so there is a moment that it waits for."""

    async def cancelled_in_time():
        clock = RealClock()
        recorder = Recorder(plan(small_recorder(2)), clock.now())
        recorder.sessions.login("ADMIN", 0, clock.now())
        pump = MediaPump(recorder, clock)
        task = asyncio.create_task(pump.run())
        await asyncio.sleep(0)
        pump.changed()
        await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=5)
        return task in done

    assert asyncio.run(cancelled_in_time())
