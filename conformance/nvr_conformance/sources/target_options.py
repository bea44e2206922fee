"""Which recorder to judge, from the words of a command line or of pytest's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nvr_conformance.client.options import PERMISSIONS, TargetOptions, User
from nvr_conformance.wire.endpoint import endpoint_of

if TYPE_CHECKING:
    from collections.abc import Sequence


class OptionError(ValueError):
    """What was said cannot be: ``option`` by its name without dashes, and why."""

    def __init__(self, option: str, text: str) -> None:
        super().__init__(text)
        self.option = option


def read_target_options(
    *,
    url: str | None,
    allow: str,
    defects: Sequence[str],
    variants: Sequence[str],
    other_users: Sequence[str] = (),
    **others: Any,
) -> TargetOptions:
    """The options that these words mean; ``others`` are fields of ``TargetOptions``. OptionError for what is
    unknown, and for what has no place beside the rest."""
    if url is not None:
        try:
            endpoint_of(url)
        except ValueError as problem:
            raise OptionError("url", str(problem)) from None
        for option, words in (("defect", defects), ("variant", variants)):
            if words:
                raise OptionError(option, "is for the embedded emulator: leave the URL out")
    return TargetOptions(
        url=url,
        allow=read_allowed(allow),
        defects=read_defects(defects),
        setup=read_variants(variants),
        other_users=tuple(read_user(text) for text in other_users),
        **others,
    )


def read_user(text: str) -> User:
    """NAME:PASSWORD:PRIORITY. Priorities can be told apart (§1.3)."""
    name, _, rest = text.partition(":")
    password, _, priority = rest.rpartition(":")
    if not name or priority not in ("0", "1", "2", "3"):
        raise OptionError("other-user", "not NAME:PASSWORD:PRIORITY with a priority of 0 … 3")
    return User(name, password, int(priority))


def read_allowed(text: str) -> frozenset[str]:
    """Permissions with commas between them."""
    allowed = frozenset(word.strip() for word in text.split(",") if word.strip())
    if unknown := allowed - set(PERMISSIONS):
        raise OptionError("allow", f"{', '.join(sorted(unknown))}: there is {', '.join(PERMISSIONS)}")
    return allowed


def read_defects(names: Sequence[str]) -> tuple[str, ...]:
    """Defects of the embedded emulator."""
    if names:
        from nvr_emulator import all_defects

        if strange := set(names) - {defect.name for defect in all_defects()}:
            raise OptionError("defect", f"no such defect: {', '.join(sorted(strange))}")
    return tuple(names)


def read_variants(choices: Sequence[str]) -> dict[str, Any]:
    """Choices NAME=VALUE of variants, as settings of the embedded emulator."""
    if not choices:
        return {}
    import msgspec

    from nvr_emulator.configuration import variant_choice

    try:
        chosen = variant_choice.read_variants([variant_choice.parse_choice(text) for text in choices])
    except variant_choice.VariantError as problem:
        raise OptionError("variant", str(problem)) from None
    return {"variants": msgspec.to_builtins(chosen)}
