"""Everything that reads what strangers send: it returns, or raises what it documents, in linear time.

The inputs of the corpus were found by coverage-guided fuzzing (benchmarks/coverage_fuzzing.py).
"""

import base64
import gc
import time

import pytest
from grown_inputs import captures
from readers import CORPUS, Reader, all_readers, large

READERS = all_readers()
KIB = 1024
LONG = 0.03
"""Seconds of CPU."""


def kept(name):
    """The corpus of a reader."""
    return [base64.b64decode(line) for line in (CORPUS / f"{name}.txt").read_text().splitlines()]


@pytest.mark.parametrize("name", READERS)
def test_what_was_found_out_is_read_or_refused(name):
    reader = READERS[name]
    for data in (b"", *reader.seeds(), *kept(name)):
        reader.try_(data)


def test_the_corpus_is_small_and_nobody_elses():
    files = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert {path.relative_to(CORPUS).with_suffix("").as_posix() for path in files} == set(READERS)
    assert sum(path.stat().st_size for path in files) < 300_000


def seconds(reader, data):
    """Of CPU, without a look through all else that this process holds, which has nothing to do with it."""
    gc.disable()
    try:
        begun = time.process_time()
        reader.try_(data)
        return time.process_time() - begun
    finally:
        gc.enable()


def is_linear(reader, size):
    """Whether the slowest of the large inputs takes about 16 times as long where there is 16 times as much of
    it, at least once of three times; of what takes long anyhow there is only 4 times as much."""
    costs = [seconds(reader, data) for data in large(reader, size)]
    slowest = max(range(len(costs)), key=costs.__getitem__)
    times = 16 if costs[slowest] < LONG else 4
    data = list(large(reader, size * times))[slowest]
    limit = 0.1 + 2 * times * costs[slowest]
    return any(seconds(reader, data) < limit for _ in range(3))


@pytest.mark.parametrize("name", [name for name, reader in READERS.items() if not reader.slow])
def test_large_inputs_take_linear_time(name):
    assert is_linear(READERS[name], 64 * KIB)


def test_what_is_quadratic_is_seen():
    def quadratic(data):
        for at in range(0, len(data), 16):
            bytes(data[at:])

    assert not is_linear(Reader("quadratic", quadratic, lambda: [b"a"]), 64 * KIB)


def test_an_error_that_is_not_documented_is_seen():
    reader = Reader("fails", lambda data: data[3], lambda: [b""], (ValueError,))
    assert reader.try_(b"abcd")
    with pytest.raises(IndexError):
        reader.try_(b"")


def test_an_answer_of_very_many_packets_is_joined_in_linear_time():
    """What is joined byte string by byte string shows only where there is much of it."""
    pcap = READERS["judge/pcap"]
    small, much = (seconds(pcap, next(captures(size))) for size in (1 << 21, 1 << 24))
    assert much < 16 * small
