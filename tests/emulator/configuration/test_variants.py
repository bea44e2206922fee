from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.configuration.variant_choice import (
    VariantError,
    all_variants,
    chosen,
    dialect_of,
    each_variant,
    pairs,
    parse_choice,
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
            "variant refusal: 'clos' is none of status, 200-empty, 200-text, 204, close; did you",
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


def test_the_dialect_is_part_of_the_variants():
    made = read_variants({"byte-order": "little", "access-unit-id": "ff04"})
    assert dialect_of(made) == replace(DEFAULT, byte_order="little", aac_unit_id=0xFF04)


def test_each_value_stands_alone_once():
    alone = [chosen(variants) for variants in each_variant()]
    assert all(len(one) == 1 for one in alone)
    assert len(alone) == sum(len(variant.values) - 1 for variant in all_variants())
    assert len({tuple(one.items()) for one in alone}) == len(alone)


def test_pairs_are_of_two_variants():
    assert all(one[0] != other[0] for one, other in pairs())
