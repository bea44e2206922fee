"""pytest plugin for developers of clients: the fixture `nvr` is a running recorder.

    def test_my_client_logs_in(nvr):
        MyClient(nvr.url, nvr.user, nvr.password).login()
        assert nvr.journal.count("dlogin.cgi") == 1

A recorder of each kind is started once in a session and reset before each test. The marker
`@pytest.mark.nvr(model=3, clock="real", defects=["lifetime-of-80-s"])` chooses another kind;
`--nvr-model` changes the default model. The clock is manual unless the marker says otherwise:
`nvr.clock.advance(91)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from nvr_emulator.server.embedding import EmbeddedRecorder
    from nvr_emulator.server.journal import Journal

MARKER = "nvr"

Factory = Callable[..., "Nvr"]


class NvrClock:
    """The recorder's time."""

    def __init__(self, recorder: EmbeddedRecorder) -> None:
        self._recorder = recorder

    def now(self) -> float:
        """The recorder's time in Unix seconds."""
        return self._recorder.machine.clock.now()

    def advance(self, seconds: float) -> None:
        """Move a manual clock; returns when all that was due has been sent. TypeError on the real clock."""
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

    def reset(self) -> None:
        """No UIDs, no streams, an empty journal."""
        self._recorder.reset()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin."""
    group = parser.getgroup("nvr", "recorder emulator")
    group.addoption("--nvr-model", choices=["1", "2", "3"], default="2", help="model of the fixture nvr")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line("markers", "nvr(model, clock, defects, seed): the kind of recorder that nvr is")


@pytest.fixture(scope="session")
def _nvr_recorders() -> Iterator[Callable[..., Nvr]]:
    """Recorders by kind, each started when first asked for."""
    started: dict[tuple[Any, ...], Nvr] = {}

    with ExitStack() as stack:

        def recorder(model: int, clock: str, defects: tuple[str, ...], seed: int | None) -> Nvr:
            kind = (model, clock, defects, seed)
            if kind not in started:
                started[kind] = stack.enter_context(_running(model, clock, defects, seed))
            started[kind].reset()
            return started[kind]

        yield recorder


@pytest.fixture
def nvr(request: pytest.FixtureRequest, _nvr_recorders: Callable[..., Nvr]) -> Nvr:
    """A recorder of the session, as new."""
    return _nvr_recorders(*_kind(request))


@pytest.fixture
def nvr_factory(request: pytest.FixtureRequest) -> Iterator[Factory]:
    """Starts further recorders, `nvr_factory(model=3)`; they end with the test."""
    default_model = int(request.config.getoption("--nvr-model"))
    with ExitStack() as stack:

        def start(
            model: int = default_model,
            clock: Literal["manual", "real"] = "manual",
            defects: tuple[str, ...] = (),
            seed: int | None = 0,
        ) -> Nvr:
            return stack.enter_context(_running(model, clock, tuple(defects), seed))

        yield start


@contextmanager
def _running(model: int, clock: str, defects: tuple[str, ...], seed: int | None) -> Iterator[Nvr]:
    from nvr_emulator.configuration.settings import ConfigurationError
    from nvr_emulator.server.embedding import EmbeddedRecorder

    try:
        recorder = EmbeddedRecorder(model, clock=clock, defects=defects, seed=seed)  # type: ignore[arg-type]
    except ConfigurationError as error:
        raise pytest.UsageError(f"nvr: {error}") from None
    with recorder:
        yield Nvr(recorder)


def _kind(request: pytest.FixtureRequest) -> tuple[int, str, tuple[str, ...], int | None]:
    marker = request.node.get_closest_marker(MARKER)
    wanted = {} if marker is None else dict(marker.kwargs)
    model = wanted.pop("model", int(request.config.getoption("--nvr-model")))
    clock = wanted.pop("clock", "manual")
    defects = tuple(wanted.pop("defects", ()))
    seed = wanted.pop("seed", 0)
    if wanted or (marker and marker.args) or model not in (1, 2, 3) or clock not in ("manual", "real"):
        raise pytest.UsageError(
            "nvr: the marker takes model=1|2|3, clock='manual'|'real', defects=[…], seed=N"
        )
    return model, clock, defects, seed
