"""A real recorder in the place of the emulated one: what cannot be had of it skips the test, by name."""

from __future__ import annotations

from typing import NoReturn

import pytest


class RealRecorder:
    """A recorder somewhere. Its address and a user are all that is known of it."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url.rstrip("/")
        self.user = user
        self.password = password

    @property
    def https_url(self) -> str | None:
        """Where it answers by HTTPS; None where the address says HTTP."""
        return self.url if self.url.startswith("https:") else None

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        pytest.skip(f"nvr.{name} cannot be had of a real recorder (--nvr-url)")
