"""The options of the plugin; each is a variable of the environment too: NVR_FAIL_ON_FINDINGS."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import pytest

LEVELS = ("error", "warning", "note")
CHOICES = {"model": ("1", "2", "3"), "fail-on-findings": LEVELS}


def add_options(parser: pytest.Parser) -> None:
    """Add them. The group is shared with the judge's plugin, and so are some of the options."""
    group = parser.getgroup("nvr", "network disk recorders")

    def add(name: str, **more: Any) -> None:
        with suppress(ValueError):
            more["help"] += f" (or {variable(name)})"
            group.addoption(f"--nvr-{name}", **more)

    add(
        "model",
        choices=CHOICES["model"],
        help="model of the fixture nvr [2], and of the recorder that is judged [found out]",
    )
    add("url", metavar="URL", help="a real recorder instead of an emulated one")
    add("user", metavar="NAME", help="user name on it [ADMIN]")
    add("password", metavar="PASSWORD", help="password on it; better in the environment")
    add(
        "fail-on-findings",
        nargs="?",
        const="warning",
        choices=LEVELS,
        help="a client that breaks rules as bad as this (alone: warning) makes its test an error",
    )
    add(
        "ignore-finding",
        action="append",
        default=[],
        metavar="RULE",
        help="a rule that clients may break; may be repeated (see nvr-emulator rules)",
    )


def check_options(config: pytest.Config) -> None:
    """`UsageError` in one line for a value that there is not, wherever it was given."""
    for name in CHOICES:
        option(config, name)
    if ignored := options_of(config, "ignore-finding"):
        from nvr_emulator.findings.registry import RULES

        flag = "--nvr-ignore-finding"
        given = flag if config.getoption(flag) else variable("ignore-finding")
        for rule in ignored:
            if rule not in RULES:
                raise pytest.UsageError(f"{given}: {rule!r} is no rule; see nvr-emulator rules")


def variable(name: str) -> str:
    """The variable of the environment that stands for an option."""
    return f"NVR_{name.replace('-', '_').upper()}"


def option(config: pytest.Config, name: str) -> str | None:
    """What was asked for on the command line, else in the environment. `UsageError` for no such value."""
    given = config.getoption(f"--nvr-{name}")
    if given is not None:
        return str(given)
    value = os.environ.get(variable(name)) or None
    allowed = CHOICES.get(name)
    if value is not None and allowed is not None and value not in allowed:
        raise pytest.UsageError(f"{variable(name)}: {value!r} is none of {', '.join(allowed)}")
    return value


def options_of(config: pytest.Config, name: str) -> list[str]:
    """The same of an option that may be repeated; in the environment with commas between."""
    given = config.getoption(f"--nvr-{name}")
    return list(given) or [one for one in os.environ.get(variable(name), "").split(",") if one]
