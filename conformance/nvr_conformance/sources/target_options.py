"""Which recorder to judge, from the words of a command line or of pytest's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nvr_conformance.client.options import PERMISSIONS, TargetOptions, User
from nvr_conformance.wire.endpoint import endpoint_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_OF_A_RECORDER = ("user", "password", "other_users", "insecure", "allow", "pace", "control", "control_token")
"""What is said of a recorder that is there, by the fields of ``TargetOptions``."""


class OptionError(ValueError):
    """What was said cannot be: ``option`` by its name without dashes, and why."""

    def __init__(self, option: str, text: str) -> None:
        super().__init__(text)
        self.option = option


def read_target_options(
    *,
    url: str | None,
    allow: str | None = None,
    defects: Sequence[str] = (),
    variants: Sequence[str] = (),
    other_users: Sequence[str] = (),
    prefix: str = "--",
    **others: Any,
) -> TargetOptions:
    """The options that these words mean; ``others`` are fields of ``TargetOptions``. What was not said is
    None, False or empty. OptionError for what is unknown, and for what has no effect beside the rest: a
    recorder was meant where another would be judged. ``prefix``: how options begin there."""
    said = {"allow": allow, "other_users": other_users or None, **others}
    given = {name: value for name, value in said.items() if value is not None and value is not False}
    if url is None:
        _refuse_without_url(given, prefix)
    else:
        _refuse_beside_url(url, given, defects, variants, prefix)
    return TargetOptions(
        url=url,
        **{
            **given,
            "allow": read_allowed(allow or ""),
            "defects": read_defects(defects),
            "setup": read_variants(variants),
            "other_users": tuple(read_user(text) for text in other_users),
        },
    )


def _refuse_without_url(given: Mapping[str, Any], prefix: str) -> None:
    """Where no recorder is named, an embedded one is judged, and nothing can be said of another."""
    idle = [prefix + name.removesuffix("s").replace("_", "-") for name in _OF_A_RECORDER if name in given]
    if idle:
        words = ", ".join(idle)
        raise OptionError(
            "url",
            f"none is given, and a recorder at one is meant by {words}: give it; or leave {words} out "
            "(the environment, too) to judge the embedded emulator",
        )


def _refuse_beside_url(
    url: str, given: Mapping[str, Any], defects: Sequence[str], variants: Sequence[str], prefix: str
) -> None:
    if not url.strip():
        raise OptionError(
            "url", "it is empty: name a recorder, or leave it out to judge the embedded emulator"
        )
    try:
        endpoint = endpoint_of(url)
    except ValueError as problem:
        raise OptionError("url", str(problem)) from None
    _refuse_control(given)
    for option, words in (("defect", defects), ("variant", variants)):
        if words:
            raise OptionError(option, "is for the embedded emulator: leave the URL out")
    if given.get("insecure") and endpoint.tls is None:
        raise OptionError("insecure", f"{url} has no certificate: leave it out, or say https://")
    if "control_token" in given and "control" not in given:
        raise OptionError("control-token", f"is for a control port, and none is given by {prefix}control")
    if "allow" in given and "control" in given:
        raise OptionError("allow", "on a recorder with a control port all is allowed: leave it out")


def _refuse_control(given: Mapping[str, Any]) -> None:
    """A control port is somewhere as a recorder is, and its token stands in a header."""
    if "control" in given:
        try:
            endpoint_of(given["control"])
        except ValueError as problem:
            raise OptionError("control", str(problem)) from None
    if not str(given.get("control_token", "")).isprintable():
        raise OptionError("control-token", "it stands in a header, and has what cannot be printed")


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
        chosen = variant_choice.read_variants(variant_choice.parse_choices(choices))
    except variant_choice.VariantError as problem:
        raise OptionError("variant", str(problem)) from None
    return {"variants": msgspec.to_builtins(chosen)}
