import ast
import subprocess
import sys
from pathlib import Path

import pytest

from nvr_conformance.selftest.mutation.operators import difference, mutants_of, mutated

SOURCE = '''
"""A text that stays."""
LIMIT = 16
NAME = "Satus"
SECTION = "4.2.5"


class Table:
    def find(self, first: int, last: int) -> None:
        """Another text."""
        if first < last and self.open:
            self.count = max(first, last) + 1
        self.note(first, last)
        raise ValueError(f"no {first} in {LIMIT}")

    def due(self):
        for item in self.items:
            yield item
'''


def changes():
    return {(mutant.operator, mutant.text) for mutant in mutants_of("m", SOURCE)}


def test_each_operator_finds_its_places():
    assert changes() == {
        ("constant", "16 is 17"),
        ("constant", "16 is 15"),
        ("wire string", "'Satus' is 'Satur'"),
        ("condition", "the condition negated"),
        ("comparison", "Lt is LtE"),
        ("boolean", "And is Or"),
        ("dropped statement", "the statement dropped"),
        ("arithmetic", "Add is Sub"),
        ("constant", "1 is 2"),
        ("attribute", "max is min"),
        ("arguments", "the first two arguments swapped"),
        ("early return", "find returns at once"),
        ("early return", "due returns at once"),
    }


def test_every_mutant_changes_one_thing_and_compiles():
    plain = ast.unparse(ast.parse(SOURCE))
    seen = set()
    for mutant in mutants_of("m", SOURCE):
        tree = mutated(SOURCE, mutant.number)
        compile(tree, "m", "exec")
        text = ast.unparse(tree)
        assert text != plain
        assert "Another text" in text or "returns at once" in mutant.text
        before, after = difference(SOURCE, mutant.number)
        assert before != after
        seen.add(text)
    assert len(seen) == len(mutants_of("m", SOURCE))


def test_a_number_that_is_none_is_refused():
    with pytest.raises(ValueError, match="no mutant 999"):
        mutated(SOURCE, 999)


@pytest.mark.parametrize("package", ["nvr_emulator/recorder", "nvr_protocol/rtp"])
def test_mutants_of_the_packages_compile(package):
    root = Path(__file__).parents[4]
    for path in sorted(
        (root / ("emulator" if "emulator" in package else "protocol") / package).rglob("*.py")
    ):
        source = path.read_text("utf-8")
        for mutant in mutants_of(path.stem, source)[::29]:
            compile(mutated(source, mutant.number), str(path), "exec")


PLANTED = """
import sys
from nvr_conformance.selftest.mutation.planting import plant
plant("nvr_protocol.rtp.packet", {number})
from nvr_protocol.rtp.packet import PAYLOAD_TYPE_AUDIO
print(PAYLOAD_TYPE_AUDIO)
try:
    plant("nvr_protocol.rtp.packet", 0)
except RuntimeError as problem:
    print(problem)
"""


def test_a_planted_mutant_is_what_is_imported():
    source = (Path(__file__).parents[4] / "protocol/nvr_protocol/rtp/packet.py").read_text("utf-8")
    [mutant] = [each for each in mutants_of("m", source) if each.text == "97 is 98"]
    program = PLANTED.format(number=mutant.number)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "98"
    assert "imported already" in done.stdout
