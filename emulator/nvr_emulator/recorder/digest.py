"""Digest authentication as the recorder asks for it (RFC 7616: MD5, MD5-sess or SHA-256, qop="auth")."""

from __future__ import annotations

import hashlib
import hmac
import random
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nvr_emulator.configuration.variants import Variants
from nvr_emulator.recorder.request_target import same_resource
from nvr_emulator.seams import seam

REALM = "Network disk recorder"
NONCE_LIFETIME = 300.0
"""Seconds for which a nonce may be used; afterwards the challenge says stale=true."""
NONCES_REMEMBERED = 2000
LONGEST_HEADER = 16 * 1024
COUNTS_REMEMBERED = 256
"""How far a nonce count may lie behind the greatest one: concurrent clients send theirs out of order."""

NO_ANSWER = "the Authorization header is not a Digest answer"
OTHER_TERMS = "realm or qop is not the one of the challenge"
OTHER_ALGORITHM = "the algorithm is none of the challenge"
NO_COUNT = "nc or cnonce is missing or malformed"
WRONG_PASSWORD = "user name or password is wrong"

_OWS = " \t"
_PAIR = re.compile(r'([a-zA-Z][a-zA-Z0-9_*-]*)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))[ \t]*(?:,|$)')
_ESCAPED = re.compile(r"\\(.)")
_HASHES = {"MD5": "md5", "SHA-256": "sha256"}
_SESSION = "-SESS"
_OFFERED = {"md5-and-sha-256": ("MD5", "SHA-256"), "md5-sess": ("MD5-sess",)}
"""The algorithms that a variant of the challenge offers."""
_NC = re.compile(r"[0-9a-fA-F]{8}")


@dataclass
class Nonce:
    """One nonce that was issued: when, and which of its counts were answered (by a sliding window)."""

    issued: float
    last_count: int = 0
    """The greatest count that was answered."""
    answered: int = 0
    """Bit n: the count `last_count` - n was answered."""

    def is_unused(self, count: int) -> bool:
        """Whether a count was not answered yet; one too far behind counts as used."""
        behind = self.last_count - count
        return count > 0 and (behind < 0 or (behind < COUNTS_REMEMBERED and not self.answered >> behind & 1))

    def use(self, count: int) -> None:
        """A count was answered."""
        ahead = count - self.last_count
        if ahead > 0:
            kept = self.answered << ahead if ahead < COUNTS_REMEMBERED else 0
            self.answered = (kept | 1) & ((1 << COUNTS_REMEMBERED) - 1)
            self.last_count = count
        elif -ahead < COUNTS_REMEMBERED:
            self.answered |= 1 << -ahead


@dataclass(frozen=True)
class Verdict:
    """Who the request came from, or why it must be challenged (again)."""

    user: str | None
    reason: str = ""
    stale: bool = False


class DigestGate:
    """Issues nonces and checks answers to them; passwords come from `passwords`, by user name.

    `algorithms`: those that are offered, in this order; "MD5" and "SHA-256" are known. `variants`: what the
    challenge says besides, and whether nonce counts are looked at.
    """

    def __init__(
        self,
        passwords: Mapping[str, str],
        rng: random.Random,
        algorithms: Sequence[str] = ("MD5",),
        variants: Variants | None = None,
    ) -> None:
        variants = variants or Variants()
        self.passwords = passwords
        self.algorithms = _OFFERED.get(variants.challenge, tuple(algorithms))
        self.qop = {"auth-int": "auth,auth-int", "no-qop": ""}.get(variants.challenge, "auth")
        self.counts_matter = variants.nonce_count == "tracked"
        self._rng = rng
        self._nonces: OrderedDict[str, Nonce] = OrderedDict()

    def forget(self) -> None:
        """No nonce is known any more."""
        self._nonces.clear()

    def clock_stepped(self, seconds: float) -> None:
        """The clock was set: nonces are as old as they were."""
        for nonce in self._nonces.values():
            nonce.issued += seconds

    @seam
    def challenges(self, now: float, *, stale: bool = False) -> list[str]:
        """A `WWW-Authenticate` value for each algorithm."""
        return [self.challenge(now, algorithm, stale=stale) for algorithm in self.algorithms]

    def challenge(self, now: float, algorithm: str = "MD5", *, stale: bool = False) -> str:
        """A `WWW-Authenticate` value with a fresh nonce."""
        nonce = f"{self._rng.getrandbits(128):032x}"
        self._nonces[nonce] = Nonce(now)
        while len(self._nonces) > NONCES_REMEMBERED:
            self._nonces.popitem(last=False)
        qop = f'qop="{self.qop}", ' if self.qop else ""
        tail = ", stale=true" if stale else ""
        return f'Digest realm="{REALM}", nonce="{nonce}", {qop}algorithm={algorithm}{tail}'

    @seam
    def check(self, header: str | None, method: str, target: str, now: float) -> Verdict:
        """Judge an `Authorization` value for this request line."""
        if header is None:
            return Verdict(None, "Digest authentication is required")
        fields = parse_authorization(header)
        if fields is None:
            return Verdict(None, NO_ANSWER)
        offered = self.qop.split(",") if self.qop else [None]
        if fields.get("realm") != REALM or fields.get("qop") not in offered:
            return Verdict(None, OTHER_TERMS)
        if fields.get("algorithm", "MD5").upper() not in map(str.upper, self.algorithms):
            return Verdict(None, OTHER_ALGORITHM)
        if not self.is_for(fields.get("uri"), target):
            return Verdict(None, "uri names another resource than the request line")
        return self._check_answer(fields, method, now)

    def _check_answer(self, fields: Mapping[str, str], method: str, now: float) -> Verdict:
        nonce = self.find(fields.get("nonce", ""))
        if nonce is None:
            return Verdict(None, "the nonce is not one of this recorder", stale=True)
        if self.qop and (not _NC.fullmatch(fields.get("nc", "")) or not fields.get("cnonce")):
            return Verdict(None, NO_COUNT)
        user = fields.get("username", "")
        expected = response(fields, self.passwords.get(user, ""), method)
        right = self.is_right(expected, fields.get("response", "").lower())
        if not right or user not in self.passwords:
            return Verdict(None, WRONG_PASSWORD)
        if now - nonce.issued >= NONCE_LIFETIME:
            return Verdict(None, "the nonce is too old", stale=True)
        if self.qop and self.counts_matter:
            count = int(fields["nc"], 16)
            if not self.is_new(nonce, count):
                return Verdict(None, "the nonce count was used before: a replay", stale=True)
            nonce.use(count)
        return Verdict(user)

    @seam
    def find(self, text: str) -> Nonce | None:
        """The nonce of this text, if this recorder issued it and has not forgotten it."""
        return self._nonces.get(text)

    @seam
    def is_for(self, uri: str | None, target: str) -> bool:
        """Whether an answer was made for what stands on the request line (RFC 7616 §3.4.6)."""
        return uri is not None and same_resource(uri, target)

    @seam
    def is_right(self, expected: str, given: str) -> bool:
        """Whether a response is the right one; takes as long for a wrong one."""
        return hmac.compare_digest(_octets(expected), _octets(given))

    @seam
    def is_new(self, nonce: Nonce, count: int) -> bool:
        """Whether a nonce count was not used before, in whichever order they come: an answer counts once."""
        return nonce.is_unused(count)


@lru_cache(maxsize=32)
def parse_authorization(header: str) -> Mapping[str, str] | None:
    """The fields of a Digest `Authorization` value, a list of RFC 9110 §5.6.1; None if malformed. Whoever
    watches asks for the same one again."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "digest" or len(header) > LONGEST_HEADER or not _is_of_octets(header):
        return None
    fields: dict[str, str] = {}
    rest, place = rest.strip(_OWS), 0
    while place < len(rest):
        if rest[place] in _OWS or rest[place] == ",":
            place += 1
            continue
        pair = _PAIR.match(rest, place)
        if pair is None or pair[1].lower() in fields:
            return None
        quoted, bare = pair[2], pair[3]
        if quoted is not None and "\\" in quoted:
            quoted = _ESCAPED.sub(r"\1", quoted)
        fields[pair[1].lower()] = bare if quoted is None else quoted
        place = pair.end()
    return fields


def response(fields: Mapping[str, str], password: str, method: str) -> str:
    """The `response` value that the right password gives, by the algorithm of `fields` (RFC 7616 §3.4.1)."""
    algorithm = fields.get("algorithm", "MD5").upper()
    name = _HASHES.get(algorithm.removesuffix(_SESSION), "md5")

    def hashed(text: str) -> str:
        return hashlib.new(name, _octets(text), usedforsecurity=False).hexdigest()

    secret = hashed(f"{fields.get('username', '')}:{REALM}:{password}")
    if algorithm.endswith(_SESSION):
        secret = hashed(f"{secret}:{fields['nonce']}:{fields['cnonce']}")
    qop = fields.get("qop")
    asked = f"{method}:{fields.get('uri', '')}" + (f":{hashed('')}" if qop == "auth-int" else "")
    if qop is None:  # RFC 2069
        return hashed(f"{secret}:{fields['nonce']}:{hashed(asked)}")
    return hashed(f"{secret}:{fields['nonce']}:{fields['nc']}:{fields['cnonce']}:{qop}:{hashed(asked)}")


def _octets(text: str) -> bytes:
    """The octets that a text was read from: those that are no UTF-8 stand in it as surrogates."""
    return text.encode("utf-8", "surrogateescape")


def _is_of_octets(text: str) -> bool:
    try:
        _octets(text)
    except UnicodeEncodeError:
        return False
    return True
