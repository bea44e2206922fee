"""`nvr-emulator`: serve a recorder, list models and defects."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from nvr_emulator.cli.ending import EXIT_NO, EXIT_USAGE, ended, in_one_line
from nvr_emulator.cli.file_clashes import refuse_clashes
from nvr_emulator.cli.parameter_types import NamedPath, Number
from nvr_emulator.cli.ready_file import ready_file
from nvr_emulator.cli.recorder_options import recorder_options
from nvr_emulator.cli.table import table
from nvr_emulator.cli.told_to_end import EndedWhereItStands, told_to_end
from nvr_emulator.version import __version__


@click.group(cls=EndedWhereItStands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nvr-emulator")
def main() -> None:
    """An emulator of i-PRO network disk recorders."""


@main.command(context_settings={"auto_envvar_prefix": "NVR_EMULATOR"})
@recorder_options
def serve(**options: Any) -> None:
    """Serve a recorder until SIGTERM or Ctrl-C; prints one line of JSON when it is ready."""
    _serve(options | {"count": 1})


@main.command(context_settings={"auto_envvar_prefix": "NVR_EMULATOR"})
@click.option("--count", type=click.IntRange(1, 1000), required=True, help="How many.")
@recorder_options
def fleet(**options: Any) -> None:
    """Serve many recorders of one kind in one process; prints a line of JSON for each when all are ready.

    Ports that are given are the first recorder's, and the others' follow it.
    """
    _serve(options)


@main.command()
@click.argument("where", metavar="URL|FILE")
@click.option("--timeout", type=Number(0, 86400), default=30.0, show_default=True, help="Seconds to wait.")
def wait(where: str, timeout: float) -> None:
    """Wait until a recorder answers: the one at URL, or those that FILE names (of --ready-file, whose lines
    are printed then)."""
    from nvr_emulator.cli.waiting import NoAnswerError, is_url, wait_for

    if is_url(where) and "@" in where:  # which is not said again
        reason = "a user or a password stands in the URL (@): leave it out, none is needed"
        raise ended(reason, EXIT_USAGE)
    try:
        click.echo(wait_for(where, timeout), nl=False)
    except NoAnswerError as error:
        raise ended(error, EXIT_NO) from None


def _serve(options: dict[str, Any]) -> None:
    refuse_clashes(
        written=[
            ("--ready-file", options["ready_file"]),
            *(("--findings-out", path) for path in options["findings_out"]),
        ],
        read=[(f"--{name}", options[name]) for name in ("config", "cert", "key")],
    )
    # An older recorder's line goes first of all: whoever waits for the file shall not find it.
    with (
        told_to_end(lambda number: 0) as told,
        in_one_line(verbose=options["verbose"]),
        ready_file(options["ready_file"], options["ready_file_mode"]) as write_ready,
    ):
        from nvr_emulator.cli.quick_start import import_aiohttp

        import_aiohttp()
        from nvr_emulator.cli.serve import serve as serve_until_told

        status = serve_until_told(options, write_ready, told)
    if status:
        sys.exit(status)


@main.command()
@click.option("--example", is_flag=True, help="Print a recorder.toml with every key, commented.")
@click.option("--check", type=NamedPath(path_type=Path), help="Say whether a recorder.toml can be served.")
def config(example: bool, check: Path | None) -> None:
    """Print an example of a recorder.toml, or check one."""
    if example == (check is not None):
        raise click.UsageError("give --example or --check FILE")
    if check is None:
        from importlib.resources import files

        click.echo(files("nvr_emulator").joinpath("recorder.example.toml").read_text("utf-8"), nl=False)
        return
    from nvr_emulator.configuration.recorder_toml import read_recorder

    with in_one_line(EXIT_NO):
        settings = read_recorder(check)
    series = settings.series or f"MODEL {settings.model}"
    count = len(settings.cameras)
    cameras = f"{count or 'the usual'} camera{'s' * (count != 1)}"
    click.echo(f"{check}: {series}, {cameras}, {settings.time_zone}")


@main.command("import")
@click.argument("video", type=NamedPath(path_type=Path))
@click.option("--name", required=True, help="Name of the folder that is made.")
@click.option(
    "--into",
    type=NamedPath(path_type=Path, file_okay=False),
    default=Path("fixtures"),
    show_default=True,
    help="Where it is made.",
)
@click.option(
    "--camera", type=click.IntRange(1, 128), default=1, help="Number that the footage is marked with."
)
@click.option(
    "--seconds", type=click.IntRange(1, 600), default=60, show_default=True, help="How much of it, at most."
)
@click.option(
    "--codec",
    "codecs",
    multiple=True,
    type=click.Choice(["H264", "H265"], case_sensitive=False),
    help="Video to have (may be repeated).  [default: both]",
)
def import_(video: Path, name: str, into: Path, camera: int, seconds: int, codecs: tuple[str, ...]) -> None:
    """Make a fixture of a video file of your own: footage for the cameras of a recorder.toml."""
    from nvr_emulator.cli.import_footage import run_import

    run_import(video, name, into, camera=camera, seconds=seconds, codecs=codecs)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def models(as_json: bool) -> None:
    """List the models and series that can be emulated."""
    from nvr_protocol.models import SERIES

    rows = [
        {
            "series": series.name,
            "model": series.model.value,
            "cameras": series.cameras.value,
            "uid_digits": series.data.uid_digits.value,
        }
        for series in SERIES
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    click.echo(table([tuple(row.values()) for row in rows], ("series", "MODEL", "cameras", "UID digits")))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def defects(as_json: bool) -> None:
    """List the defects that --defect can plant, and the requirements that each breaks."""
    from nvr_emulator.defects import all_defects

    if as_json:
        rows = [
            {
                "name": defect.name,
                "breaks": sorted(defect.breaks),
                "models": sorted(defect.models),
                "text": defect.text,
            }
            for defect in all_defects()
        ]
        click.echo(json.dumps(rows))
        return
    rows_ = [(defect.name, ", ".join(sorted(defect.breaks)), defect.text) for defect in all_defects()]
    click.echo(table(rows_))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--markdown", is_flag=True, help="The page docs/faults.md.")
def faults(as_json: bool, markdown: bool) -> None:
    """List the faults of network, hardware and clock, for --fault."""
    from nvr_emulator.cli import fault_reference

    if markdown:
        click.echo(fault_reference.markdown(), nl=False)
    else:
        click.echo(fault_reference.as_json() if as_json else fault_reference.listing())


@main.command()
def fidelity() -> None:
    """Print how true the emulator is: each behaviour, and whence it is known (docs/fidelity.md)."""
    from nvr_emulator.cli.fidelity import page

    click.echo(page(), nl=False)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--markdown", is_flag=True, help="The page docs/variants.md.")
def variants(as_json: bool, markdown: bool) -> None:
    """List what a recorder may do otherwise, for --variant."""
    from nvr_emulator.cli import variant_reference

    if markdown:
        click.echo(variant_reference.markdown(), nl=False)
    else:
        click.echo(variant_reference.as_json() if as_json else variant_reference.listing())


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--markdown", is_flag=True, help="The page docs/rules.md.")
def rules(as_json: bool, markdown: bool) -> None:
    """List what the document asks of clients, and the emulator watches."""
    from nvr_emulator.findings.files import reference

    if markdown:
        click.echo(reference.markdown(), nl=False)
    elif as_json:
        click.echo(json.dumps(reference.plain_rules()))
    else:
        found = reference.plain_rules()
        click.echo(table((one["id"], one["severity"], f"§{one['section']}", one["title"]) for one in found))


@main.command()
@click.option("--install", is_flag=True, help="Put it where Wireshark and tshark look.")
def dissector(install: bool) -> None:
    """Say where the dissector for Wireshark and tshark is, or install it."""
    from nvr_emulator.cli.dissector import installed, source

    with in_one_line():
        click.echo(str(installed() if install else source()))


@main.command()
@click.option("--markdown", is_flag=True, help="The page docs/commands.md, with what the emulator answers.")
def commands(markdown: bool) -> None:
    """List the commands of the document."""
    if markdown:
        from nvr_emulator.cli.command_reference import markdown as page

        click.echo(page(), nl=False)
        return
    from nvr_protocol.commands.table import COMMANDS

    named = ((spec, " ".join(parameter.name for parameter in spec.parameters)) for spec in COMMANDS)
    click.echo(table((spec.cgi, spec.title, parameters) for spec, parameters in named))


if __name__ == "__main__":
    main()
