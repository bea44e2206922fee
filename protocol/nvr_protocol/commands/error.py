"""What is wrong with a command, in one line that may be shown to anybody."""

from string import ascii_letters, digits
from typing import Literal

from nvr_protocol.errors import ProtocolError

ErrorKind = Literal["unknown-path", "bad-parameter", "missing-parameter", "contradiction"]
"""The sorts of faults. A contradiction: parameters that exclude one another, or one given twice."""

_SHOWN_LENGTH = 40
_SHOWN = frozenset(ascii_letters + digits + " -_.:,/=")


class CommandError(ProtocolError):
    """A request that is no command of the document.

    `kind`: the sort of fault. `parameter`: the parameter to blame, None where several may be. `key`: the
    command, where it was plain by then which one was meant.
    """

    def __init__(
        self, kind: ErrorKind, what: str, why: str, *, parameter: str | None = None, key: str | None = None
    ) -> None:
        super().__init__(what, why)
        self.kind: ErrorKind = kind
        self.parameter = parameter
        self.key = key


def shown(text: str) -> str:
    """A stranger's text made short and harmless for a message: 40 characters, plain ASCII, no markup."""
    if not text:
        return "(empty)"
    plain = "".join(character if character in _SHOWN else "?" for character in text[:_SHOWN_LENGTH])
    return plain if len(text) <= _SHOWN_LENGTH else f"{plain}..."
