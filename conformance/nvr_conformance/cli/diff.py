"""``nvr-conformance diff``: what changed between two runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from nvr_conformance.cli.stopping import say
from nvr_conformance.cli.words import Place
from nvr_conformance.judgement.exit_status import EXIT_CONFORMANT, EXIT_FAILURES
from nvr_conformance.judgement.plain_text import plain

_COLOURS = {"worse": "red", "better": "green", "changed": "yellow"}
_REPORT = Place(exists=True)


@click.command("diff")
@click.argument("before", type=_REPORT)
@click.argument("after", type=_REPORT)
@click.option("--verdicts", is_flag=True, help="Compare verdicts alone, not single checks and observations.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def diff(before: Path, after: Path, verdicts: bool, as_json: bool) -> None:
    """Say what changed from BEFORE to AFTER, each a result.json or the directory of a report.

    Exit status: 0 nothing, 1 something, 2 usage.
    """
    import msgspec

    from nvr_conformance.report.diff import changes, load_result

    try:
        old, new = load_result(before), load_result(after)
    except (OSError, ValueError) as problem:
        raise click.UsageError(plain(str(problem))) from None
    found = changes(old, new, verdicts_only=verdicts)
    if as_json:
        rows = [{**msgspec.to_builtins(change), "direction": change.direction} for change in found]
        data = {"before": old.verdict, "after": new.verdict, "changes": rows}
        click.echo(json.dumps(data, indent=2))
    else:
        if old.model != new.model:
            click.echo(f"MODEL {old.model} against MODEL {new.model}")
        for change in found:
            verdict = f"{change.before or 'not there'} → {change.after or 'not there'}"
            text = verdict if change.before != change.after else f"{change.after}, other checks"
            click.secho(f"{change.id}  {text}", fg=_COLOURS[change.direction])
            for line in change.details:
                say(f"    {line}")
        click.echo(f"{old.verdict} → {new.verdict}, {len(found)} of {len(new.requirements)} changed")
    sys.exit(EXIT_FAILURES if found or old.verdict != new.verdict else EXIT_CONFORMANT)
