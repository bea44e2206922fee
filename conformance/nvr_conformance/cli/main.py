"""``nvr-conformance``: judge a recorder, and explain what is judged.

Exit status: 0 conformant, 1 not conformant, 2 usage, 3 no recorder there, 4 inconclusive: the kit broke,
nothing was judged, or the run was interrupted.
"""

from __future__ import annotations

import click

from nvr_conformance.cli.diff import diff
from nvr_conformance.cli.fuzz import fuzz, replay
from nvr_conformance.cli.rejudge import rejudge
from nvr_conformance.cli.run import run
from nvr_conformance.cli.selftest import selftest
from nvr_conformance.cli.stopping import stop
from nvr_conformance.judgement.verdicts import EXIT_KIT_BROKE


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "NVR_CONFORMANCE"}
)
@click.version_option(package_name="nvrkit")
def main() -> None:
    """Judge i-PRO network disk recorders, and their stand-in, against the vendor's command interface."""


for command in (run, rejudge, diff, fuzz, replay, selftest):
    main.add_command(command)


@main.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_requirements(as_json: bool) -> None:
    """List the requirements."""
    from nvr_conformance.judgement.requirements import requirements

    rows = list(requirements().values())
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(rows, order="sorted"), indent=2).decode())
        return
    for row in rows:
        click.echo(f"{row.id}  {row.level.value:7}  §{row.section:18}  {row.text}")


@main.command()
@click.argument("id_", metavar="ID")
def explain(id_: str) -> None:
    """Say what a requirement holds against a recorder and what it does not, where the document says so, and
    which scenarios check it."""
    from nvr_conformance.cli.explaining import explained
    from nvr_conformance.engine.claims import claims
    from nvr_conformance.judgement.outcomes import KitError
    from nvr_conformance.judgement.requirements import requirements

    row = requirements().get(id_.upper())
    if row is None:
        raise click.BadParameter(f"{id_}: no such requirement; see nvr-conformance list", param_hint="ID")
    try:
        found = claims()
    except KitError as problem:
        stop(f"the kit broke: {problem}", EXIT_KIT_BROKE)
    click.echo(explained(row, [claim for claim in found if row.id in claim.claim.ids]))
