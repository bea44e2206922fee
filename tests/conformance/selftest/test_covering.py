from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from nvr_conformance.selftest.covering import covering_rows, different_rows
from nvr_emulator.configuration.variant_choice import EXCLUDED, all_variants, read_variants

names = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.integers(2, 4).map(lambda count: tuple(str(number) for number in range(count))),
    min_size=2,
    max_size=6,
)


@st.composite
def with_barred(draw):
    chosen = draw(names)
    # The first value of each goes with everything, as defaults do.
    pairs = [
        ((one, value), (other, its))
        for one, other in combinations(chosen, 2)
        for value in chosen[one][1:]
        for its in chosen[other][1:]
    ]
    return chosen, draw(st.lists(st.sampled_from(pairs), max_size=5))


@settings(max_examples=60)
@given(with_barred())
def test_every_two_values_meet_but_those_that_may_not(made):
    chosen, barred = made
    rows = covering_rows(chosen, barred=barred)
    met = {frozenset(pair) for row in rows for pair in combinations(row.items(), 2)}
    apart = {frozenset(pair) for pair in barred}
    for one, other in combinations(chosen, 2):
        for value in chosen[one]:
            for its in chosen[other]:
                pair = frozenset(((one, value), (other, its)))
                assert (pair in met) == (pair not in apart)
    assert all(row.keys() == chosen.keys() for row in rows)


@settings(max_examples=60)
@given(with_barred())
def test_every_other_value_comes_where_all_differ(made):
    chosen, barred = made
    rows = different_rows(chosen, barred=barred)
    seen = {choice for row in rows for choice in row.items()}
    assert all((name, value) in seen for name, values in chosen.items() for value in values[1:])
    apart = {frozenset(pair) for pair in barred}
    assert not any(frozenset(pair) in apart for row in rows for pair in combinations(row.items(), 2))


def test_the_rows_of_all_variants_go_together():
    table = {variant.name: variant.values for variant in all_variants()}
    barred = [(one, other) for one, other, _ in EXCLUDED]
    rows = covering_rows(table, barred=barred)
    assert len(rows) < 60
    for row in (*rows, *different_rows(table, barred=barred)):
        read_variants(row)
    assert rows == covering_rows(table, barred=barred)
