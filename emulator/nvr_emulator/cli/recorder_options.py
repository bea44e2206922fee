"""The flags that say which recorder is served, where, and what comes of it; `serve` and `fleet` have them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from nvr_emulator.cli.parameter_types import NamedPath, Number
from nvr_emulator.cli.usual_user import DEFAULT_PASSWORD, DEFAULT_USER

F = TypeVar("F", bound=Callable[..., Any])


def _mode(context: click.Context, parameter: click.Parameter, text: str) -> int:
    """Permissions as of chmod, say 644; the owner must be able to read."""
    try:
        bits = int(text, 8)
    except ValueError:
        bits = -1
    if not 0o400 <= bits <= 0o777:
        raise click.BadParameter(f"{text!r} is no mode that lets you read it, say 640 or 644")
    return bits


OPTIONS = (
    click.option(
        "--config",
        type=NamedPath(path_type=Path, dir_okay=False),
        help="A recorder in a file (see nvr-emulator config); flags override it.",
    ),
    click.option("--model", type=click.Choice(["1", "2", "3"]), help="Model group.  [default: 2]"),
    click.option("--series", help="Series, say WJ-NU101 (see nvr-emulator models)."),
    click.option(
        "--transport", type=click.Choice(["both", "https", "http", "factory"]), help="[default: both]"
    ),
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
    click.option("--http-port", type=click.IntRange(0, 65535), default=0, help="0: the system chooses."),
    click.option("--https-port", type=click.IntRange(0, 65535), default=0, help="0: the system chooses."),
    click.option("--control-port", type=click.IntRange(0, 65535), default=0, help="0: the system chooses."),
    click.option(
        "--control-host",
        default="127.0.0.1",
        show_default=True,
        help="Address of the control port; beyond this machine it asks for a token (see the ready line).",
    ),
    click.option(
        "--control-token", help="The token that the control port asks for, instead of one made at start."
    ),
    click.option(
        "--cert",
        type=NamedPath(regular=True, path_type=Path),
        help="Certificate for HTTPS (PEM); without it one is made that nobody signed.",
    ),
    click.option(
        "--key",
        type=NamedPath(regular=True, path_type=Path),
        help="Its key (PEM), where in another file.",
    ),
    click.option(
        "--name", "names", multiple=True, help="A further name that the made certificate is valid for."
    ),
    click.option("--user", help=f"Name of the administrator.  [default: {DEFAULT_USER}]"),
    click.option("--password", help=f"Password of the administrator.  [default: {DEFAULT_PASSWORD}]"),
    click.option("--clock", type=click.Choice(["real", "manual", "fast"]), default="real", show_default=True),
    click.option(
        "--speed",
        type=Number(0, 1000, min_open=True),
        default=10.0,
        show_default=True,
        help="How many times faster than real time the fast clock runs.",
    ),
    click.option("--seed", type=int, help="Makes UIDs, SSRCs and sequence numbers repeatable."),
    click.option(
        "--udp-segmentation/--no-udp-segmentation",
        default=None,
        help="Hand RTP to the kernel in runs of packets, or one by one: captures on lo show runs whole.",
    ),
    click.option(
        "--defect", "defects", multiple=True, help="Break one requirement (see nvr-emulator defects)."
    ),
    click.option(
        "--variant",
        "variants",
        multiple=True,
        metavar="NAME[=VALUE]",
        help="Take a liberty that the document leaves (see nvr-emulator variants).",
    ),
    click.option(
        "--fault",
        "faults",
        multiple=True,
        metavar="NAME[:key=value,…]",
        help="A fault of the network, the hardware or the clock, from the start (see nvr-emulator faults).",
    ),
    click.option(
        "--ready-file",
        type=NamedPath(path_type=Path, dir_okay=False),
        help="Write the ready line here too; the file is there for as long as the recorder serves.",
    ),
    click.option(
        "--ready-file-mode",
        callback=_mode,
        metavar="OCTAL",
        default="600",
        show_default=True,
        help="Who may read that file, as of chmod: it has the password in it.",
    ),
    click.option("--open", "opens", is_flag=True, help="Show the recorder in a browser: the page /watch."),
    click.option(
        "--findings-out",
        type=NamedPath(path_type=Path, dir_okay=False),
        multiple=True,
        help="Write what clients did wrong when it ends: FILE.sarif, or FILE.xml (JUnit).",
    ),
    click.option(
        "--fail-on-findings",
        is_flag=False,
        flag_value="warning",
        type=click.Choice(["error", "warning", "note"]),
        help="End with status 3 if clients broke rules that are as bad as this (alone: warning).",
    ),
    click.option(
        "--ignore-finding",
        "ignored_findings",
        multiple=True,
        metavar="RULE",
        help="A rule that clients may break (see nvr-emulator rules).",
    ),
    click.option("--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True),
    click.option("--verbose", "-v", is_flag=True, help="Log each request."),
)


def recorder_options(command: F) -> F:
    """Give a command these flags, in this order."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command
