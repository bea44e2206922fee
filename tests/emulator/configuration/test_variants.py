import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.cli.main import main
from nvr_emulator.cli.variant_reference import markdown
from nvr_emulator.configuration import variant_choice
from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.recorder_toml import read_recorder, settings_of
from nvr_emulator.configuration.settings import ConfigurationError
from nvr_emulator.configuration.small_recorder import USERS
from nvr_emulator.configuration.variant_choice import (
    VariantError,
    all_different,
    all_variants,
    chosen,
    dialect_of,
    each_variant,
    pairs,
    parse_choice,
    parse_choices,
    read_variants,
)
from nvr_emulator.configuration.variants import Variants
from nvr_protocol.dialect import DEFAULT

choices = st.fixed_dictionaries(
    {}, optional={variant.name: st.sampled_from(variant.values) for variant in all_variants()}
)


def test_every_variant_says_what_it_is_and_whom_it_breaks():
    for variant in all_variants():
        assert variant.text, variant.name
        assert variant.careless, variant.name
        assert variant.section, variant.name
        assert len(variant.values) > 1, variant.name
        assert variant.standard == (None if variant.number else variant.values[0]), variant.name


@given(choices)
def test_what_is_chosen_reads_back(names):
    made = read_variants(names)
    wanted = {variant.name: names[variant.name] for variant in all_variants() if variant.name in names}
    standard = {variant.name: variant.values[0] for variant in all_variants()}
    assert chosen(made) == {name: value for name, value in wanted.items() if value != standard[name]}
    assert read_variants(chosen(made)) == made


def test_nothing_chosen_is_the_default():
    assert read_variants({}) == Variants()
    assert chosen(Variants()) == {}
    assert dialect_of(Variants()) == DEFAULT


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"refusl": "close"}, "variant 'refusl' is not known; did you mean refusal?"),
        (
            {"refusal": "clos"},
            "variant refusal: 'clos' is none of status, 200-empty, 200-text, 204, close, per-cause,",
        ),
        ({"uid-digits": True}, "variant uid-digits: True is no whole number"),
        ({"uid-digits": "１２"}, "variant uid-digits: '１２' is no whole number"),
        ({"uid-digits": 99}, "uid-digits"),
        ([("aud", "none"), ("aud", "sent")], "variant aud: given twice"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(names, said):
    with pytest.raises(VariantError) as refused:
        read_variants(names)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_name_alone_is_its_first_other_value():
    assert parse_choice("refusal") == ("refusal", "200-empty")
    assert parse_choice("refusal=close") == ("refusal", "close")


def test_all_different_leaves_what_is_chosen_by_name():
    other = "close" if all_different()["refusal"] != "close" else "204"
    choices = dict(parse_choices(["all-different", f"refusal={other}"]))
    assert choices == all_different() | {"refusal": other}
    assert len(chosen(read_variants(choices))) == len(all_variants())
    assert parse_choices(["refusal"]) == [("refusal", "200-empty")]


def test_the_dialect_is_part_of_the_variants():
    made = read_variants({"byte-order": "little", "access-unit-id": "ff04"})
    assert dialect_of(made) == replace(DEFAULT, byte_order="little", aac_unit_id=0xFF04)


def test_every_value_has_a_place_in_the_dialect():
    """A value that the dialect does not know would be refused; each is a dialect of its own."""
    dialects = [dialect_of(variants) for variants in each_variant() if dialect_of(variants) != DEFAULT]
    assert len(set(dialects)) == len(dialects)
    concerned = [variant for variant in all_variants() if variant.dialect]
    assert len(dialects) == sum(len(variant.values) - 1 for variant in concerned)


def test_each_value_stands_alone_once():
    alone = [chosen(variants) for variants in each_variant()]
    assert all(len(one) == 1 for one in alone)
    assert len(alone) == sum(len(variant.values) - 1 for variant in all_variants())
    assert len({tuple(one.items()) for one in alone}) == len(alone)


def test_all_at_once_differ_wherever_they_can():
    made = read_variants(all_different())
    assert chosen(made) == all_different()
    assert len(chosen(made)) == len(all_variants())


def test_what_is_barred_does_not_differ_at_once(monkeypatch):
    aud, sei = ("aud", "none"), ("sei", "none")
    monkeypatch.setattr(variant_choice, "EXCLUDED", ((aud, sei, "a test"),))
    assert all_different()["aud"] == "none"
    assert "sei" not in all_different()
    assert read_variants(all_different())


def test_pairs_are_of_two_variants():
    assert all(one[0] != other[0] for one, other in pairs())


def test_a_file_says_its_variants():
    settings = settings_of({"variants": {"refusal": "close", "uid-digits": 12, "gop-seconds": 5}})
    assert chosen(settings.variants) == {"uid-digits": "12", "refusal": "close", "gop-seconds": "5"}
    assert plan(msgspec.structs.replace(settings, users=USERS)).uid_digits == 12


@pytest.mark.parametrize(
    ("table", "said"),
    [({"refusal": "clos"}, "variants: variant refusal: 'clos' is none of"), (3, "variants: is no table")],
)
def test_a_wrong_variant_in_a_file_is_named(tmp_path, table, said):
    file = tmp_path / "recorder.toml"
    file.write_text("variants = 3\n" if table == 3 else 'variants = {refusal = "clos"}\n')
    with pytest.raises(ConfigurationError, match=r"recorder.toml: ") as refused:
        read_recorder(file)
    assert said in str(refused.value)


def test_flags_go_ahead_of_the_file(tmp_path):
    file = tmp_path / "recorder.toml"
    file.write_text('variants = {refusal = "close", aud = "none"}\n')
    shown = CliRunner().invoke(main, ["serve", "--config", str(file), "--variant", "refusl"])
    assert (shown.exit_code, "did you mean refusal?" in shown.output) == (2, True)


def test_the_page_is_current():
    page = Path(__file__).parents[3] / "docs" / "variants.md"
    assert page.read_text("utf-8") == markdown(), "run: nvr-emulator variants --markdown > docs/variants.md"


def test_the_list_for_machines_has_each():
    shown = CliRunner().invoke(main, ["variants", "--json"])
    assert [row["name"] for row in json.loads(shown.output)] == [variant.name for variant in all_variants()]
    listed = CliRunner().invoke(main, ["variants"]).output
    assert all(f"\n{variant.name} = " in f"\n{listed}" for variant in all_variants())
