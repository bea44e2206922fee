"""`nvr-emulator` as it is installed: says its version at once, else runs the command."""

from __future__ import annotations

import gc
import sys

from nvr_emulator import standard_output
from nvr_emulator.version import __version__

_EXIT_BROKE = 4  # as of nvr_emulator.cli.ending, which takes click


def main() -> None:
    """Run the command line."""
    standard_output.run("nvr-emulator", _run, _EXIT_BROKE)


def _run() -> None:
    if sys.argv[1:] == ["--version"]:
        print(f"nvr-emulator, version {__version__}")
        return
    # Most of what is made is here to stay: to look through it for garbage is most of the collector's work.
    gc.set_threshold(50_000)
    from nvr_emulator.cli.main import main as command

    command()


if __name__ == "__main__":
    main()
