"""The one error that bad bytes raise."""

from __future__ import annotations


class ProtocolError(ValueError):
    """Bytes or values that the document does not allow.

    `what` names the field or the block, `why` what is wrong with it, `offset` where it starts, in bytes from
    the beginning of what was read; None where there is no such place (a value that cannot be written).
    """

    def __init__(self, what: str, why: str, offset: int | None = None) -> None:
        super().__init__(what, why, offset)
        self.what = what
        self.why = why
        self.offset = offset

    def __str__(self) -> str:
        place = "" if self.offset is None else f", offset {self.offset}"
        return f"{self.what}{place}: {self.why}"
