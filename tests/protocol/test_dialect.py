"""The dialect and its names (protocol open points)."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.dialect import ALTERNATIVES, DEFAULT, OPEN_POINTS, Dialect, dialect_from_name
from nvr_protocol.errors import ProtocolError

dialects = st.builds(Dialect, **{field: st.sampled_from(values) for field, values in ALTERNATIVES.items()})


def test_the_default_has_the_first_of_all_alternatives():
    assert asdict(DEFAULT) == {field: values[0] for field, values in ALTERNATIVES.items()}
    assert DEFAULT.name == "default"
    assert (DEFAULT.order, Dialect(byte_order="little").order) == (">", "<")


def test_every_open_point_has_a_field_with_alternatives():
    assert OPEN_POINTS.keys() == ALTERNATIVES.keys()
    assert all(len(values) > 1 for values in ALTERNATIVES.values())


def test_a_name_tells_what_differs():
    assert Dialect(byte_order="little", aac_unit_id=0xFF04).name == "byte_order=little,aac_unit_id=0xFF04"


@given(dialects)
def test_a_name_gives_its_dialect(dialect):
    assert dialect_from_name(dialect.name) == dialect


@pytest.mark.parametrize(
    "name", ["", "colour=red", "byte_order=middle", "byte_order", "byte_order=little,byte_order=big"]
)
def test_a_wrong_name_is_refused(name):
    with pytest.raises(ProtocolError, match="dialect"):
        dialect_from_name(name)


def test_a_wrong_value_is_refused():
    with pytest.raises(ProtocolError, match="zone_info"):
        Dialect(zone_info="upper-bits")
