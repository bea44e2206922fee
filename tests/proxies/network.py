"""One thread with an event loop, in which all proxies of a test live."""

from __future__ import annotations

import asyncio
import threading
import time

IDLE_ROUNDS = 4  # turns of the loop without traffic after which all that was under way has been passed on


class Network:
    """A context manager. ``traffic`` counts what was passed on; ``settle`` waits for what is under way."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.traffic = 0
        self._thread = threading.Thread(target=self.loop.run_forever, name="proxies", daemon=True)
        self._parts = []

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        for part in reversed(self._parts):
            self.run(part.stop())
        self.run(_cancel_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def run(self, work):
        """The result of a coroutine of the proxies."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def add(self, part):
        """Start a proxy; it is stopped with the network."""
        self.run(part.start(self))
        self._parts.append(part)
        return part

    def settle(self):
        """Whatever a recorder has sent before this call has been passed on when it returns."""
        self.run(self._settle())

    async def _settle(self):
        await self._idle()
        for part in self._parts:
            part.flush()
        await self._idle()

    async def _idle(self):
        end = time.monotonic() + 5
        idle = 0
        while idle < IDLE_ROUNDS and time.monotonic() < end:
            before = self.traffic
            await asyncio.sleep(0)
            idle = idle + 1 if before == self.traffic else 0


async def _cancel_all():
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for _ in range(IDLE_ROUNDS):  # connections that were dropped are closed in the next turns
        await asyncio.sleep(0)
