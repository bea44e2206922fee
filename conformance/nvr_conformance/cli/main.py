"""``nvr-conformance``: judge a recorder, and explain what is judged.

Exit status: 0 conformant, 1 not conformant, 2 usage, 3 no recorder there, 4 inconclusive: the kit broke,
nothing was judged, or the run was interrupted.
"""

from __future__ import annotations

from typing import Any

import click

from nvr_conformance import interrupts
from nvr_conformance.cli.catalogue import explain, list_requirements
from nvr_conformance.cli.diff import diff
from nvr_conformance.cli.fuzz import fuzz, replay
from nvr_conformance.cli.merge import merge
from nvr_conformance.cli.rejudge import rejudge
from nvr_conformance.cli.run import run
from nvr_conformance.cli.selftest import selftest
from nvr_conformance.cli.stopping import stop
from nvr_conformance.judgement.exit_status import EXIT_KIT_BROKE
from nvr_emulator.version import __version__


class _Commands(click.Group):
    """Commands that end alike at an interrupt, wherever it meets them."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(*args, **extra)
        except KeyboardInterrupt:
            stop("interrupted", EXIT_KIT_BROKE)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            stop("interrupted", EXIT_KIT_BROKE)
        except ImportError:  # what a module written in C makes of an interrupt
            if not interrupts.has_come():
                raise
            stop("interrupted", EXIT_KIT_BROKE)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "NVR_CONFORMANCE"},
)
@click.version_option(__version__, prog_name="nvr-conformance")
def main() -> None:
    """Judge i-PRO network disk recorders, and their stand-in, against the vendor's command interface."""


for command in (run, rejudge, diff, fuzz, replay, selftest, merge, list_requirements, explain):
    main.add_command(command)
