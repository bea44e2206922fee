"""A healthy run that tells which lines it executed: ``python -m … MODEL SEED`` prints them as JSON."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path


def main() -> None:
    """Run the judge with coverage.py around it, before anything of emulator and protocol is imported."""
    import coverage

    model, seed = map(int, sys.argv[1:])
    sources = [
        str(Path(spec.origin).parent)
        for name in ("nvr_emulator", "nvr_protocol")
        if (spec := find_spec(name)) is not None and spec.origin is not None
    ]
    measured = coverage.Coverage(data_file=None, source=sources, config_file=False, concurrency=["thread"])
    measured.start()
    from nvr_conformance.client.options import TargetOptions
    from nvr_conformance.engine.judge import judge
    from nvr_conformance.engine.run_options import RunOptions

    judge(TargetOptions(model=model), RunOptions(seed=seed))
    measured.stop()
    data = measured.get_data()
    import msgspec

    lines = {name: sorted(data.lines(name) or ()) for name in data.measured_files()}
    print()
    print(msgspec.json.encode(lines).decode())


if __name__ == "__main__":
    main()
