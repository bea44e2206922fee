"""pytest plugin for developers of clients: the fixture `nvr` is a running recorder.

    def test_my_client_logs_in(nvr):
        MyClient(nvr.url, nvr.user, nvr.password).login()
        assert nvr.journal.count("dlogin.cgi") == 1

A recorder of each kind is started once in a session and reset before each test, its clock too. The marker
`@pytest.mark.nvr(model=3, clock="real", defects=["lifetime-of-80-s"])` chooses another kind, on a test, a
class or a module: the nearest counts, name by name. It takes every key of recorder.toml, and `config` for
such a file. `--nvr-model` changes the default model. The clock is manual unless the marker says otherwise:
`nvr.clock.advance(91)`.

`variants={"jpeg-form": "one-soi"}` is a recorder that the document allows too; `variants="each"` runs the
test with the default and then once with each value of each variant, `variants="all-different"` with all at
once. `--nvr-url` puts a real recorder in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from nvr_emulator.pytest_plugin.options import add_options, check_options, option, options_of
from nvr_emulator.pytest_plugin.real_recorder import RealRecorder

if TYPE_CHECKING:
    from nvr_emulator.server.embedding import EmbeddedRecorder

    Nvr: TypeAlias = EmbeddedRecorder | RealRecorder

MARKER = "nvr"
EACH, ALL_DIFFERENT = "each", "all-different"
"""What `variants` may be besides a mapping."""
KEPT = 8
"""How many recorders of a session wait for the next test of their kind."""
USUAL_MODEL = 2
USED = pytest.StashKey[list["EmbeddedRecorder"]]()
"""The recorders that a test uses."""
FOLDERS = pytest.StashKey[pytest.TempPathFactory]()
"""Where what stands beside a failed test is left."""

Factory = Callable[..., "Nvr"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Check the options, and declare the marker."""
    check_options(config)
    config.addinivalue_line(
        "markers",
        "nvr(model, clock, speed, defects, variants, faults, config, …): the kind of recorder that nvr is; "
        "any key of recorder.toml",
    )


@pytest.fixture(scope="session")
def _nvr_recorders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., EmbeddedRecorder]]:
    """Recorders by kind, each started when first asked for; those that nobody asked for lately end."""
    started: dict[str, tuple[ExitStack, EmbeddedRecorder]] = {}

    def recorder(wanted: dict[str, Any], item: pytest.Item) -> EmbeddedRecorder:
        item.stash[FOLDERS] = tmp_path_factory
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
def nvr(request: pytest.FixtureRequest, _nvr_recorders: Callable[..., EmbeddedRecorder]) -> Iterator[Nvr]:
    """A recorder of the session, as new; its clock is where it started."""
    wanted = _marked(request)
    if (real := _real(request, wanted)) is not None:
        yield real
        return
    if wanted.get("variants") == EACH:
        wanted["variants"] = request.param
    recorder = _nvr_recorders(_with_usual_model(request, wanted), request.node)
    request.node.stash.setdefault(USED, []).append(recorder)
    yield recorder
    _judge_findings(request.config, recorder)


@pytest.fixture
def nvr_factory(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Factory]:
    """Starts further recorders, `nvr_factory(model=3)`; they end with the test."""
    request.node.stash[FOLDERS] = tmp_path_factory
    started: list[EmbeddedRecorder] = []
    with ExitStack() as stack:

        def start(**wanted: Any) -> Nvr:
            if option(request.config, "url"):
                pytest.skip("nvr_factory: further recorders cannot be had with --nvr-url")
            recorder = stack.enter_context(_running(_with_usual_model(request, wanted)))
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
    if report.failed and (used := item.stash.get(USED, [])):
        from nvr_emulator.pytest_plugin.attachments import section

        report.sections += [("nvr", section(recorder, item.stash[FOLDERS])) for recorder in used]
    return report


def _judge_findings(config: pytest.Config, recorder: EmbeddedRecorder) -> None:
    """Fail where the client of a test broke rules, if that was asked for."""
    level = option(config, "fail-on-findings")
    if level is not None:
        recorder.finish()
        recorder.assert_no_findings(ignore=options_of(config, "ignore-finding"), level=level)


@contextmanager
def _running(wanted: dict[str, Any]) -> Iterator[EmbeddedRecorder]:
    from nvr_emulator.configuration.settings import ConfigurationError
    from nvr_emulator.server.embedding import EmbeddedRecorder

    if isinstance(variants := wanted.get("variants"), str):
        wanted = {**wanted, "variants": _named(variants)}
    try:
        with EmbeddedRecorder(**{"keep_packets": True, **wanted}) as recorder:
            yield recorder
    except ConfigurationError as error:
        raise pytest.UsageError(f"nvr: {error}") from None


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
    wanted: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers(MARKER))):
        if marker.args:
            raise pytest.UsageError(f"nvr: {marker.args[0]!r}: the marker takes names with values: model=3")
        wanted |= marker.kwargs
    return wanted


def _real(request: pytest.FixtureRequest, wanted: dict[str, Any]) -> RealRecorder | None:
    """The real recorder, where one is given; a test that asks for another kind is skipped."""
    url = option(request.config, "url")
    if not url:
        return None
    for name, value in wanted.items():
        pytest.skip(f"nvr: {name}={value!r} cannot be had of a real recorder (--nvr-url)")
    return RealRecorder(
        url, option(request.config, "user") or "ADMIN", option(request.config, "password") or ""
    )


def _with_usual_model(request: pytest.FixtureRequest, wanted: dict[str, Any]) -> dict[str, Any]:
    """The kind with the model that is usual here, where nothing else says which."""
    if wanted.keys() & {"model", "series", "config"}:
        return wanted
    return {"model": int(option(request.config, "model") or USUAL_MODEL), **wanted}
