"""How commands are read: those that come over and over are read once."""

from nvr_emulator.configuration.variants import Variants
from nvr_emulator.recorder.manners import LONGEST_KEPT, Manners
from nvr_emulator.recorder.replies import Request

ALIVE = "/cgi-bin/status.cgi?UID=1234567890&PC=AS60"


def read(target):
    return Manners(Variants()).read(Request.of_target("GET", target))


def test_a_command_that_comes_again_is_read_once():
    assert read(ALIVE) is read(ALIVE)
    assert read(ALIVE).uid == 1234567890


def test_what_is_long_is_not_kept():
    long = f"{ALIVE}&X={'1' * LONGEST_KEPT}"
    assert read(long) == read(long)
    assert read(long) is not read(long)
