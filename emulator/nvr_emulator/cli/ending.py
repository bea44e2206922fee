"""How a command ends: its exit status, and one line on stderr where it is not 0."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterator

import click

EXIT_NO = 1
"""The answer is no: a recorder.toml that cannot be served, a video that cannot be imported."""
EXIT_USAGE = 2
"""What was asked for cannot be had: flags, configuration, ports, files, a part that is not installed."""
EXIT_FINDINGS = 3
"""Clients broke rules, and that was to fail."""
EXIT_BROKE = 4
"""The emulator itself failed."""


def ended(reason: object, status: int) -> click.ClickException:
    """What ends the command with a status, and says why in one line."""
    end = click.ClickException(str(reason).partition("\n")[0])
    setattr(end, "exit_code", status)  # noqa: B010 - click declares it for the class
    return end


@contextlib.contextmanager
def in_one_line(status: int = EXIT_USAGE, *, verbose: bool = False) -> Iterator[None]:
    """What goes wrong is told in one line; with `verbose`, a fault of the emulator's with its trace."""
    from nvr_emulator.configuration.settings import ConfigurationError

    try:
        yield
    except (click.exceptions.Exit, click.ClickException):
        raise
    except ConfigurationError as error:
        raise ended(error, status) from None
    except OSError as error:
        raise ended(_of_the_system(error), status) from None
    except Exception as error:
        if verbose:
            traceback.print_exc()
        raise ended(f"the emulator broke: {type(error).__name__}: {error}", EXIT_BROKE) from None


def _of_the_system(error: OSError) -> str:
    from nvr_emulator.server.listening import CannotListenError

    if isinstance(error, CannotListenError) or not error.strerror:
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
