"""How a command ends early: one line on stderr, and an exit status."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import click

from nvr_conformance.judgement.exit_status import EXIT_KIT_BROKE, EXIT_UNREACHABLE
from nvr_conformance.judgement.outcomes import ScenarioStopped, TargetUnreachableError
from nvr_conformance.judgement.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator


def tell(text: str) -> None:
    """Say on stderr what went wrong besides, if anything; the exit status stays what it is."""
    if text:
        click.echo(f"nvr-conformance: {plain(text)}", err=True)


def say(text: str) -> None:
    """Say in a line what may be a device's, or of somebody's file."""
    click.echo(plain(text))


@contextmanager
def writing(what: str) -> Iterator[None]:
    """Say on stderr if a file cannot be written now (a full disk), and go on."""
    try:
        yield
    except OSError as problem:
        tell(f"{what} was not written: {problem.strerror or problem}")


def stop(text: str, status: int) -> NoReturn:
    """Say why, and exit."""
    tell(text)
    sys.exit(status)


@contextmanager
def no_traceback() -> Iterator[None]:
    """Whatever goes wrong meanwhile ends the command by ``stop``: no recorder there, one that nothing can be
    done with, Ctrl-C, a fault of the kit's."""
    try:
        yield
    except TargetUnreachableError as problem:
        stop(str(problem), EXIT_UNREACHABLE)
    except ScenarioStopped as problem:
        stop(f"inconclusive: {problem}", EXIT_KIT_BROKE)
    except KeyboardInterrupt:
        stop("interrupted", EXIT_KIT_BROKE)
    except Exception as problem:
        stop(f"the kit broke: {type(problem).__name__}: {problem}", EXIT_KIT_BROKE)
