"""pytest plugin for developers of clients: the fixture `nvr` is a running recorder.

    def test_my_client_logs_in(nvr):
        MyClient(nvr.url, nvr.user, nvr.password).login()
        assert nvr.journal.count("dlogin.cgi") == 1

A recorder of each kind is started once in a session and reset before each test, its clock too. The marker
`@pytest.mark.nvr(model=3, clock="real", defects=["lifetime-of-80-s"])` chooses another kind, on a test, a
class or a module: the nearest counts, name by name. `--nvr-model` changes the default model. The clock is
manual unless the marker says otherwise: `nvr.clock.advance(91)`.

`variants={"jpeg-form": "one-soi"}` is a recorder that the document allows too; `variants="each"` runs the
test with the default and then once with each value of each variant, `variants="all-different"` with all at
once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from nvr_emulator.findings.rule import Finding
    from nvr_emulator.journal.journal import Journal
    from nvr_emulator.server.embedding import EmbeddedRecorder
    from nvr_emulator.server.fault_handles import Faults

MARKER = "nvr"
EACH, ALL_DIFFERENT = "each", "all-different"
"""What `variants` may be besides a mapping."""
KEPT = 8
"""How many recorders of a session wait for the next test of their kind."""
USUAL_MODEL = 2
USED = pytest.StashKey[list["Nvr"]]()
"""The recorders that a test uses."""

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

    @property
    def faults(self) -> Faults:
        """Faults of network, hardware and clock: `nvr.faults.add("rtp-loss", rate=0.02, seed=3)`."""
        return self._recorder.faults

    @property
    def findings(self) -> list[Finding]:
        """What the client did wrong since the test began, by the document's rules for clients."""
        return self._recorder.findings

    def assert_no_findings(self, *, ignore: Iterable[str] = (), level: str = "warning") -> None:
        """AssertionError that names each finding as bad as `level` (error, warning, note) or worse.

        Rules to `ignore` may be broken.
        """
        self._recorder.assert_no_findings(ignore=ignore, level=level)

    def finish(self) -> list[Finding]:
        """Say that the client has left: all findings, with what it left undone."""
        return self._recorder.finish()

    def report(self) -> str:
        """The last exchanges, the findings and the seed, as they stand beside a failed test."""
        from nvr_emulator.configuration.variant_choice import chosen
        from nvr_emulator.findings.files.report import report

        plan = self._recorder.machine.plan
        kind = f"{plan.series} (MODEL {plan.model}) at {self.url}, seed {self._recorder.seed}"
        if different := chosen(plan.variants):
            kind += f", variants {', '.join(f'{name}={value}' for name, value in different.items())}"
        return report(kind, self.journal, self.findings)

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
    group.addoption(
        "--nvr-fail-on-findings",
        nargs="?",
        const="warning",
        choices=["error", "warning", "note"],
        help="a client that breaks rules as bad as this (alone: warning) makes its test an error",
    )
    group.addoption(
        "--nvr-ignore-finding",
        action="append",
        default=[],
        metavar="RULE",
        help="a rule that clients may break; may be repeated (see nvr-emulator rules)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers", "nvr(model, clock, defects, variants, faults, seed): the kind of recorder that nvr is"
    )


@pytest.fixture(scope="session")
def _nvr_recorders() -> Iterator[Callable[[dict[str, Any]], Nvr]]:
    """Recorders by kind, each started when first asked for; those that nobody asked for lately end."""
    started: dict[str, tuple[ExitStack, Nvr]] = {}

    def recorder(wanted: dict[str, Any]) -> Nvr:
        kind = repr(sorted(wanted.items()))
        if kind not in started:
            while len(started) >= KEPT:
                started.pop(next(iter(started)))[0].close()
            stack = ExitStack()
            started[kind] = stack, stack.enter_context(_running(wanted))
        else:
            started[kind] = started.pop(kind)
        running = started[kind][1]
        running.reset(restart_clock=True)
        return running

    yield recorder
    for stack, _ in started.values():
        stack.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for each variant once with the default, and once with each."""
    markers = metafunc.definition.iter_markers(MARKER)
    variants = next((marker.kwargs["variants"] for marker in markers if "variants" in marker.kwargs), None)
    if variants != EACH:
        return
    if "nvr" not in metafunc.fixturenames:
        raise pytest.UsageError(f'{metafunc.definition.nodeid}: variants="each" needs the fixture nvr')
    from nvr_emulator.configuration.variant_choice import chosen, each_variant

    taken = [chosen(each) for each in each_variant()]
    names = [f"{name}={value}" for each in taken for name, value in each.items()]
    metafunc.parametrize("nvr", [{}, *taken], indirect=True, ids=["default", *names])


@pytest.fixture
def nvr(request: pytest.FixtureRequest, _nvr_recorders: Callable[[dict[str, Any]], Nvr]) -> Iterator[Nvr]:
    """A recorder of the session, as new; its clock is where it started."""
    wanted = _marked(request)
    if wanted.get("variants") == EACH:
        wanted["variants"] = request.param
    recorder = _nvr_recorders(wanted)
    request.node.stash.setdefault(USED, []).append(recorder)
    yield recorder
    _judge_findings(request.config, recorder)


@pytest.fixture
def nvr_factory(request: pytest.FixtureRequest) -> Iterator[Factory]:
    """Starts further recorders, `nvr_factory(model=3)`; they end with the test."""
    started: list[Nvr] = []
    with ExitStack() as stack:

        def start(**wanted: Any) -> Nvr:
            recorder = stack.enter_context(_running({"model": _usual_model(request), **wanted}))
            request.node.stash.setdefault(USED, []).append(recorder)
            started.append(recorder)
            return recorder

        yield start
        for recorder in started:
            _judge_findings(request.config, recorder)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put beside a failed test what its recorders were asked, and what its client did wrong."""
    report = yield
    if report.failed:
        report.sections += [("nvr", recorder.report()) for recorder in item.stash.get(USED, [])]
    return report


def _judge_findings(config: pytest.Config, recorder: Nvr) -> None:
    """Fail where the client of a test broke rules, if that was asked for."""
    level = config.getoption("--nvr-fail-on-findings")
    if level is not None:
        recorder.finish()
        recorder.assert_no_findings(ignore=config.getoption("--nvr-ignore-finding"), level=level)


@contextmanager
def _running(wanted: dict[str, Any]) -> Iterator[Nvr]:
    import msgspec

    from nvr_emulator.configuration.settings import ConfigurationError
    from nvr_emulator.server.embedding import EmbeddedRecorder, kind_of

    if isinstance(variants := wanted.get("variants"), str):
        wanted = {**wanted, "variants": _named(variants)}
    try:
        recorder = EmbeddedRecorder(**msgspec.structs.asdict(kind_of(wanted)))
    except ConfigurationError as error:
        raise pytest.UsageError(f"nvr: {error}") from None
    with recorder:
        yield Nvr(recorder)


def _named(variants: str) -> dict[str, str]:
    """The variants behind a word."""
    from nvr_emulator.configuration.variant_choice import all_different

    if variants == ALL_DIFFERENT:
        return all_different()
    if variants == EACH:
        raise pytest.UsageError('nvr: variants="each" is for the marker: it runs a test many times')
    raise pytest.UsageError(
        f"nvr: variants: {variants!r} is neither {EACH!r} nor {ALL_DIFFERENT!r}; "
        "else names and values: {'jpeg-form': 'one-soi'}"
    )


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
