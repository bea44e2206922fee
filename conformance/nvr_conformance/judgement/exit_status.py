"""With which exit status a command of the judge ends."""

from __future__ import annotations

EXIT_CONFORMANT = 0
EXIT_FAILURES = 1
EXIT_USAGE = 2
EXIT_UNREACHABLE = 3
EXIT_KIT_BROKE = 4  # an error of the kit, a run that was interrupted, or one in which nothing was checked


class Judged(SystemExit):
    """The end of a command that judged: its exit status stands, whether what was printed was read or not."""
