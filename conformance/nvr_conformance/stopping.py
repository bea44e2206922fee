"""How a command ends early: one line on stderr, and an exit status."""

from __future__ import annotations

import sys
from typing import NoReturn

import click


def stop(text: str, status: int) -> NoReturn:
    """Say why, and exit."""
    click.echo(f"nvr-conformance: {text}", err=True)
    sys.exit(status)
