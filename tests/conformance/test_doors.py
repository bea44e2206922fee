"""What the judge offers to others is there, and costs nothing until it is used."""

import subprocess
import sys

import pytest

import nvr_conformance
from nvr_conformance import scenario, strategies

HEAVY = ("aiohttp", "scapy", "av", "numpy", "pytest", "_pytest", "hypothesis", "msgspec", "nvr_emulator")


@pytest.mark.parametrize("door", [nvr_conformance, scenario, strategies], ids=lambda door: door.__name__)
def test_every_public_name_is_there(door):
    missing = [name for name in door.__all__ if getattr(door, name, None) is None]
    assert missing == []
    assert set(door.__all__) <= set(dir(door))


def test_a_name_stays_what_it_is_when_its_neighbours_are_imported():
    for _ in range(2):
        values = [getattr(nvr_conformance, name) for name in nvr_conformance.__all__]
        kinds = {type(value).__name__ for value in values}
        assert "module" not in kinds


def test_what_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'nvr_conformance' has no attribute 'acquit'"):
        nvr_conformance.acquit  # noqa: B018


def test_importing_is_free():
    program = (
        "import sys; before = set(sys.modules)\n"
        "import nvr_conformance\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        f"assert not set({HEAVY}) & new, new\n"
        "assert [name for name in sys.modules if name.startswith('nvr_')] == ['nvr_conformance']\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
