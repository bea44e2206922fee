"""The order in which tests are begun: none is lost, and what takes longest is ahead in each share."""

from dataclasses import dataclass
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from longest_first import LONGEST, longest_first

NAMES = st.sampled_from(["test_a.py", "test_b.py", *LONGEST[:5]])


@dataclass(eq=False)
class Item:
    path: Path
    fixturenames: list[str]
    number: int


def collected(files):
    return [
        Item(Path(name), ["whole_run"] if whole else [], number) for number, (name, whole) in enumerate(files)
    ]


@given(st.lists(st.tuples(NAMES, st.booleans()), max_size=40), st.integers(1, 6))
def test_none_is_lost_and_none_comes_twice(files, workers):
    items = collected(files)
    ordered = longest_first(items, workers)
    assert sorted(item.number for item in ordered) == list(range(len(items)))


def test_each_share_begins_with_what_takes_longest_of_one_file():
    files = [(f"test_{number}.py", False) for number in range(40)]
    files += [(name, False) for name in LONGEST[:4] for _ in range(2)]
    ordered = longest_first(collected(files), 4)
    begins = [[item.path.name for item in ordered[share : share + 3]] for share in (0, 12, 24, 36)]
    assert [names[:2] for names in begins] == [[name, name] for name in LONGEST[:4]]
    assert not {names[2] for names in begins} & set(LONGEST)
