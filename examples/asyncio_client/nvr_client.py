"""A client of i-PRO network disk recorders: watch live, save a picture, play back, download, move a camera.

It breaks no rule that the vendor's document has for clients (`nvr-emulator rules`), and that is what it is
here for: take it as it is, or see at each place why it does what it does.

    async with Recorder("http://192.0.2.7", "ADMIN", "…") as recorder:
        (first, *_) = await recorder.cameras()
        await recorder.save_picture(first, Path("now.jpg"))
        async for access_unit in recorder.watch(first):
            ...
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from nvr_protocol import (
    Codec,
    MultipartReader,
    PlaybackVideo,
    build_command,
    h264,
    h265,
    read_connection_information,
    read_live_jpeg,
    read_packet,
    read_part_headers,
    read_playback_video,
)
from nvr_protocol.download import Status
from nvr_protocol.rtp.nal_units import join_annex_b
from nvr_protocol.texts.connection_information import ConnectionInformation

PACE = 3.0
"""Seconds between two commands of one UID (§1.3)."""
CONTROL_PACE = 0.2
"""Seconds between two commands of camera control (§1.3)."""
KEEP_ALIVE = 30.0
"""Seconds between two keep-alives; a UID ends after 90 s without a command, whatever media arrives (§6.2)."""
NO_PICTURE = 8.0
"""Seconds without a picture behind which a camera is asked for its other codec (§2.1.2.2)."""
BLOCK = 64 * 1024
CONTROL = ("pan_tilt_zoom", "preset_go")
WITHOUT_PACE = ("camera",)
"""What is asked for over and over."""


class RecorderError(Exception):
    """The recorder refused; the text is its own."""


class Recorder:
    """One UID on a recorder. `pause` waits so many seconds of the recorder's time."""

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        *,
        pause: Callable[[float], Awaitable[Any]] = asyncio.sleep,
        trusted: ssl.SSLContext | bool = True,
    ) -> None:
        self.url = url
        self._login = aiohttp.DigestAuthMiddleware(user, password)
        self._pause = pause
        self._trusted = trusted
        self._uid = 0
        self._turn = {False: asyncio.Lock(), True: asyncio.Lock()}
        self._rest: dict[bool, Awaitable[Any]] = {}
        self._set_up = False
        self._known: ConnectionInformation | None = None

    async def __aenter__(self) -> Recorder:
        connector = aiohttp.TCPConnector(ssl=self._trusted, limit=0)
        self._http = aiohttp.ClientSession(self.url, connector=connector)
        try:
            # The UID is text on a page. It has up to 19 digits: a float or 32 bits would change it.
            page = (await self._with_password("login")).decode("latin-1")
            found = re.search(r"UID=([0-9]{1,19})", page)
            if found is None:
                raise RecorderError("the login page has no UID")
            self._uid = int(found[1])
        except BaseException:
            await self._http.close()
            raise
        self._begin_rest(control=False)
        self._keeping = asyncio.create_task(self._keep_alive())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeping
        # There are 16 UIDs for everybody: give it back, whatever has happened.
        with contextlib.suppress(aiohttp.ClientError, RecorderError):
            await self._command("logout")
        for rest in self._rest.values():
            await rest
        await self._http.close()

    async def cameras(self) -> list[int]:
        """The numbers of the cameras that are registered (§5.3.1)."""
        return [number for number, state in enumerate((await self._information()).cameras, 1) if state.value]

    # --- live (§2) ------------------------------------------------------------------------------------

    async def watch(self, camera: int) -> AsyncGenerator[bytes, None]:
        """The pictures of a camera as they come: access units as an Annex B byte stream. The recorder does
        not say which codec it sends: where nothing comes, the other one is asked for."""
        for codec in (Codec.H265, Codec.H264):
            rejoiner = {Codec.H264: h264, Codec.H265: h265}[codec].Rejoiner()
            async with contextlib.aclosing(self._live(camera, codec.value)) as parts:
                try:
                    async for body in parts:
                        if (nals := rejoiner.push(read_packet(body))) is not None:
                            yield join_annex_b(nals)
                    return
                except TimeoutError:
                    continue
        raise RecorderError(f"camera {camera} sends neither H.265 nor H.264")

    async def save_picture(self, camera: int, path: Path) -> None:
        """Save one live picture as a JPEG (§2.3.3)."""
        async with contextlib.aclosing(self._live(camera, "JPEG")) as parts:
            async for body in parts:
                await asyncio.to_thread(path.write_bytes, read_live_jpeg(body).jpeg)
                return
        raise RecorderError(f"camera {camera} sent no JPEG")

    async def _live(self, camera: int, comp: str) -> AsyncGenerator[bytes, None]:
        """The parts of a live stream over HTTP; TimeoutError where none comes. At the end the stream is
        stopped on another connection, and this one is read until it ends: so it ends for the recorder too."""
        if not self._set_up:
            await self._command("live_setup")
            self._set_up = True
        answer = await self._open("live_http", CAM=camera, CMD="START", COMP=comp)
        reader = MultipartReader()
        try:
            async for part in self._parts(answer, reader, NO_PICTURE):
                yield part.body
        finally:
            await self._command("live_http", CAM=camera, CMD="STOP", COMP=comp)
            async for _ in answer.content.iter_chunked(BLOCK):
                pass
            answer.release()

    async def _parts(
        self, answer: aiohttp.ClientResponse, reader: MultipartReader, patience: float
    ) -> AsyncGenerator[Any, None]:
        """The parts of an answer; TimeoutError where nothing comes for `patience` seconds."""
        while True:
            reading = asyncio.ensure_future(answer.content.read(BLOCK))
            waiting = asyncio.ensure_future(self._pause(patience))
            try:
                await asyncio.wait((reading, waiting), return_when=asyncio.FIRST_COMPLETED)
                if not reading.done():
                    raise TimeoutError
                block = reading.result()
            finally:
                reading.cancel()
                waiting.cancel()
            if not block:
                return
            for part in reader.feed(block):
                yield part

    # --- playback (§3) --------------------------------------------------------------------------------

    async def play(self, camera: int, begin: datetime, seconds: float) -> AsyncGenerator[PlaybackVideo, None]:
        """What was recorded, a GOP at a time, from `begin` on. Times go to the recorder in UTC."""
        digits = len((await self._information()).cameras)
        await self._command("mask", MASK="".join("01"[number == camera] for number in range(1, digits + 1)))
        moment = int(begin.timestamp()) * 100  # hundredths of Unix time; TIMEF goes to whole seconds
        end = moment + round(seconds * 100)
        await self._command("goto", TIMEF=moment)
        try:
            while moment < end:
                # One answer at a time: the next is asked for when this one is read to its end.
                gop = read_playback_video(await (await self._open("camera", CAM=camera)).read())
                if not gop.pictures:
                    return
                moment = gop.end + 1
                yield gop
        finally:
            await self._command("stop", TIMEF=moment // 100 * 100)

    # --- download (§6.3) ------------------------------------------------------------------------------

    async def download(self, camera: int, begin: datetime, end: datetime, folder: Path) -> list[Path]:
        """The files of a range of at most an hour; its seconds are 00. Keep-alives go on meanwhile."""
        span = {"STARTTIME": int(begin.timestamp()), "ENDTIME": int(end.timestamp())}
        while True:
            files, status = await self._fetch_files({**span, "CAM": camera, "KIND": "MP4"}, folder)
            if status is not Status.TOO_MANY_AT_ONCE:
                break
            await self._pause(10)
        if status is Status.CODEC_NOT_COMPATIBLE:
            raise RecorderError(f"camera {camera} recorded JPEG, which goes into no MP4")
        return files

    async def _fetch_files(self, values: dict[str, Any], folder: Path) -> tuple[list[Path], Status]:
        answer = await self._open("download", **values)
        reader = MultipartReader(max_part=2**30)
        files: list[Path] = []
        temporary: Path | None = None
        while block := await answer.content.read(BLOCK):
            for part in reader.feed(block):
                headers = read_part_headers(part.headers)
                # Each part names the file of the one before: only now is that file whole.
                if temporary is not None:
                    whole = folder / Path(headers.previous_name).name
                    files.append(await asyncio.to_thread(temporary.rename, whole))
                    temporary = None
                if not headers.temporary_name:
                    answer.release()
                    return files, headers.status
                temporary = folder / Path(headers.temporary_name).name
                await asyncio.to_thread(temporary.write_bytes, part.body)
        raise RecorderError("the download ended before its last part")

    # --- camera control (§4) --------------------------------------------------------------------------

    async def turn(self, camera: int, pan: int, tilt: int, zoom: int, seconds: float) -> None:
        """Turn a camera for so long, and stop it: how long it would go on by itself is its own affair."""
        await self._command("pan_tilt_zoom", CH=camera, PAN=pan, TILT=tilt, ZOOM=zoom)
        try:
            await self._pause(max(seconds, CONTROL_PACE))
        finally:
            await self._command("pan_tilt_zoom", CH=camera, PAN=0, TILT=0, ZOOM=0)

    # --- commands (§1.3, §6.1) ------------------------------------------------------------------------

    async def _keep_alive(self) -> None:
        while True:
            await self._pause(KEEP_ALIVE)
            await self._command("keep_alive")

    async def _command(self, key: str, **values: Any) -> None:
        """Send a command whose answer is not looked at but for its status."""
        await (await self._open(key, **values)).read()

    async def _open(self, key: str, **values: Any) -> aiohttp.ClientResponse:
        """Send a command with the UID, in its turn; gives the answer, whose body is still to be read."""
        target = build_command(key, UID=self._uid, **values)
        if key in WITHOUT_PACE:
            return await self._answer(target)
        control = key in CONTROL
        async with self._turn[control]:
            if control in self._rest:
                await self._rest.pop(control)
            try:
                return await self._answer(target)
            finally:
                self._begin_rest(control=control)

    def _begin_rest(self, *, control: bool) -> None:
        """The time that must pass before the next command begins now."""
        self._rest[control] = asyncio.ensure_future(self._pause(CONTROL_PACE if control else PACE))

    async def _answer(self, target: str, *middlewares: Any) -> aiohttp.ClientResponse:
        no_limit = aiohttp.ClientTimeout(total=None, sock_connect=10)
        answer = await self._http.get(target, timeout=no_limit, middlewares=middlewares)
        if answer.status not in (200, 204):
            text = re.sub("<[^>]*>", "", await answer.text()).strip()
            raise RecorderError(f"{target}: {answer.status} {text or answer.reason}")
        return answer

    async def _with_password(self, key: str, **values: Any) -> bytes:
        """A command that asks for the password instead of the UID; the nonce is used again and counted."""
        return await (await self._answer(build_command(key, **values), self._login)).read()

    async def _information(self) -> ConnectionInformation:
        if self._known is None:
            self._known = read_connection_information(await self._with_password("getinfo"))
        return self._known
