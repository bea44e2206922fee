"""The pytest plugin that runs scenarios: it chooses them, gives them their fixtures and keeps their books."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from nvr_conformance.client.client import Client
from nvr_conformance.client.history import History
from nvr_conformance.engine.books import Book, Check, Measure, NotApplicable, NotTested, Observe, Require
from nvr_conformance.engine.claim import NEEDS, Claim, claim_of
from nvr_conformance.engine.events import Event, RunStarted, ScenarioFinished, ScenarioStarted
from nvr_conformance.judgement.measurement import Measurement
from nvr_conformance.judgement.outcomes import ScenarioStopped
from nvr_conformance.judgement.plain_text import plain
from nvr_conformance.judgement.requirements import requirements
from nvr_conformance.judgement.verdicts import CheckRecord, Note, Verdict
from nvr_conformance.wire.capture import WireCapture

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.client.target import Target
    from nvr_conformance.sources.source import Source

INTERRUPTED = "the run was interrupted"
BOOK = pytest.StashKey[Book]()


def checked_claim(item: pytest.Item) -> Claim | str:
    """The claim of a test, or what is wrong with it."""
    claim = claim_of(getattr(item, "function", None))
    if claim is None:
        return f"{item.nodeid}: not marked with @scenario(…)"
    if unknown := [id_ for id_ in claim.ids if id_ not in requirements()]:
        return f"{item.nodeid}: claims {', '.join(unknown)}, which the catalogue does not have"
    return claim


def place_of(claim: Claim | None) -> int:
    """Where a scenario stands among all."""
    return {"first": 0, "": 1, "last": 2}[claim.place if claim is not None else ""]


@dataclass(eq=False)  # older versions of pytest keep plugins in a set
class EnginePlugin:
    """One run, of the scenarios that meet ``focus`` (``Claim.meets``) and have a name of ``only``, where
    those are given. Afterwards ``checks``, ``notes``, ``errors`` and ``interrupted`` tell what happened."""

    source: Source
    selected: frozenset[str]
    emit: Callable[[Event], None]
    focus: frozenset[str] | None = None
    besides: bool = False
    only: Sequence[str] | None = None
    checks: list[CheckRecord] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    spent: dict[str, float] = field(default_factory=dict)  # seconds, by requirement
    packets_read: Counter[str] = field(default_factory=Counter)  # of RTP, by who read them
    interrupted: bool = False
    capture: bool = False  # keep the bytes of the wire in each scenario's history
    _client: Client | None = None
    _claims: dict[str, Claim] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)

    @property
    def claimed(self) -> frozenset[str]:
        """The selected ids that scenarios claim which were to run."""
        return self.selected & {id_ for claim in self._claims.values() for id_ in claim.ids}

    # --- choosing ---------------------------------------------------------------------------------

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.errors.append(f"{report.nodeid}: {_last_line(str(report.longrepr))}")

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        if not items and not self.errors:
            self.errors.append("there is no scenario: nothing is judged")
        chosen: list[pytest.Item] = []
        for item in items:
            claim = checked_claim(item)
            if isinstance(claim, str):
                self.errors.append(claim)
            elif self._is_wanted(item, claim):
                self._claims[item.nodeid] = claim
                chosen.append(item)
        if self.only is None:
            chosen.sort(key=lambda item: place_of(self._claims[item.nodeid]))
        else:
            order = {name: place for place, name in enumerate(self.only)}
            self.errors += [
                f"no such scenario: {name}" for name in order.keys() - {item.name for item in items}
            ]
            chosen = sorted(
                (item for item in chosen if item.name in order), key=lambda item: order[item.name]
            )
            self._claims = {item.nodeid: self._claims[item.nodeid] for item in chosen}
        items[:] = chosen
        names = tuple(item.name for item in chosen)
        for name in {name for name in names if names.count(name) > 1}:
            self.errors.append(f"two scenarios are called {name}: their evidence cannot be told apart")
        needs = tuple(need for need in NEEDS if self.source.provides(need))
        source = self.source
        self.emit(RunStarted(source.name, source.model, source.seed, names, self.selected, needs))

    def _is_wanted(self, item: pytest.Item, claim: Claim) -> bool:
        wanted = [id_ for id_ in claim.ids if id_ in self.selected]
        if not (wanted or claim.place):
            return False
        if self.focus is not None and not claim.meets(self.focus, besides=self.besides):
            return False
        verdict, reason = Verdict.NOT_TESTED, ""
        if elsewhere := self.source.model not in claim.models:
            models = " and ".join(str(model) for model in claim.models)
            verdict, reason = Verdict.NOT_APPLICABLE, f"{item.name} is for MODEL {models}"
        elif missing := [need for need in claim.needs if not self.source.provides(need)]:
            reason = f"{item.name} needs {', '.join(_need_text(need) for need in missing)}"
        if not reason:
            return True
        self.notes += [
            Note(id_, verdict, reason, item.name, unsaid=elsewhere or id_ in claim.besides) for id_ in wanted
        ]
        return False

    # --- running ----------------------------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        claim = self._claims[item.nodeid]
        self._begun.add(item.nodeid)
        book = Book(
            item.name, claim.ids, self.selected, History(WireCapture() if self.capture else None), self.emit
        )
        item.stash[BOOK] = book
        self.emit(ScenarioStarted(item.name, claim.ids))
        begun = time.monotonic()
        self._outcome = ("interrupted", INTERRUPTED)
        self._problem: BaseException | None = None
        try:
            return (yield)
        finally:
            outcome, reason = self._outcome
            if outcome == "interrupted" and self._client is not None:
                self._client.close()  # first what holds the recorder up, then what is written of it
            match outcome:
                case "error":
                    book.close(Verdict.ERROR, reason)
                case "finished":
                    silence = f"{item.name} ended without checking it"
                    book.close(Verdict.NOT_TESTED, silence, unsaid=claim.ids)
                case _:
                    # What a scenario needs is what its own requirements need; others say more of the rest.
                    book.close(Verdict.NOT_TESTED, reason, unsaid=claim.besides)
            self.checks += book.checks
            self.notes += book.notes
            self.measurements += book.measurements
            if outcome == "error" or (outcome == "stopped" and claim.place == "last"):
                self.errors.append(reason)
            seconds = time.monotonic() - begun
            for id_ in claim.ids:
                self.spent[id_] = self.spent.get(id_, 0.0) + seconds / len(claim.ids)
            checks = tuple(book.checks)
            self.emit(
                ScenarioFinished(item.name, outcome, reason, seconds, book.history, checks, self._problem)
            )
            del item.stash[BOOK]  # its history may hold much

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.excinfo is None:
            if call.when == "call":
                self._outcome = ("finished", "")
        elif isinstance(call.excinfo.value, ScenarioStopped):
            self._outcome = ("stopped", call.excinfo.value.reason)
        elif isinstance(call.excinfo.value, pytest.skip.Exception):
            self._outcome = ("stopped", plain(str(call.excinfo.value)))
        elif self._outcome[0] != "error":
            self._outcome = ("error", f"{item.name}: {_where(call.excinfo.value)}")
            self._problem = call.excinfo.value
        return report

    def pytest_sessionfinish(self) -> None:
        """Say of the scenarios that never began why that is so."""
        for nodeid in self._claims.keys() - self._begun:
            ids = self._claims[nodeid].ids
            self.notes += [Note(id_, Verdict.NOT_TESTED, INTERRUPTED, nodeid) for id_ in ids]

    def pytest_keyboard_interrupt(self) -> None:
        self.interrupted = True

    def pytest_internalerror(self, excrepr: object) -> bool:
        self.errors.append(f"internal error: {_last_line(str(excrepr))}")
        return True

    # --- fixtures ---------------------------------------------------------------------------------

    @pytest.fixture
    def target(self, request: pytest.FixtureRequest) -> Iterator[Target]:
        claim = self._claims[request.node.nodeid]
        history = request.node.stash[BOOK].history
        with self.source.open(claim.setup, request.node.name) as target:
            if history.tape is not None:
                target.record(history.tape)
            history.follow(target)
            yield target
            self.packets_read += target.rtp.counts

    @pytest.fixture
    def client(self, target: Target, request: pytest.FixtureRequest) -> Iterator[Client]:
        client = self._client = Client(target, request.node.stash[BOOK].history)
        try:
            yield client
        finally:
            client.close()
            self._client = None

    @pytest.fixture
    def check(self, request: pytest.FixtureRequest) -> Check:
        return Check(request.node.stash[BOOK])

    @pytest.fixture
    def observe(self, request: pytest.FixtureRequest) -> Observe:
        return Observe(request.node.stash[BOOK])

    @pytest.fixture
    def measure(self, request: pytest.FixtureRequest) -> Measure:
        return Measure(request.node.stash[BOOK])

    @pytest.fixture
    def require(self) -> Require:
        return Require()

    @pytest.fixture
    def not_tested(self, request: pytest.FixtureRequest) -> NotTested:
        return NotTested(request.node.stash[BOOK])

    @pytest.fixture
    def not_applicable(self, request: pytest.FixtureRequest) -> NotApplicable:
        return NotApplicable(request.node.stash[BOOK])


def _need_text(need: str) -> str:
    match need:
        case "state":
            return "the emulator's control port (--control)"
        case "manual-clock":
            return "a clock that can be moved"
        case _:
            return f"--allow {need}"


def _where(problem: BaseException) -> str:
    """Type, text and place of an exception, in one line."""
    frames = traceback.extract_tb(problem.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or list(frames)
    place = f" ({ours[-1].filename.rpartition('/')[2]}:{ours[-1].lineno})" if ours else ""
    return f"{type(problem).__name__}: {plain(' '.join(str(problem)[:3000].split())[:300])}{place}"


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
