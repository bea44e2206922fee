"""A headless Chromium, driven by its own protocol: what a page shows, what a click does, how it looks."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from concurrent.futures import Future
from pathlib import Path

import aiohttp

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
CERTUTIL = shutil.which("certutil")
PATIENCE = 60.0


class Browser:
    """One window. `open` a page, `value` of an expression there, `until` one holds, `picture` of it.

    `trusted`: a certificate (PEM) that it trusts, besides those that everybody does; it needs `CERTUTIL`.
    """

    def __init__(self, trusted: str | None = None) -> None:
        self._trusted = trusted

    def __enter__(self) -> Browser:
        self._loop = asyncio.new_event_loop()
        self._turning = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._turning.start()
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        home = Path(self._folder.name)
        command = [CHROMIUM, *FLAGS, f"--user-data-dir={home}", "about:blank"]
        surroundings = dict(os.environ)
        if self._trusted is not None:
            trust(self._trusted, home)
            surroundings["HOME"] = str(home)
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=surroundings)
        for line in self._process.stderr:
            if found := re.search(r"DevTools listening on (ws://\S+)", line):
                break
        self._draining = threading.Thread(target=self._process.stderr.read, daemon=True)
        self._draining.start()
        self._run(self._connect(found[1]))
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._http.close())
        self._process.kill()
        self._process.wait()
        self._draining.join()
        self._process.stderr.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._turning.join()
        self._loop.close()
        self._folder.cleanup()

    def open(self, url: str, width: int = 1280, height: int = 900, scheme: str = "light") -> None:
        """Show a page in a window of that size."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._ask("Emulation.setDeviceMetricsOverride", **size)
        colours = [{"name": "prefers-color-scheme", "value": scheme}]
        self._ask("Emulation.setEmulatedMedia", features=colours)
        self._ask("Page.navigate", url=url)

    def visit(self, url: str) -> Future[str]:
        """Go to a page; gives, once it is known, what went wrong in the browser's own word ("" where nothing
        did)."""
        asked = self._send("Page.navigate", url=url)
        answered = asyncio.run_coroutine_threadsafe(asked, self._loop)
        told: Future[str] = Future()
        answered.add_done_callback(lambda done: told.set_result(done.result().get("errorText", "")))
        return told

    def value(self, expression: str) -> object:
        """What an expression comes to in the page."""
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        answer = self._ask("Runtime.evaluate", **asked)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait until an expression holds; AssertionError with the page's text where it does not."""
        wait = (
            "new Promise((resolve) => { const end = Date.now() + 30000; (function look() {"
            f" let held = false; try {{ held = {expression}; }} catch {{}}"
            " if (held || Date.now() > end) resolve(Boolean(held)); else setTimeout(look, 50); })(); })"
        )
        assert self.value(wait), f"{expression} does not hold:\n{self.value('document.body.innerText')}"

    def picture(self) -> bytes:
        """What the window shows, as WebP."""
        return base64.b64decode(self._ask("Page.captureScreenshot", format="webp", quality=80)["data"])

    def press(self, key: str) -> None:
        """Press a key."""
        text = {"Enter": "\r", " ": " "}.get(key, "")
        self._ask("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, text=text)
        self._ask("Input.dispatchKeyEvent", type="keyUp", key=key, code=key)

    def _run(self, waiting):
        return asyncio.run_coroutine_threadsafe(waiting, self._loop).result(PATIENCE)

    async def _connect(self, url: str) -> None:
        self._http = aiohttp.ClientSession()
        self._socket = await self._http.ws_connect(url, max_msg_size=0)
        self._number, self._session = 0, None
        target = await self._send("Target.createTarget", url="about:blank")
        attached = await self._send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]

    def _ask(self, method: str, **parameters):
        return self._run(self._send(method, **parameters))

    async def _send(self, method: str, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        await self._socket.send_json(message | ({"sessionId": self._session} if self._session else {}))
        while True:
            answer = json.loads((await self._socket.receive()).data)
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]


def trust(certificate: str, home: Path) -> None:
    """Let a browser whose home that folder is trust a certificate (PEM)."""
    file = home / "trusted.pem"
    file.write_text(certificate)
    for place in (".pki/nssdb", ".local/share/pki/nssdb"):  # Chromium has moved from one to the other
        folder = home / place
        folder.mkdir(parents=True)
        database = ["-d", f"sql:{folder}"]
        subprocess.run([CERTUTIL, *database, "-N", "--empty-password"], check=True)
        add = ["-A", "-n", "recorder", "-t", "C,,", "-i", str(file)]
        subprocess.run([CERTUTIL, *database, *add], check=True)
