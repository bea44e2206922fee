"""pytest plugin: the scenarios as plain tests, ``pytest --pyargs nvr_conformance --nvr-url=http://…``.

Loaded in every pytest of an environment with this package, so it is light, and does nothing but declare its
options unless the scenarios are asked for. In other runs they are not collected.
"""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parent
NAME = "nvr_conformance"
GROUP = "nvr"
PASSWORD = "NVR_CONFORMANCE_RUN_PASSWORD"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of ``nvr-conformance run`` that make sense here, under the same names.

    The group is shared with the emulator's plugin, and so are some options, which that one may have added.
    """
    add = parser.getgroup(GROUP, "network disk recorders").addoption
    shared: tuple[tuple[str, dict[str, Any]], ...] = (
        ("--nvr-model", {"choices": ["1", "2", "3"], "help": "the recorder's model"}),
        ("--nvr-url", {"metavar": "URL", "help": "this recorder; without it an emulated one is started"}),
        ("--nvr-user", {"metavar": "NAME", "help": "user name on the recorder [ADMIN]"}),
        ("--nvr-password", {"metavar": "PASSWORD", "help": f"better given as {PASSWORD}"}),
    )
    for name, more in shared:
        with suppress(ValueError):
            add(name, **more)
    add(
        "--nvr-other-user",
        action="append",
        default=[],
        metavar="NAME:PASSWORD:PRIORITY",
        help="a user of other priority (0 administrator … 3 viewer)",
    )
    add("--nvr-insecure", action="store_true", help="accept any certificate, and old TLS")
    add("--nvr-select", action="append", default=[], metavar="ID-GLOB", help="judge these alone")
    add("--nvr-skip", action="append", default=[], metavar="ID-GLOB", help="leave these out")
    add("--nvr-allow", metavar="ptz,presets,eviction,load", help="what may disturb others")
    add("--nvr-pace", type=seconds_from(0, 3600), metavar="SECONDS", help="between commands")
    add(
        "--nvr-timeout",
        type=seconds_from(0.1, 600),
        default=10.0,
        metavar="SECONDS",
        help="that an answer may take",
    )
    add("--nvr-seed", type=int, default=0, help="makes what is chosen at random repeatable")
    add("--nvr-control", metavar="URL", help="the control port of an emulator")
    add("--nvr-control-token", metavar="TOKEN", help="its bearer token")
    add("--nvr-defect", action="append", default=[], metavar="NAME", help="break the emulated recorder")
    add("--nvr-variant", action="append", default=[], metavar="NAME=VALUE", help="make it otherwise")


def seconds_from(least: float, most: float) -> Callable[[str], float]:
    """A reader of seconds in a range; what it raises is a usage error."""

    def seconds(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least:g} to {most:g}")
        return number

    return seconds


def pytest_configure(config: pytest.Config) -> None:
    """Start the judge where its scenarios are asked for."""
    if not _asked_for(config):
        return
    if config.getoption("numprocesses", None) or hasattr(config, "workerinput"):
        raise pytest.UsageError(
            "nvr_conformance: no -n: the scenarios share one recorder and would disturb each other"
        )
    try:
        from nvr_conformance.engine.pytest_judge import make_judge
    except ModuleNotFoundError as problem:
        raise pytest.UsageError(
            f"nvr_conformance: nvrkit is installed without its extra conformance: {problem}"
        ) from None
    option = config.getoption
    password = option("--nvr-password")
    config.pluginmanager.register(
        make_judge(
            {
                "url": option("--nvr-url"),
                "user": option("--nvr-user"),
                "password": (os.environ.get(PASSWORD) or None) if password is None else password,
                "model": None if option("--nvr-model") is None else int(option("--nvr-model")),
                "insecure": option("--nvr-insecure"),
                "allow": option("--nvr-allow"),
                "pace": option("--nvr-pace"),
                "timeout": option("--nvr-timeout"),
                "control": option("--nvr-control"),
                "control_token": option("--nvr-control-token"),
                "defects": option("--nvr-defect"),
                "variants": option("--nvr-variant"),
                "other_users": option("--nvr-other-user"),
            },
            select=option("--nvr-select"),
            skip=option("--nvr-skip"),
            seed=option("--nvr-seed"),
        ),
        NAME,
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Keep the scenarios out of runs that pass by this package."""
    if collection_path == PACKAGE / "scenarios" and not config.pluginmanager.has_plugin(NAME):
        return True
    return None


def _asked_for(config: pytest.Config) -> bool:
    here = config.invocation_params.dir
    for argument in config.args:
        name = argument.partition("::")[0]
        if config.option.pyargs and (name == NAME or name.startswith(f"{NAME}.")):
            return True
        path = (here / name).resolve()
        if path == PACKAGE or PACKAGE in path.parents:
            return True
    return False
