"""``nvr-conformance list`` and ``explain``: the requirements, and which scenarios check them."""

from __future__ import annotations

import json

import click

from nvr_conformance.cli.stopping import stop
from nvr_conformance.judgement.exit_status import EXIT_KIT_BROKE


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--markdown", is_flag=True, help="The page docs/requirements.md.")
def list_requirements(as_json: bool, markdown: bool) -> None:
    """List the requirements."""
    from nvr_conformance.judgement.requirements import requirements

    rows = list(requirements().values())
    if markdown:
        from nvr_conformance.cli.requirements_page import page

        click.echo(page(rows), nl=False)
        return
    if as_json:
        import msgspec

        click.echo(json.dumps(msgspec.to_builtins(rows, order="sorted"), indent=2))
        return
    for row in rows:
        click.echo(f"{row.id}  {row.level.value:7}  §{row.section:18}  {row.text}")


@click.command()
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
