"""What a report must not tell: passwords, Digest answers, and on demand UIDs."""

from __future__ import annotations

import re
from random import SystemRandom
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

PASSWORD_SHOWN = "(password)"
LEAST_PASSWORD = 4  # characters: a shorter one stands in many places by chance
_LONG = re.compile(r"(?<![0-9])[0-9]{6,40}(?![0-9])")  # digits enough to know a UID again without its name
_LONG_BYTES = re.compile(rb"(?<![0-9])[0-9]{6,40}(?![0-9])")
_UID = re.compile(r"(?<![A-Za-z])(UID(?:=|%3D|\":\s?))([0-9]{1,40})", re.IGNORECASE)
_UID_BYTES = re.compile(rb"(?<![A-Za-z])(UID(?:=|%3D|\":\s?))([0-9]{1,40})", re.IGNORECASE)
_TRIES = 1000  # to find digits that are no other UID's
_FEW = 3  # digits: with so few nobody is found again
_SECRET_LINE = re.compile(
    rb"(?im)^((?:proxy-)?authorization[ \t]*:[ \t]*\w*|authentication-info[ \t]*:)([^\r\n]*)"
)
_SECRET_WORDS = (b"authorization", b"authentication-info")  # as they stand in these lines
_SECRET_HEADERS = ("authorization", "proxy-authorization", "authentication-info")


class Redactor:
    """Takes secrets out of texts and bytes. It learns them as the scenarios meet them.

    With ``uids`` each UID becomes ``UID-1``, ``UID-2`` … in the order in which they are met, the same one
    everywhere. In bytes everything keeps its length, so that lengths and sequence numbers stay true, and a
    UID becomes as many other digits, chosen at random: what was captured can still be judged.
    """

    def __init__(self, passwords: Iterable[str] = (), *, uids: bool = False) -> None:
        self._uids = uids
        self._numbers: dict[str, int] = {}
        self._others: dict[bytes, bytes] = {}
        self._random = SystemRandom()
        self._passwords: set[str] = set()
        self.learn(passwords)

    def learn(self, passwords: Iterable[str]) -> None:
        """More passwords that must not be shown."""
        for password in passwords:
            if len(password) >= LEAST_PASSWORD:
                self._passwords |= {password, quote(password, safe="")}

    def header(self, name: str, value: str) -> str:
        """A header's value as it may be shown."""
        if name.lower() in _SECRET_HEADERS:
            scheme = value.partition(" ")[0] if name.lower() != "authentication-info" else ""
            return f"{scheme if scheme.isalnum() else ''} (not shown)".strip()
        return self.text(value)

    def text(self, text: str) -> str:
        """A text as it may be shown."""
        for password in sorted(self._passwords, key=len, reverse=True):
            text = text.replace(password, PASSWORD_SHOWN)
        if not self._uids:
            return text
        text = _UID.sub(lambda found: found[1] + f"UID-{self._number(found[2])}", text)
        return _LONG.sub(
            lambda found: f"UID-{self._numbers[found[0]]}" if found[0] in self._numbers else found[0], text
        )

    def wire(self, data: bytes) -> bytes:
        """Bytes of the wire as they may be shown, of the same length."""
        lowered = data.lower()
        if any(word in lowered for word in _SECRET_WORDS):  # media are long, and have none of them
            data = _SECRET_LINE.sub(lambda found: found[1] + b"*" * len(found[2]), data)
        for password in sorted(self._passwords, key=len, reverse=True):
            secret = password.encode("utf-8")
            data = data.replace(secret, b"*" * len(secret))
        if self._uids:
            data = _UID_BYTES.sub(lambda found: found[1] + self._other(found[2]), data)
            data = _LONG_BYTES.sub(self._known_bytes, data)
        return data

    def _number(self, uid: str) -> int:
        if uid not in self._numbers:
            self._numbers[uid] = len(self._numbers) + 1
        return self._numbers[uid]

    def digits(self, text: str) -> str:
        """A text as it may be shown beside bytes of the wire: of the same length, UIDs as there."""
        return self.wire(text.encode()).decode()

    def _known_bytes(self, found: re.Match[bytes]) -> bytes:
        digits = found[0]
        return (
            self._other(digits)
            if digits.decode("ascii") in self._numbers
            else self._others.get(digits, digits)
        )

    def _other(self, uid: bytes) -> bytes:
        """Other digits for a UID: as many, and no other UID's."""
        if len(uid) <= _FEW:
            return uid
        if uid not in self._others:
            taken = {*self._others, *self._others.values()}
            lowest = 10 ** (len(uid) - 1)
            tries = (str(self._random.randrange(lowest, 10 * lowest)).encode() for _ in range(_TRIES))
            self._others[uid] = next((made for made in tries if made not in taken), b"0" * len(uid))
        return self._others[uid]
