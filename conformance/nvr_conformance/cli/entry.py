"""``nvr-conformance`` as it is installed: its version at once, a missing extra in one line."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from nvr_conformance.judgement.exit_status import EXIT_KIT_BROKE, EXIT_USAGE, Judged
from nvr_emulator import standard_output
from nvr_emulator.version import __version__

NEEDED = ("av", "h11", "hypothesis", "jinja2", "numpy", "pytest", "rich", "scapy")
"""What the extra `conformance` brings."""

_HELP = ("-h", "--help")


def main() -> None:
    """Run the command line; exit status 2 where the extra is not installed, which help does without, and 4
    where stdout was to have all that came of it, and could not be written."""
    standard_output.run("nvr-conformance", _run, EXIT_KIT_BROKE, lambda end: isinstance(end, Judged))


def _run() -> None:
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        print(f"nvr-conformance, version {__version__}")
        return
    # Behind the version, which does without.
    from nvr_conformance import interrupts

    asks_for_help = not arguments or any(word in _HELP for word in arguments)
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing and not asks_for_help:
        way_out = (
            "install nvrkit with its extra: pip install '.[conformance]' in a checkout, FILE.whl[conformance]"
        )
        print(f"Error: {', '.join(missing)} missing here; {way_out}", file=sys.stderr)
        sys.exit(EXIT_USAGE)
    interrupts.install()
    try:
        from nvr_conformance.cli.main import main as command

        command()
    except KeyboardInterrupt:  # while all that is imported
        print("nvr-conformance: interrupted", file=sys.stderr)
        sys.exit(EXIT_KIT_BROKE)
    finally:
        interrupts.let_exit_status_stand()


if __name__ == "__main__":
    main()
