"""pytest plugin for developers of clients: the fixture `nvr` is a running recorder.

    def test_my_client_logs_in(nvr):
        MyClient(nvr.url, nvr.user, nvr.password).login()
        assert nvr.journal.count("dlogin.cgi") == 1

A recorder of each kind is started once in a session and reset before each test, its clock too. The marker
`@pytest.mark.nvr(model=3, clock="real", defects=["lifetime-of-80-s"])` chooses another kind, on a test, a
class or a module: the nearest counts, name by name. `--nvr-model` changes the default model. The clock is
manual unless the marker says otherwise: `nvr.clock.advance(91)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from nvr_emulator.journal.journal import Journal
    from nvr_emulator.server.embedding import EmbeddedRecorder

MARKER = "nvr"
USUAL_MODEL = 2

Factory = Callable[..., "Nvr"]


class NvrClock:
    """The recorder's time."""

    def __init__(self, recorder: EmbeddedRecorder) -> None:
        self._recorder = recorder

    def now(self) -> float:
        """The recorder's time in Unix seconds."""
        return self._recorder.machine.clock.now()

    def advance(self, seconds: float) -> None:
        """Move a manual clock; returns when all that was due has been sent.

        `ClockError` (a ValueError) on the real clock, and for what is no number of seconds from 0 on.
        """
        self._recorder.advance(seconds)


class Nvr:
    """A running recorder as a test sees it."""

    def __init__(self, recorder: EmbeddedRecorder) -> None:
        self._recorder = recorder
        self.clock = NvrClock(recorder)

    @property
    def url(self) -> str:
        """Where the recorder answers, without a slash at the end."""
        return self._recorder.url

    @property
    def control_url(self) -> str:
        """Where the control port answers."""
        return self._recorder.control_url

    @property
    def user(self) -> str:
        """The administrator's name."""
        return self._recorder.user

    @property
    def password(self) -> str:
        """The administrator's password."""
        return self._recorder.password

    @property
    def journal(self) -> Journal:
        """What was asked and answered since the test began."""
        return self._recorder.machine.journal

    def reset(self, *, restart_clock: bool = False) -> None:
        """No UIDs, no streams, an empty journal; with `restart_clock` the clock is back at its start too."""
        self._recorder.reset(restart_clock=restart_clock)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin. The group is shared with the judge's plugin, and so is the option."""
    group = parser.getgroup("nvr", "network disk recorders")
    with suppress(ValueError):
        group.addoption(
            "--nvr-model",
            choices=["1", "2", "3"],
            help="model of the fixture nvr [2], and of the recorder that is judged [found out]",
        )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers", "nvr(model, clock, defects, variants, seed): the kind of recorder that nvr is"
    )


@pytest.fixture(scope="session")
def _nvr_recorders() -> Iterator[Callable[[dict[str, Any]], Nvr]]:
    """Recorders by kind, each started when first asked for."""
    started: dict[str, Nvr] = {}

    with ExitStack() as stack:

        def recorder(wanted: dict[str, Any]) -> Nvr:
            kind = repr(sorted(wanted.items()))
            if kind not in started:
                started[kind] = stack.enter_context(_running(wanted))
            started[kind].reset(restart_clock=True)
            return started[kind]

        yield recorder


@pytest.fixture
def nvr(request: pytest.FixtureRequest, _nvr_recorders: Callable[[dict[str, Any]], Nvr]) -> Nvr:
    """A recorder of the session, as new; its clock is where it started."""
    return _nvr_recorders(_marked(request))


@pytest.fixture
def nvr_factory(request: pytest.FixtureRequest) -> Iterator[Factory]:
    """Starts further recorders, `nvr_factory(model=3)`; they end with the test."""
    with ExitStack() as stack:

        def start(**wanted: Any) -> Nvr:
            return stack.enter_context(_running({"model": _usual_model(request), **wanted}))

        yield start


@contextmanager
def _running(wanted: dict[str, Any]) -> Iterator[Nvr]:
    import msgspec

    from nvr_emulator.configuration.settings import ConfigurationError
    from nvr_emulator.server.embedding import EmbeddedRecorder, kind_of

    try:
        recorder = EmbeddedRecorder(**msgspec.structs.asdict(kind_of(wanted)))
    except ConfigurationError as error:
        raise pytest.UsageError(f"nvr: {error}") from None
    with recorder:
        yield Nvr(recorder)


def _marked(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the markers of a test, its class and its module ask for; of each name the nearest counts."""
    wanted: dict[str, Any] = {"model": _usual_model(request)}
    for marker in reversed(list(request.node.iter_markers(MARKER))):
        if marker.args:
            raise pytest.UsageError(f"nvr: {marker.args[0]!r}: the marker takes names with values: model=3")
        wanted |= marker.kwargs
    return wanted


def _usual_model(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--nvr-model") or USUAL_MODEL)
