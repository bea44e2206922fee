"""A download as an HTTP answer: block by block, as fast as the client reads."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web

from nvr_emulator.faults.answers import Passage
from nvr_emulator.recorder.download.table import Download, DownloadAnswer, DownloadTable
from nvr_emulator.recorder.happenings import CUT_OFF, WENT_AWAY
from nvr_emulator.server.library_internals import EndlessResponse
from nvr_emulator.server.whole_answer import date_at
from nvr_protocol.download import CONTENT_TYPE

log = logging.getLogger("nvr_emulator")


async def send_download(
    incoming: web.BaseRequest,
    answer: DownloadAnswer,
    table: DownloadTable,
    now: float,
    rate: float | None = None,
    passage: Passage | None = None,
) -> web.StreamResponse:
    """Send the answer. Its place is free as soon as the last byte is handed over, or the client is gone.
    `now`: the recorder's time; `rate`: how many times faster than real time it goes at most; `passage`: how
    it passes where faults are upon it."""
    response = EndlessResponse(
        headers={
            "Content-Type": CONTENT_TYPE,
            "Cache-Control": "no-cache",
            "Connection": "close",
            "Server": "recorder",
            "Date": date_at(int(now)),
        }
    )
    response.force_close()
    why = WENT_AWAY
    loop = asyncio.get_running_loop()
    begun = loop.time()
    try:
        await response.prepare(incoming)
        if answer.download is not None:
            _hang_up_when_ended(incoming, answer.download)
        for block in answer.blocks:
            if block:
                await response.write(block)
                if answer.download is not None:
                    answer.download.bytes_sent += len(block)
                if rate is not None:
                    await asyncio.sleep(begun + answer.passed() / rate - loop.time())
            # A block takes its time to make; whoever else is served has a turn between two.
            await asyncio.sleep(0)
        why = "complete"
    except ConnectionError:
        raise
    except Exception:
        # Half an answer is out: no status can be sent any more.
        why = "the emulator failed"
        log.exception("download failed at %s", incoming.raw_path[:500])
        if incoming.transport is not None:
            incoming.transport.abort()
    finally:
        if passage is not None and passage.broken:
            why = CUT_OFF
        if answer.download is not None:
            answer.download.when_ended = None
            table.end(answer.download, why)
    return response


def _hang_up_when_ended(incoming: web.BaseRequest, download: Download) -> None:
    transport = incoming.transport
    if transport is None or download.ended is not None:
        raise ConnectionResetError("the download has ended")
    download.when_ended = transport.abort
