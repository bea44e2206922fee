"""The control port of an emulator: how its clock is moved, and what it says of itself."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from nvr_conformance.judgement.outcomes import KitError

_CONTROL_TIMEOUT = 120.0


class Control:
    """The control port at a URL. KitError where it does not answer as it should."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def state(self) -> dict[str, Any]:
        """The recorder's state, as the control port tells it."""
        return self._call("GET", "/state")

    def is_manual(self) -> bool:
        """Whether the clock moves only when told."""
        return bool(self._call("GET", "/clock").get("clock") == "manual")

    def now(self) -> float:
        """The recorder's time, in Unix seconds."""
        return float(self._call("GET", "/clock").get("now", 0.0))

    def advance(self, seconds: float) -> None:
        """Move the manual clock; returns when what was due has been sent."""
        self._call("POST", "/clock/advance", {"seconds": seconds})

    def reset(self) -> None:
        """No UIDs, no streams, an empty journal; the clock stays as it is."""
        self._call("POST", "/reset")

    def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {**self._headers, "Content-Type": "application/json"}
        request = urllib.request.Request(self._url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=_CONTROL_TIMEOUT) as answer:
                return dict(json.load(answer))
        except (OSError, ValueError) as problem:
            raise KitError(f"control port {self._url}{path}: {problem}") from None
