"""The disks and what is recorded on them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nvr_protocol.errors import ProtocolError
from nvr_protocol.models import slot_names
from nvr_protocol.texts.local_time import LocalTime, local_time
from nvr_protocol.texts.recorded_time import Disk, Slot, read_recorded_time, write_recorded_time
from nvr_protocol.timestamps import Zone

EXAMPLE = (
    b"Recording information\r\n\r\nDisk,Capacity,Remain capacity,Recorded time range\r\n"
    b"MAIN-1,4001GB(R),1529GB,2021/11/14,0,13:00:00,2021/12/24,0,15:30:12\r\n"
    b"MAIN-2,4001GB,3710GB,,,,,,\r\n"
    b"MAIN-5,,,,,,,,\r\n"
    b"EXT5-9,,,,,,,,\r\n"
)
SLOTS = (
    Slot("MAIN-1", Disk(4001, 1529, True, (LocalTime(1_636_894_800), LocalTime(1_640_359_812)))),
    Slot("MAIN-2", Disk(4001, 3710)),
    Slot("MAIN-5"),
    Slot("EXT5-9"),
)
TIMES = st.builds(LocalTime, st.integers(0, 2**33), st.booleans())
SIZES = st.integers(0, 10**9 - 1)
DISKS = st.none() | st.builds(Disk, SIZES, SIZES, st.booleans(), st.none() | st.tuples(TIMES, TIMES))


def test_example_is_written_and_read():
    assert write_recorded_time(SLOTS) == EXAMPLE
    assert read_recorded_time(EXAMPLE) == SLOTS
    assert read_recorded_time(EXAMPLE.replace(b"\r\n", b" \r\n")) == SLOTS


@settings(max_examples=50)
@given(st.lists(DISKS, max_size=54))
def test_written_text_is_read_back(disks):
    slots = tuple(Slot(name, disk) for name, disk in zip(slot_names(9, 5, 9), disks, strict=False))
    assert read_recorded_time(write_recorded_time(slots)) == slots


def test_every_line_has_nine_fields():
    summer = local_time(1_720_000_000, Zone(60, summer=True))
    data = write_recorded_time((*SLOTS, Slot("EXT1-1", Disk(1, 0, False, (summer, summer)))))
    assert {line.count(b",") for line in data.splitlines()[3:]} == {8}
    assert data.endswith(b"EXT1-1,1GB,0GB,2024/07/03,1,11:46:40,2024/07/03,1,11:46:40\r\n")


@pytest.mark.parametrize(
    "name", ["", "MAIN-0", "MAIN-10", "EXT6-1", "EXT-1", "main-1", "MAIN-1,", "MAIN-１", "\ud800"]
)
def test_unfit_name_is_not_written(name):
    with pytest.raises(ProtocolError):
        write_recorded_time((Slot(name),))


def test_name_is_not_written_twice():
    with pytest.raises(ProtocolError):
        write_recorded_time((Slot("MAIN-1"), Slot("MAIN-1")))


@pytest.mark.parametrize("disk", [Disk(-1, 0), Disk(0, -1), Disk(10**9, 0)])
def test_unfit_size_is_not_written(disk):
    with pytest.raises(ProtocolError):
        write_recorded_time((Slot("MAIN-1", disk),))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"EXT5-9,,,,,,,,\r\n", b"EXT5-9,,,,,,,,"),
        (b"EXT5-9,,,,,,,,\r\n", b"EXT5-9,,,,,,,,\r\n\r\n"),
        (b"EXT5-9,,,,,,,,\r\n", b"EXT5-9,,,,,,,,,\r\n"),
        (b"EXT5-9,,,,,,,,\r\n", b"EXT5-9,,,,,,,\r\n"),
        (b"EXT5-9", b"EXT5-0"),
        (b"EXT5-9", b"MAIN-5"),
        (b"\r\nMAIN-2", b"\nMAIN-2"),
        (b"Recording information\r\n\r\n", b"Recording information\r\n"),
        (b"Remain capacity", b"Remaining capacity"),
        (b"4001GB(R)", b"4001(R)"),
        (b"4001GB(R)", b"GB(R)"),
        (b"4001GB(R)", b""),
        (b"4001GB(R)", b"4001GB(W)"),
        (b"1529GB", b"1529GB(R)"),
        (b"1529GB", b""),
        (b"3710GB", b"3710TB"),
        (b"2021/11/14", b""),
        (b"2021/11/14", b"2021/13/14"),
        (b"2021/11/14,0", b"2021/11/14,2"),
        (b"2021/11/14,0", b"2021/11/14,"),
        (b"13:00:00", b"13:00"),
        (b",2021/12/24,0,15:30:12", b",,,"),
        (b"4001GB,3710GB", b"4001GB,"),
    ],
)
def test_other_forms_are_refused(old, new):
    assert old in EXAMPLE
    with pytest.raises(ProtocolError):
        read_recorded_time(EXAMPLE.replace(old, new, 1))


def test_error_says_where():
    with pytest.raises(ProtocolError) as caught:
        read_recorded_time(EXAMPLE.replace(b"3710GB", b"?"))
    assert (caught.value.what, caught.value.offset) == ("MAIN-2", EXAMPLE.index(b"MAIN-2"))


def test_many_lines_are_refused():
    with pytest.raises(ProtocolError, match="more than 57"):
        read_recorded_time(b"\r\n" * 1_000_000)


@given(
    st.one_of(
        st.binary(max_size=60),
        st.tuples(st.integers(0, len(EXAMPLE)), st.binary(max_size=3), st.integers(0, 3)).map(
            lambda change: EXAMPLE[: change[0]] + change[1] + EXAMPLE[change[0] + change[2] :]
        ),
    )
)
def test_any_bytes(data):
    try:
        slots = read_recorded_time(data)
    except ProtocolError:
        return
    assert read_recorded_time(write_recorded_time(slots)) == slots
