"""What `nvr-emulator serve` makes of its flags and its configuration file: flags go first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from nvr_emulator.cli.usual_user import DEFAULT_PASSWORD, DEFAULT_USER
from nvr_emulator.configuration.fault_choice import read_faults
from nvr_emulator.configuration.settings import (
    ConfigurationError,
    RecorderSettings,
    UserSettings,
    user_problem,
)
from nvr_emulator.configuration.variant_choice import VariantError, chosen, parse_choices, read_variants
from nvr_emulator.configuration.variants import Variants
from nvr_emulator.faults.fault import FaultError
from nvr_emulator.server.ports import LARGEST_PORT, CertificateFiles, Ports, PortsError
from nvr_protocol.models import SERIES_BY_NAME


def settings_from(options: Mapping[str, Any], number: int = 0) -> RecorderSettings:
    """The recorder that is to be served; both transports where neither flag nor file says which. Of several,
    the one of that `number` has the seed that is as far behind the first's: no two give out the same UIDs."""
    settings = RecorderSettings(users=())
    if options["config"] is not None:
        from nvr_emulator.configuration.recorder_toml import read_recorder

        settings = read_recorder(options["config"])
    changes: dict[str, Any] = {
        "users": _users(settings.users, options["user"], options["password"]),
        "transport": options["transport"] or settings.transport or "both",
    }
    if options["seed"] is not None:
        changes["seed"] = options["seed"]
    if options["udp_segmentation"] is not None:
        changes["udp_segmentation"] = options["udp_segmentation"]
    if options["model"] is not None:
        changes |= {"model": int(options["model"]), "series": None}
    if options["series"] is not None:
        changes["series"] = options["series"]
        if options["model"] is None and options["series"] in SERIES_BY_NAME:
            changes["model"] = SERIES_BY_NAME[options["series"]].model.value
    if options["variants"]:
        changes["variants"] = _variants(settings.variants, options["variants"])
    seed = changes.get("seed", settings.seed)
    if seed is not None:
        changes["seed"] = seed + number
    if options["faults"]:
        changes["faults"] = (*settings.faults, *_faults(options["faults"]))
    return msgspec.structs.replace(settings, **changes)


def _faults(flags: Sequence[str]) -> tuple[Any, ...]:
    try:
        return read_faults(flags)
    except FaultError as error:
        raise ConfigurationError(f"--fault: {error}") from None


def _variants(of_the_file: Variants, flags: Sequence[str]) -> Variants:
    """The variants of the file, and those of the flags, which go first."""
    named = parse_choices(flags)
    try:
        read_variants(named)
        return read_variants({**chosen(of_the_file), **dict(named)})
    except VariantError as error:
        raise ConfigurationError(f"--variant: {error}") from None


def ports_from(options: Mapping[str, Any], transport: str, number: int = 0) -> Ports:
    """Where to listen; a port for a transport that is off is refused. Of several, the one of that `number`
    listens so far behind the first."""
    for name, off in (("http", "https"), ("https", "http")):
        if options[f"{name}_port"] and transport == off:
            raise ConfigurationError(f"--{name}-port: the recorder is set to {off} alone (--transport)")
    http, https, control = (_port(options, name, number) for name in ("http", "https", "control"))
    host, token = options["control_host"], options["control_token"]
    try:
        return Ports(options["host"], http, https, control, host, token)
    except PortsError as error:
        raise ConfigurationError(f"--{error.key.replace('_', '-')}: {error.why}") from None


def _port(options: Mapping[str, Any], name: str, number: int) -> int:
    first: int = options[f"{name}_port"]
    if first and first + number > LARGEST_PORT:
        raise ConfigurationError(f"--{name}-port: {first} leaves ports for {number} recorders, not for more")
    return first + number if first else 0


def certificate_from(options: Mapping[str, Any]) -> CertificateFiles:
    """What HTTPS is served with."""
    return CertificateFiles(options["cert"], options["key"], options["names"])


def _users(
    users: tuple[UserSettings, ...], name: str | None, password: str | None
) -> tuple[UserSettings, ...]:
    """The users, first the one that the flags name (or, without flags and file, the usual administrator)."""
    for flag, given in (("--user", name), ("--password", password)):
        if given == "":
            raise ConfigurationError(f"{flag}: is empty: leave it out, or give one that is not")
    if name is None and password is None and users:
        return users
    if name is None and users:
        name = users[0].name
    named = UserSettings(name or DEFAULT_USER, password or DEFAULT_PASSWORD)
    if (name is not None or password is not None) and (problem := user_problem(named)):
        key, _, why = problem.partition(": ")
        raise ConfigurationError(f"{'--user' if key == 'name' else '--password'}: {why}")
    for user in users:
        if user.name == named.name:
            named = msgspec.structs.replace(user, password=password or user.password)
    return (named, *(user for user in users if user.name != named.name))
