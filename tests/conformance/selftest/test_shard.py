"""Parts of a long piece of work, for several machines."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.selftest.planning import Settings
from nvr_conformance.selftest.shard import WHOLE, Shard, read_shard, require_all, require_same

PATHS = [Path(name) for name in "abc"]


@given(st.sampled_from(range(41)), st.sampled_from(range(1, 13)))
def test_the_shards_of_a_list_are_the_list(count, of):
    items = list(range(count))
    parts = [read_shard(f"{number}/{of}").part(items) for number in range(1, of + 1)]
    assert sorted(item for part in parts for item in part) == sorted(items)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert WHOLE.part(items) == items


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/1001", "1/2/3", "-1/2", "a/b", "1 /2", "１/2"])
def test_what_is_no_shard_is_refused(text):
    with pytest.raises(ValueError, match="is no shard"):
        read_shard(text)


@pytest.mark.parametrize(
    ("shards", "told"),
    [
        ([Shard(1, 2), Shard(1, 2)], "shard 1/2 is there twice: a and b"),
        ([Shard(3, 3), Shard(1, 3)], "shard 2 of 3 is missing"),
        ([Shard(1, 2), Shard(2, 3)], "not parts of one whole: a is 1/2, b is 2/3"),
    ],
)
def test_shards_that_make_no_whole_are_told(shards, told):
    with pytest.raises(ValueError, match=told):
        require_all(dict(zip(PATHS, shards, strict=False)))


def test_shards_of_different_runs_are_told():
    require_all({PATHS[0]: Shard(2, 2), PATHS[1]: Shard(1, 2)})
    require_same({PATHS[0]: Settings(seed=1), PATHS[1]: Settings(seed=1)})
    with pytest.raises(ValueError, match="a and b are of different runs: not the same seed, kit"):
        require_same({PATHS[0]: Settings(seed=1), PATHS[1]: Settings(seed=2, kit="0.1")})
