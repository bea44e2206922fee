"""HTTP Digest access authentication, the client's half (RFC 7616: MD5, SHA-256 and SHA-512-256, with -sess
and without, qop "auth" and "auth-int"; RFC 2069: none).

Small and open on purpose: the judge must also be able to send answers that are wrong.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# In the order of choice. SHA-512-256 comes last: the RFC's own example cuts SHA-512 short, FIPS does not.
_HASHES = {"SHA-256": "sha256", "MD5": "md5", "SHA-512-256": "sha512_256"}
_CHOICE = [name for name, known_as in _HASHES.items() if known_as in hashlib.algorithms_available]
_SESSION = "-SESS"
_TOKEN = r"!#$%&'*+.^_`|~0-9A-Za-z-"
# A name begins where none goes on: a value without an end is read once, not from each of its characters anew.
_PARAMETER = re.compile(rf'(?<![{_TOKEN}])([{_TOKEN}]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))')
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_ESCAPED = re.compile(r"\\(.)")
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z][A-Za-z0-9-]*)(?=\s+[A-Za-z]+\s*=)")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One Digest challenge of a ``WWW-Authenticate`` header."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    qop: tuple[str, ...] = ()
    opaque: str | None = None
    stale: bool = False

    @property
    def protection(self) -> str:
        """The qop to answer with: "auth" where it is offered, else "auth-int"; "" where neither is."""
        return next((qop for qop in ("auth", "auth-int") if qop in self.qop), "")

    @property
    def hash_name(self) -> str:
        """The algorithm in capitals, whether of a session or not."""
        return self.algorithm.upper().removesuffix(_SESSION)

    @property
    def of_session(self) -> bool:
        """Whether the secret is made with both nonces of the first answer (RFC 7616 §3.4.2)."""
        return self.algorithm.upper().endswith(_SESSION)


def read_challenges(values: Iterable[str]) -> list[Challenge]:
    """The Digest challenges in the values of all ``WWW-Authenticate`` headers, in order; other schemes are
    skipped. Values are octets as Latin-1, as headers are read."""
    found: list[Challenge] = []
    for value in map(_text_of, values):
        marks = list(_SCHEME.finditer(_without_strings(value)))
        for number, mark in enumerate(marks):
            end = marks[number + 1].start() if number + 1 < len(marks) else len(value)
            if mark[1].lower() == "digest":
                challenge = _read_challenge(value[mark.end() : end])
                if challenge is not None:
                    found.append(challenge)
    return found


def _text_of(value: str) -> str:
    """What octets say in UTF-8, and those that are none as surrogates: an answer repeats a realm octet by
    octet, in whichever encoding it is."""
    try:
        octets = value.encode("latin-1")
    except UnicodeEncodeError:
        return value
    return octets.decode("utf-8", "surrogateescape")


def _without_strings(value: str) -> str:
    """The same text, same length, with what stands in quotes blanked: a realm may look like anything."""
    return _STRING.sub(lambda match: '"' + "_" * (len(match[0]) - 2) + '"', value)


def _read_challenge(text: str) -> Challenge | None:
    fields: dict[str, str] = {}
    for match in _PARAMETER.finditer(text):
        value = _ESCAPED.sub(r"\1", match[2]) if match[2] is not None else match[3]
        fields.setdefault(match[1].lower(), value)
    if "nonce" not in fields:
        return None
    return Challenge(
        realm=fields.get("realm", ""),
        nonce=fields["nonce"],
        algorithm=fields.get("algorithm", "MD5"),
        qop=tuple(word.strip().lower() for word in fields.get("qop", "").split(",") if word.strip()),
        opaque=fields.get("opaque"),
        stale=fields.get("stale", "").lower() == "true",
    )


def choose_challenge(challenges: Iterable[Challenge]) -> Challenge | None:
    """The best challenge that can be answered: SHA-256, else MD5, else SHA-512-256; qop "auth", "auth-int" or
    none."""
    usable = [
        challenge
        for challenge in challenges
        if challenge.hash_name in _CHOICE and (not challenge.qop or challenge.protection)
    ]
    return min(usable, key=lambda challenge: _CHOICE.index(challenge.hash_name), default=None)


def digest_response(
    challenge: Challenge, user: str, password: str, method: str, uri: str, nonce_count: str, cnonce: str
) -> str:
    """The ``response`` value of a request without a body: lower-case hex. ``nonce_count`` is the eight hex
    digits that are sent."""

    def hashed(text: str) -> str:
        octets = text.encode("utf-8", "surrogateescape")
        return hashlib.new(_HASHES[challenge.hash_name], octets, usedforsecurity=False).hexdigest()

    secret = hashed(f"{user}:{challenge.realm}:{password}")
    if challenge.of_session:
        secret = hashed(f"{secret}:{challenge.nonce}:{cnonce}")
    qop = challenge.protection
    request = hashed(f"{method}:{uri}:{hashed('')}" if qop == "auth-int" else f"{method}:{uri}")
    if not qop:
        return hashed(f"{secret}:{challenge.nonce}:{request}")
    return hashed(f"{secret}:{challenge.nonce}:{nonce_count}:{cnonce}:{qop}:{request}")


@dataclass(slots=True)
class DigestAnswers:
    """Answers one challenge again and again, counting nc 1, 2, 3 … Those of a session all have the cnonce of
    the first: recorders may take this one or the latest for the secret."""

    challenge: Challenge
    user: str
    password: str
    count: int = field(default=0)
    session_cnonce: str = field(default="")

    def authorization(self, method: str, uri: str, /, *, cnonce: str | None = None, **altered: str) -> str:
        """The value of the ``Authorization`` header for the next request.

        ``altered`` replaces single values (``nc="00000001"``, ``response=…``, ``uri=…``, ``nonce=…``)
        after the response was computed: that is how a wrong answer is made.
        """
        self.count += 1
        nonce_count = f"{self.count:08x}"
        cnonce = cnonce or self.session_cnonce or secrets.token_hex(8)
        if self.challenge.of_session:
            self.session_cnonce = cnonce
        response = digest_response(self.challenge, self.user, self.password, method, uri, nonce_count, cnonce)
        fields = {
            "username": self.user,
            "realm": self.challenge.realm,
            "nonce": self.challenge.nonce,
            "uri": uri,
            "response": response,
            "algorithm": self.challenge.algorithm,
        }
        if self.challenge.protection:
            fields |= {"qop": self.challenge.protection, "nc": nonce_count, "cnonce": cnonce}
        elif self.challenge.of_session:
            fields["cnonce"] = cnonce
        if self.challenge.opaque is not None:
            fields["opaque"] = self.challenge.opaque
        fields |= altered
        bare = ("algorithm", "qop", "nc")
        return "Digest " + ", ".join(
            f"{name}={value}" if name in bare else f'{name}="{_escaped(value)}"'
            for name, value in fields.items()
        )


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
