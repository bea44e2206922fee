"""Where the executable begins (`tox -e executable`)."""

from nvr_emulator.cli.entry import main

main()
