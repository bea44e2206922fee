"""A login on an i-PRO network disk recorder: got, kept alive, given back, and had anew where it has ended.

Commands go in their turn, with the pauses that the document asks for (§1.3); what a network, a restart or a
busy recorder has broken is tried again, a few times, and each time later.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from typing import Any, Self, TypeVar

import aiohttp

from nvr_protocol import ProtocolError, build_command, read_connection_information

PACE = 3.0
"""Seconds between two commands of one UID (§1.3)."""
CONTROL_PACE = 0.2
"""Seconds between two commands of camera control (§1.3)."""
KEEP_ALIVE = 30.0
"""Seconds between two keep-alives; a UID ends after 90 s without a command, whatever media arrives (§6.2)."""
RETRIES = (3.0, 10.0, 30.0, 60.0)
"""Seconds ahead of each further try; a restart takes a while. Behind the last one the trouble is told."""
CONTROL = ("pan_tilt_zoom", "preset_go")
WITHOUT_PACE = ("camera",)
"""What is asked for over and over."""

T = TypeVar("T")


class RecorderError(Exception):
    """The recorder refused; the text is its own."""


class PassingError(RecorderError):
    """What may be otherwise at the next try."""


class UidEndedError(PassingError):
    """The recorder has ended the UID, and all that ran on it."""


class SilentError(PassingError):
    """A stream runs, and nothing comes."""


TROUBLE = (PassingError, ProtocolError, aiohttp.ClientError, ConnectionError, TimeoutError)
"""What networks do, and a recorder that restarts or is busy."""


class Session:
    """One login on a recorder, and another one where the recorder has ended it.

    `pause` waits so many seconds of the recorder's time; `patience`: seconds for an answer to go on.
    """

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        *,
        pause: Callable[[float], Awaitable[Any]] = asyncio.sleep,
        patience: float = 15.0,
        trusted: ssl.SSLContext | bool = True,
    ) -> None:
        self.url = url
        self._login = aiohttp.DigestAuthMiddleware(user, password)
        self._pause = pause
        self._patience = patience
        self._trusted = trusted
        self._uid = 0
        self._entering = asyncio.Lock()
        self._turn = {False: asyncio.Lock(), True: asyncio.Lock()}
        self._rest: dict[bool, Awaitable[Any]] = {}
        self._channels: list[bool] = []

    async def __aenter__(self) -> Self:
        # A connection for each command: on one that broke, aiohttp would send a command twice by itself.
        connector = aiohttp.TCPConnector(ssl=self._trusted, limit=0, force_close=True)
        patient = aiohttp.ClientTimeout(total=None, sock_connect=self._patience, sock_read=self._patience)
        self._http = aiohttp.ClientSession(self.url, connector=connector, timeout=patient)
        try:
            await self._again(self._session)
        except BaseException:
            await self._http.close()
            raise
        self._keeping = asyncio.create_task(self._keep_alive())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeping
        # There are 16 UIDs for everybody: give it back, whatever has happened.
        if self._uid:
            with contextlib.suppress(RecorderError, *TROUBLE):
                await self._command("logout", self._uid)
        for rest in self._rest.values():
            await rest
        await self._http.close()

    async def _within(self, seconds: float, work: Awaitable[T]) -> T:
        """What is awaited; `SilentError` where it does not come in so many seconds of the recorder's time."""
        coming, waiting = asyncio.ensure_future(work), asyncio.ensure_future(self._pause(seconds))
        try:
            await asyncio.wait((coming, waiting), return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                raise SilentError("nothing comes")
            return coming.result()
        finally:
            coming.cancel()
            waiting.cancel()

    async def _going_on(self, begin: Callable[[], AsyncGenerator[T, None]]) -> AsyncGenerator[T, None]:
        """What `begin()` gives; begun anew where it was broken off, a few times without anything coming."""
        waits = iter(RETRIES)
        while True:
            try:
                async with contextlib.aclosing(begin()) as given:
                    async for one in given:
                        yield one
                        waits = iter(RETRIES)
                return
            except TROUBLE as trouble:
                await self._wait(waits, trouble)

    async def _again(self, act: Callable[[], Awaitable[T]]) -> T:
        """What `act()` gives, at a later try if need be."""
        waits = iter(RETRIES)
        while True:
            try:
                return await act()
            except TROUBLE as trouble:
                await self._wait(waits, trouble)

    async def _wait(self, waits: Iterator[float], trouble: Exception) -> None:
        """Wait, each time longer; behind the last time tell the trouble."""
        if (wait := next(waits, None)) is None:
            raise RecorderError(f"given up: {trouble or type(trouble).__name__}") from trouble
        await self._pause(wait)

    async def _insist(self, key: str, uid: int | None = None, **values: Any) -> None:
        """Stop something: until it gets through, or the UID has ended and everything with it."""

        async def stop() -> None:
            if uid in (None, self._uid):
                await self._command(key, uid, **values)

        with contextlib.suppress(RecorderError):
            await self._again(stop)

    # --- commands (§1.3, §6.1) ------------------------------------------------------------------------

    async def _session(self) -> int:
        """The UID; logs in where there is none, or none any more."""
        async with self._entering:
            if not self._uid:
                # The UID is text on a page. It has up to 19 digits: a float or 32 bits would change it.
                page = (await self._with_password("login")).decode("latin-1")
                found = re.search(r"UID=([0-9]{1,19})", page)
                if found is None:
                    raise RecorderError("the login page has no UID")
                self._uid = int(found[1])
                self._begin_rest(control=False)
            return self._uid

    async def _keep_alive(self) -> None:
        while True:
            await self._pause(KEEP_ALIVE)
            with contextlib.suppress(RecorderError, *TROUBLE):
                await self._command("keep_alive")

    async def _command(self, key: str, uid: int | None = None, **values: Any) -> None:
        """Send a command whose answer is not looked at but for its status."""
        await self._read(key, uid, **values)

    async def _read(self, key: str, uid: int | None = None, **values: Any) -> bytes:
        """Send a command; gives the body of its answer."""
        return await (await self._open(key, uid, **values)).read()

    async def _open(self, key: str, uid: int | None = None, **values: Any) -> aiohttp.ClientResponse:
        """Send a command in its turn; gives the answer, whose body is still to be read. With `uid` it is for
        that one alone: what was chosen on it (MASK, SCREEN) is not there on the next."""
        uid = uid or await self._session()
        target = build_command(key, UID=uid, **values)
        if key in WITHOUT_PACE:
            return await self._answer(target, uid)
        control = key in CONTROL
        async with self._turn[control]:
            if control in self._rest:
                await asyncio.shield(self._rest[control])  # whoever waits may give up: the rest goes on
            try:
                return await self._answer(target, uid)
            finally:
                self._begin_rest(control=control)

    def _begin_rest(self, *, control: bool) -> None:
        """The time that must pass before the next command begins now."""
        self._rest[control] = asyncio.ensure_future(self._pause(CONTROL_PACE if control else PACE))

    async def _answer(self, target: str, uid: int | None = None) -> aiohttp.ClientResponse:
        """With a UID the password is not sent."""
        if uid not in (None, self._uid):
            raise UidEndedError("the UID has ended")
        answer = await self._http.get(target, middlewares=() if uid else (self._login,))
        if answer.status in (200, 204):
            return answer
        text = re.sub("<[^>]*>", "", await answer.text()).strip()
        if answer.status == 401 and uid:
            if uid == self._uid:
                self._uid = 0
            raise UidEndedError(f"the recorder has ended the UID: {text}")
        raise RecorderError(f"{target}: {answer.status} {text or answer.reason}")

    async def _with_password(self, key: str, **values: Any) -> bytes:
        """A command that asks for the password instead of the UID; the nonce is used again and counted."""
        return await (await self._answer(build_command(key, **values))).read()

    async def _information(self) -> list[bool]:
        """Of each camera number whether it is registered."""
        if not self._channels:
            states = read_connection_information(await self._with_password("getinfo")).cameras
            self._channels = [bool(state.value) for state in states]
        return self._channels
