"""The versions that may be installed: minimums without known holes, and two lists that go with them."""

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITHOUT_HOLES = {
    "aiohttp": "3.13.3",
    "cryptography": "44.0.1",
    "h11": "0.16",
    "jinja2": "3.1.6",
    "requests": "2.32.4",
}
"""What the holes that are known of these were mended in."""


def number(version):
    return [int(part) for part in re.findall(r"[0-9]+", version)]


@pytest.fixture(scope="module")
def minimums():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = chain(project["dependencies"], *project["optional-dependencies"].values())
    forms = [
        re.fullmatch(r"([A-Za-z0-9-]+)>=([0-9.]+)(?:,<[0-9]+)?", each) for each in asked if "[" not in each
    ]
    return dict(form.groups() for form in forms)


def listed(name):
    lines = (ROOT / "constraints" / name).read_text().splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    return {package.lower().replace("_", "-"): version for package, version in pairs}


def test_no_minimum_has_a_known_hole(minimums):
    assert {name for name, least in WITHOUT_HOLES.items() if number(minimums[name]) < number(least)} == set()


def test_the_lowest_are_the_minimums(minimums):
    assert listed("lowest.txt") == minimums


def test_what_is_locked_is_allowed_and_complete(minimums):
    locked = listed("locked.txt")
    assert {name for name, least in minimums.items() if number(locked[name]) < number(least)} == set()


def test_ci_installs_what_is_locked():
    ini = (ROOT / "tox.ini").read_text()
    assert "PIP_CONSTRAINT = {tox_root}/constraints/locked.txt" in ini.partition("[testenv:")[0]
