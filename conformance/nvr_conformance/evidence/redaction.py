"""What a report must not tell: passwords, Digest answers, and on demand UIDs."""

from __future__ import annotations

import re
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from nvr_conformance.evidence.password_forms import forms_in_bytes, forms_in_text, pattern_of
from nvr_conformance.evidence.vocabulary import is_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PASSWORD_SHOWN = "(password)"
LEAST_PASSWORD = 4  # characters: a shorter one stands in many places by chance
UNMASKED = (
    f"a password has fewer than {LEAST_PASSWORD} characters, or is a word of the protocol or of this kit: "
    "it is taken out of Authorization alone; look for it before you hand this on"
)
_LONG = re.compile(
    r"[0-9]{6,}|(?<![0-9A-Za-z])(?<![0-9]\.)[0-9]{4,5}(?!\.?[0-9A-Za-z])"
)  # digits enough to know a UID again without its name: few only where they stand alone
_LONG_BYTES = re.compile(rb"[0-9]{6,}")
_DIGITS_AS_0 = bytes(ord("0") if chr(byte) in "0123456789" else 0 for byte in range(256))
_NAMED = (
    r"(?<![A-Za-z])(UID(?:=|%3D|\":\s?|"
    r"[\"']?[ \t]{0,8}(?:[:=]|%3D)?[ \t]{0,8}[\"']?(?=[0-9]{4})))([0-9]{1,64})"
)  # as parameters, JSON and sentences have it
_UID = re.compile(_NAMED, re.IGNORECASE)
_UID_BYTES = re.compile(_NAMED.encode(), re.IGNORECASE)
_FRAMING = rb"(?P<kept>^content-length[ \t]*:[ \t]*[0-9]+|\r\n[0-9a-f]{1,7}[ \t]*(?:;[^\r\n]{0,200})?\r\n)"
"""Numbers that the bytes behind them are read by: a password of digits may be the same by chance."""
KNOWN_LIMIT = 100_000  # UIDs that are told apart; a device may make up more, and they are all alike then
_TRIES = 1000  # to find digits that are no other UID's
_FEW = 3  # digits: with so few nobody is found again
_LONGEST = 19  # digits of a number that may be a UID
_NOTHING, _NOTHING_BYTES = re.compile(r"(?!)"), re.compile(rb"(?!)(?P<kept>)")
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

    ``masked``: in how many places of bytes a password stood. ``unmasked``: whether one cannot be taken out,
    being too short or a word of what is said anyway.
    """

    def __init__(
        self, passwords: Iterable[str] = (), *, uids: bool = False, names: Iterable[str] = ()
    ) -> None:
        self.masked = 0
        self.unmasked = False
        self._uids = uids
        self._numbers: dict[str, int] = {}
        self._others: dict[bytes, bytes] = {}
        self._random = SystemRandom()
        self._taken: set[bytes] = set()
        self._passwords: set[str] = set()
        self._names: set[str] = set()
        self._in_text = _NOTHING
        self._in_bytes = _NOTHING_BYTES
        self._forms: tuple[bytes, ...] = ()
        self.learn(passwords, names)

    def learn(self, passwords: Iterable[str], names: Iterable[str] = ()) -> None:
        """More passwords that must not be shown, and names of users that they may belong to."""
        given, users = set(passwords) - self._passwords - {""}, set(names) - self._names
        if not given and not users:
            return
        self._passwords |= given
        self._names |= users
        hidden = {each for each in self._passwords if len(each) >= LEAST_PASSWORD and not is_vocabulary(each)}
        self.unmasked = hidden != self._passwords
        if not hidden:
            return
        texts = set().union(*(forms_in_text(each, self._names) for each in hidden))
        forms = set().union(*(forms_in_bytes(each, self._names) for each in hidden))
        self._in_text = re.compile("|".join(map(pattern_of, sorted(texts, key=_longest))))
        self._forms = tuple({form.lower() for form in forms})
        by_length = sorted((form.decode("latin-1") for form in forms), key=_longest)
        secrets = b"|".join(pattern_of(form).encode("latin-1") for form in by_length)
        self._in_bytes = re.compile(rb"(?im:" + _FRAMING + rb")|" + secrets)

    def header(self, name: str, value: str) -> str:
        """A header's value as it may be shown."""
        if name.lower() in _SECRET_HEADERS:
            scheme = value.partition(" ")[0] if name.lower() != "authentication-info" else ""
            return f"{scheme if scheme.isalnum() else ''} (not shown)".strip()
        return self.text(value)

    def text(self, text: str) -> str:
        """A text as it may be shown."""
        text = self._in_text.sub(PASSWORD_SHOWN, text)
        if not self._uids:
            return text
        text = _UID.sub(lambda found: found[1] + self._name(found[2]), text)
        return _LONG.sub(
            lambda found: f"UID-{self._numbers[found[0]]}" if found[0] in self._numbers else found[0], text
        )

    def meet(self, text: str) -> None:
        """Know the UIDs that a text names, ahead of what must not show them."""
        if self._uids and "uid" in text.lower():
            for found in _UID.finditer(text):
                self._name(found[2])

    def wire(self, data: bytes) -> bytes:
        """Bytes of the wire as they may be shown, of the same length."""
        lowered = data.lower()
        if any(word in lowered for word in _SECRET_WORDS):  # media are long, and have none of them
            data = _SECRET_LINE.sub(lambda found: found[1] + b"*" * len(found[2]), data)
        if any(form in lowered for form in self._forms):
            data = self._in_bytes.sub(self._mask, data)
        if self._uids:
            # What was taken out is asterisks now: no UID has come, so that `lowered` does still.
            data = _sub_where(
                _UID_BYTES, lambda found: found[1] + self._other(found[2]), data, b"uid", lowered
            )
            data = _sub_where(_LONG_BYTES, self._known_bytes, data, b"0" * 6, data.translate(_DIGITS_AS_0))
        return data

    def value(self, value: Any) -> Any:
        """Plain data as it may be shown beside bytes of the wire: texts, and numbers that are a UID, as
        there. The names in tables stay."""
        match value:
            case str():
                return self.digits(value)
            case bool():
                return value
            case int() if self._uids and abs(value) < 10**_LONGEST:
                return int(_LONG_BYTES.sub(self._known_bytes, str(value).encode()))
            case dict():
                return {
                    key: self._uid(each) if key == "uid" and type(each) is int else self.value(each)
                    for key, each in value.items()
                }
            case list() | tuple():
                return [self.value(each) for each in value]
            case _:
                return value

    def digits(self, text: str) -> str:
        """A text as it may be shown beside bytes of the wire: of the same length, UIDs as there."""
        return self.wire(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    def _mask(self, found: re.Match[bytes]) -> bytes:
        if found["kept"] is not None:
            return found[0]
        self.masked += 1
        return b"*" * len(found[0])

    def _uid(self, uid: int) -> int:
        """Another for a UID that is called so."""
        if not self._uids or not 0 <= uid < 10**_LONGEST:
            return uid
        return int(self._other(str(uid).encode()))

    def _name(self, uid: str) -> str:
        if uid not in self._numbers and len(self._numbers) < KNOWN_LIMIT:
            self._numbers[uid] = len(self._numbers) + 1
        return f"UID-{self._numbers.get(uid, 'more')}"

    def _known_bytes(self, found: re.Match[bytes]) -> bytes:
        digits = found[0]
        return (
            self._other(digits)
            if digits.decode("ascii") in self._numbers
            else self._others.get(digits, digits)
        )

    def _other(self, uid: bytes) -> bytes:
        """Other digits for a UID: as many, as many noughts ahead of them, and no other UID's."""
        figures = uid.lstrip(b"0")
        if len(figures) <= _FEW:
            return uid
        if uid not in self._others:
            if len(self._others) >= KNOWN_LIMIT:
                return b"9" * len(uid)
            lowest = 10 ** (len(figures) - 1)
            tries = (str(self._random.randrange(lowest, 10 * lowest)).encode() for _ in range(_TRIES))
            made = (b"0" * (len(uid) - len(figures)) + each for each in tries)
            other = next((each for each in made if each not in self._taken), b"9" * len(uid))
            self._others[uid] = other
            self._taken |= {uid, other}
        return self._others[uid]


def _sub_where(
    pattern: re.Pattern[bytes],
    by: Callable[[re.Match[bytes]], bytes],
    data: bytes,
    word: bytes,
    folded: bytes,
) -> bytes:
    """`pattern.sub(by, data)`, tried only where `word` stands in `folded`, which is `data` byte for byte.
    Media are long and have little of what is looked for: to try at each byte would take far longer."""
    parts: list[bytes] = []
    kept = 0
    at = folded.find(word)
    while at >= 0:
        if found := pattern.match(data, at):
            parts += data[kept:at], by(found)
            kept = found.end()
        at = folded.find(word, kept if found else at + 1)
    return b"".join([*parts, data[kept:]]) if parts else data


def _longest(text: str) -> tuple[int, str]:
    return -len(text), text
