"""A client of i-PRO network disk recorders: watch live, save a picture, play back, download, move a camera.

It breaks no rule that the vendor's document has for clients (`nvr-emulator rules`), goes on where a network
or a recorder lets it (`nvr-emulator faults`), and that is what it is here for: take it as it is, or see at
each place why it does what it does.

    async with Recorder("http://192.0.2.7", "ADMIN", "…") as recorder:
        (first, *_) = await recorder.cameras()
        await recorder.save_picture(first, Path("now.jpg"))
        async for access_unit in recorder.watch(first):
            ...
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
from nvr_session import CONTROL_PACE, TROUBLE, PassingError, RecorderError, Session, SilentError
from rtp_receiver import Pictures, Receiver
from yarl import URL

from nvr_protocol import (
    Codec,
    MultipartReader,
    PlaybackVideo,
    read_live_jpeg,
    read_part_headers,
    read_playback_video,
)
from nvr_protocol.download import Status

__all__ = ["Recorder", "RecorderError"]

NO_PICTURE = 8.0
"""Seconds without a picture behind which a camera is asked for its other codec (§2.1.2.2)."""
NO_ANSWER = 4.0
"""Seconds without an answer behind which a camera that was told to move is told to stop."""
BLOCK = 64 * 1024

Way = Callable[[int, str], AsyncGenerator[bytes, None]]


class Recorder(Session):
    """A recorder, and what is done with it. Each thing goes on where a network or a recorder lets it, and
    raises `RecorderError` where they do not."""

    _set_up_for = 0

    async def cameras(self) -> list[int]:
        """The numbers of the cameras that are registered (§5.3.1)."""
        return [number for number, there in enumerate(await self._again(self._information), 1) if there]

    # --- live (§2) ------------------------------------------------------------------------------------

    def watch(self, camera: int, *, udp: bool = False) -> AsyncGenerator[bytes, None]:
        """The pictures of a camera as they come, over HTTP or by UDP: access units as Annex B byte streams,
        from a key picture on."""
        return self._going_on(lambda: self._pictures(camera, self._over_udp if udp else self._over_http))

    async def save_picture(self, camera: int, path: Path) -> None:
        """Save one live picture as a JPEG (§2.3.3)."""
        async with contextlib.aclosing(self._going_on(lambda: self._over_http(camera, "JPEG"))) as parts:
            body = await anext(parts)
        await asyncio.to_thread(path.write_bytes, read_live_jpeg(body).jpeg)

    async def _pictures(self, camera: int, way: Way) -> AsyncGenerator[bytes, None]:
        """The recorder does not say which codec it sends: where nothing comes, the other one is asked for."""
        for codec in (Codec.H265, Codec.H264):
            rejoined, came = Pictures(codec), False
            async with contextlib.aclosing(way(camera, codec.value)) as packets:
                try:
                    async for packet in packets:
                        came = True
                        for picture in rejoined.push(packet):
                            yield picture
                except SilentError:
                    if came:
                        raise
        raise SilentError(f"camera {camera} sends neither H.265 nor H.264")

    async def _over_http(self, camera: int, comp: str) -> AsyncGenerator[bytes, None]:
        """The parts of a live stream over HTTP (§2.2.2). Once it is stopped, on another connection, this one
        is read until it ends: so it ends for the recorder too."""
        async with self._live("live_http", CAM=camera, COMP=comp) as answer:
            reader = MultipartReader()
            while block := await self._within(NO_PICTURE, answer.content.read(BLOCK)):
                for part in reader.feed(block):
                    yield part.body
            raise PassingError(f"the recorder has ended the stream of camera {camera}")

    async def _over_udp(self, camera: int, comp: str) -> AsyncGenerator[bytes, None]:
        """The packets of a live stream by RTP (§2.1.2). The port is bound before the stream begins, and
        until it has ended."""
        host = (await asyncio.get_running_loop().getaddrinfo(URL(self.url).host, None))[0][4][0]
        any_host = "::" if ":" in host else "0.0.0.0"
        transport, receiver = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Receiver(host), local_addr=(any_host, 0)
        )
        port = transport.get_extra_info("sockname")[1]
        try:
            async with self._live("live_rtp", CAM=camera, COMP=comp, PORT=port):
                while True:
                    for datagram in await self._within(NO_PICTURE, receiver.datagrams()):
                        yield datagram
        finally:
            transport.close()

    @contextlib.asynccontextmanager
    async def _live(self, key: str, **stream: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        """A live stream, stopped at the end; also where the answer to START was lost: it may run for that."""
        uid = await self._session()
        if self._set_up_for != uid:
            await self._command("live_setup", uid)
            self._set_up_for = uid
        try:
            answer = await self._open(key, uid, CMD="START", **stream)
        except TROUBLE:
            await self._insist(key, uid, CMD="STOP", **stream)
            raise
        try:
            yield answer
        finally:
            await self._insist(key, uid, CMD="STOP", **stream)
            with contextlib.suppress(*TROUBLE):
                async with asyncio.timeout(self._patience):
                    await answer.content.read()
            answer.release()

    # --- playback (§3) --------------------------------------------------------------------------------

    def play(self, camera: int, begin: datetime, seconds: float) -> AsyncGenerator[PlaybackVideo, None]:
        """What was recorded, a GOP at a time, from `begin` on. Times go to the recorder in UTC."""
        moment = int(begin.timestamp()) * 100  # hundredths of Unix time
        end = moment + round(seconds * 100)

        async def gops() -> AsyncGenerator[PlaybackVideo, None]:
            nonlocal moment
            uid, channels = await self._session(), len(await self._information())
            mask = "".join("01"[number == camera] for number in range(1, channels + 1))
            await self._command("mask", uid, MASK=mask)
            await self._command("goto", uid, TIMEF=moment // 100 * 100)  # whole seconds
            try:
                while moment < end:
                    # One answer at a time: the next is asked for when this one is read to its end.
                    gop = read_playback_video(await self._read("camera", uid, CAM=camera))
                    if not gop.pictures:
                        return
                    if gop.end >= moment:  # else it was given already, before a break
                        moment = gop.end + 1
                        yield gop
            finally:
                await self._insist("stop", uid, TIMEF=moment // 100 * 100)

        return self._going_on(gops)

    # --- download (§6.3) ------------------------------------------------------------------------------

    async def download(self, camera: int, begin: datetime, end: datetime, folder: Path) -> list[Path]:
        """The files of a range of at most an hour; its seconds are 00. Keep-alives go on meanwhile."""
        span = {"STARTTIME": int(begin.timestamp()), "ENDTIME": int(end.timestamp())}
        return await self._again(lambda: self._files(folder, CAM=camera, KIND="MP4", **span))

    async def _files(self, folder: Path, **values: Any) -> list[Path]:
        answer = await self._open("download", **values)
        reader = MultipartReader(max_part=2**30)
        files: list[Path] = []
        status, temporary = None, None
        with tempfile.TemporaryDirectory(dir=folder) as unfinished:
            while block := await answer.content.read(BLOCK):
                for part in reader.feed(block):
                    headers = read_part_headers(part.headers)
                    # Each part names the file of the one before: only now is that file whole.
                    if temporary is not None:
                        whole = folder / Path(headers.previous_name).name
                        files.append(await asyncio.to_thread(temporary.replace, whole))
                        temporary = None
                    if headers.temporary_name:
                        temporary = Path(unfinished, Path(headers.temporary_name).name)
                        await asyncio.to_thread(temporary.write_bytes, part.body)
                    else:
                        status = headers.status
        if status is None:
            raise PassingError("the download ended before its last part")
        if status is Status.TOO_MANY_AT_ONCE:
            raise PassingError("as many downloads run as the recorder does at once")
        if status is Status.CODEC_NOT_COMPATIBLE:
            raise RecorderError("what was recorded is JPEG, which goes into no MP4")
        return files

    # --- camera control (§4) --------------------------------------------------------------------------

    async def turn(self, camera: int, pan: int, tilt: int, zoom: int, seconds: float) -> None:
        """Turn a camera for so long, and stop it: how long it would go on by itself is its own affair."""
        speeds = {"PAN": pan, "TILT": tilt, "ZOOM": zoom}

        async def move() -> None:
            try:
                # It may move though the answer does not come.
                await self._within(NO_ANSWER, self._command("pan_tilt_zoom", CH=camera, **speeds))
                await self._pause(max(seconds, CONTROL_PACE))
            finally:
                await self._insist("pan_tilt_zoom", CH=camera, **dict.fromkeys(speeds, 0))

        await self._again(move)
