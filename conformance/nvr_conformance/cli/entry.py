"""`nvr-conformance` as it is installed: says in one line when the extra is missing, else runs the command."""

from __future__ import annotations

import signal
import sys
from importlib.util import find_spec

NEEDED = ("av", "h11", "hypothesis", "jinja2", "numpy", "pytest", "rich", "scapy")
"""What the extra `conformance` brings."""

EXIT_USAGE = 2


def main() -> None:
    """Run the command line; exit status 2 where the extra is not installed."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        way_out = "pip install 'nvrkit[conformance]' brings what the judge needs"
        print(f"Error: {', '.join(missing)} missing here; {way_out}", file=sys.stderr)
        sys.exit(EXIT_USAGE)
    from nvr_conformance.cli.main import main as command

    # As at Ctrl-C: streams are stopped and UIDs logged out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    command()
