"""The table of faults: names, bounds and words; and how texts become faults."""

import json
from pathlib import Path

import pytest
from click import Context
from click.testing import CliRunner

from nvr_emulator.cli.fault_reference import markdown
from nvr_emulator.cli.main import main
from nvr_emulator.configuration.fault_choice import fault_of, parse_fault, read_faults
from nvr_emulator.configuration.recorder_toml import read_recorder
from nvr_emulator.configuration.settings import ConfigurationError
from nvr_emulator.faults.fault import FaultError
from nvr_emulator.faults.table import all_faults, kinds

PAGE = Path(__file__).parents[3] / "docs" / "faults.md"


def test_every_fault_has_words_a_room_a_section_and_parameters_that_say_what_they_are():
    assert len(all_faults()) > 20
    for row in all_faults():
        assert row.room, row.name
        assert row.section[0].isdigit(), row.name
        assert len(row.text) > 40, row.name
        for parameter in row.parameters:
            assert parameter.text, f"{row.name}.{parameter.name}"
            if parameter.kind.endswith("number"):
                assert parameter.most is not None, f"{row.name}.{parameter.name}"


def test_the_page_is_made_from_the_table():
    assert PAGE.read_text("utf-8") == markdown(), "run: nvr-emulator faults --markdown > docs/faults.md"


def test_the_command_lists_them():
    listed = CliRunner().invoke(main, ["faults"]).output
    rows = json.loads(CliRunner().invoke(main, ["faults", "--json"]).output)
    assert [row["name"] for row in rows] == list(kinds())
    assert all(f"{name}    (" in listed for name in kinds())


@pytest.mark.parametrize("name", list(kinds()))
def test_each_is_had_by_its_name_alone_and_by_what_it_says_of_itself(name):
    fault = parse_fault(name)
    assert fault.name == name
    longer = fault_of(name, {"lasts": 5})
    assert str(longer) == f"{name}:lasts=5"
    assert parse_fault(str(longer)) == longer


WRONG = [
    ("rtp-los", "fault 'rtp-los' is not known; did you mean 'rtp-loss'?"),
    ("", "fault '' is not known; see nvr-emulator faults"),
    (
        "rtp-loss:seed=\udcff",
        "fault 'rtp-loss:seed=\\udcff': must be printable: say rtp-loss:rate=0.02,seed=3",
    ),
    ("rtp-loss:rate=2", "fault rtp-loss: rate: must be a number of at most 1"),
    ("rtp-loss:rate=nan", "fault rtp-loss: rate: must be a number, not a text"),
    ("rtp-loss:rate=x", "fault rtp-loss: rate: must be a number, not a text"),
    ("rtp-loss:ratio=1", "fault rtp-loss: ratio: unknown key; did you mean 'rate'?"),
    ("rtp-loss:rate", "fault rtp-loss: 'rate' is no key=value: say rtp-loss:rate=0.02,seed=3"),
    ("rtp-loss:rate=0,rate=1", "fault rtp-loss: rate: given twice"),
    ("rtp-loss:packet=last", "fault rtp-loss: packet: 'last' is none of marker, first, all"),
    ("rtp-loss:camera=0", "fault rtp-loss: camera: must be a whole number of at least 1"),
    ("answer-cut:at=-1", "fault answer-cut: at: must be a whole number of at least 0"),
    ("reboot:lasts=0", "fault reboot: lasts: must be a number of more than 0"),
]


@pytest.mark.parametrize(("text", "line"), WRONG)
def test_what_is_wrong_is_said_in_one_line(text, line):
    with pytest.raises(FaultError) as caught:
        parse_fault(text)
    assert str(caught.value) == line


@pytest.mark.parametrize("given", ["rtp-loss", {"name": "rtp-loss"}, 7, [7], [{"rate": 1}], [None]])
def test_what_is_no_list_of_faults(given):
    with pytest.raises(FaultError, match="say"):
        read_faults(given)


def test_a_file_has_them(tmp_path):
    file = tmp_path / "recorder.toml"
    file.write_text('faults = ["answer-delay:delay=2", {name = "camera-lost", camera = 3}]')
    assert [str(fault) for fault in read_recorder(file).faults] == [
        "answer-delay:delay=2",
        "camera-lost:camera=3",
    ]
    file.write_text('faults = [{name = "camera-lost", camera = 300}]')
    with pytest.raises(
        ConfigurationError, match=r"recorder.toml: faults: fault camera-lost: camera: must be"
    ):
        read_recorder(file)


def test_flags_add_to_the_file(tmp_path):
    from nvr_emulator.cli.serve_settings import settings_from

    file = tmp_path / "recorder.toml"
    file.write_text('faults = ["disk-full"]')
    flags = ["--config", str(file), "--fault", "rtp-loss:rate=0.1", "--fault", "under-load"]
    above = Context(main, **main.context_settings)
    options = main.commands["serve"].make_context("serve", flags, above).params
    assert list(map(str, settings_from(options).faults)) == ["disk-full", "rtp-loss:rate=0.1", "under-load"]


def test_a_flag_that_is_none_is_said_in_one_line():
    result = CliRunner().invoke(main, ["serve", "--fault", "rtp-los"])
    assert result.exit_code == 2
    assert result.output.strip().endswith("--fault: fault 'rtp-los' is not known; did you mean 'rtp-loss'?")
