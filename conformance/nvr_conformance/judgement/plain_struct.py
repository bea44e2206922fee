"""Records whose texts are harmless (`plain_text`): apart, for who says a line needs no records."""

from __future__ import annotations

import msgspec

from nvr_conformance.judgement.plain_text import plain_value


class PlainStruct(msgspec.Struct, frozen=True):
    """A record whose texts are plain, however it comes to be: made here, or read from somebody's file."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            before = getattr(self, name)
            after = plain_value(before)
            if after != before:
                msgspec.structs.force_setattr(self, name, after)
