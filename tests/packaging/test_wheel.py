"""The wheel has what users need, not the workshop, and works where it is unpacked."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    builders = pytest.importorskip("hatchling.builders.wheel")
    folder = tmp_path_factory.mktemp("dist")
    return Path(next(builders.WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_the_workshop_stays_out(names):
    assert not [name for name in names if "/making/" in name or name.startswith("tests/")]


def test_every_other_file_is_in(names):
    packages = ["protocol/nvr_protocol", "emulator/nvr_emulator", "conformance/nvr_conformance"]
    packages.append("fixtures/nvr_fixtures")
    sources = {
        path.relative_to(ROOT / package.split("/")[0]).as_posix()
        for package in packages
        for path in (ROOT / package).rglob("*")
        if path.is_file() and not {"making", "__pycache__"} & set(path.parts)
    }
    assert sources - set(names) == set()


def test_it_works_where_it_is_unpacked(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import nvr_fixtures, nvr_protocol, nvr_emulator, nvr_conformance\n"
        "import nvr_fixtures.importing\n"
        f"assert nvr_fixtures.__file__.startswith({str(tmp_path)!r})\n"
        "for name in ('tone', 'placeholder', 'counter-small-gop5'):\n"
        "    assert nvr_fixtures.verify(name)\n"
    )
    subprocess.run([sys.executable, "-I", "-c", program], check=True)
