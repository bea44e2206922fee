"""A recorder inside another program: its own thread and event loop, ports chosen by the system."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import Any, Literal, Self, TypeVar

import msgspec

from nvr_emulator.configuration.fault_choice import read_faults
from nvr_emulator.configuration.schema import problem_of
from nvr_emulator.configuration.settings import ConfigurationError, RecorderSettings
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.configuration.variant_choice import VariantError, read_variants
from nvr_emulator.configuration.variants import Variants
from nvr_emulator.faults.fault import Fault, FaultError
from nvr_emulator.faults.table import AnyFault
from nvr_emulator.findings.registry import as_bad_as
from nvr_emulator.findings.rule import Finding, Severity
from nvr_emulator.journal.journal import Journal
from nvr_emulator.server.fault_handles import Faults
from nvr_emulator.server.machine import Machine
from nvr_emulator.server.ports import Ports, Serving

T = TypeVar("T")


class Kind(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What kind of recorder is embedded; `seed` None: no two runs are alike."""

    model: Literal[1, 2, 3] = 2
    clock: Literal["manual", "real"] = "manual"
    defects: tuple[str, ...] = ()
    variants: dict[str, str | int] = {}
    faults: tuple[AnyFault, ...] = ()
    seed: int | None = 0


def kind_of(wanted: Mapping[str, object]) -> Kind:
    """The kind that a marker or a call asks for. `ConfigurationError` in one line: name and reason."""
    wanted, faults = dict(wanted), tuple[Fault, ...]()
    if "faults" in wanted:
        try:
            faults = read_faults(wanted.pop("faults"))
        except FaultError as error:
            raise ConfigurationError(f"faults: {error}") from None
    try:
        return msgspec.structs.replace(msgspec.convert(wanted, Kind), faults=faults)
    except msgspec.ValidationError as error:
        raise ConfigurationError(": ".join(problem_of(error, Kind, wanted))) from None


class EmbeddedRecorder:
    """A running recorder as a context manager.

    `clock="manual"` (the default) moves by `advance` alone. `defects` are names from
    `nvr_emulator.defects`; `faults` hold from the start and behind each reset. `settings` replaces the small
    recorder that is made from `model`, `variants` and `seed`. `transport`: "http" (quick to start),
    "https" or "both"; None follows the settings, else "http".
    """

    def __init__(
        self,
        model: Literal[1, 2, 3] = 2,
        *,
        clock: Literal["manual", "real"] = "manual",
        defects: Sequence[str] = (),
        variants: Mapping[str, str | int] | None = None,
        faults: Sequence[str | Fault | Mapping[str, object]] = (),
        seed: int | None = 0,
        settings: RecorderSettings | None = None,
        ports: Ports | None = None,
        transport: Literal["http", "https", "both"] | None = None,
    ) -> None:
        asked = {"model": model, "clock": clock, "defects": defects, "faults": faults, "seed": seed}
        kind = kind_of({**asked, "variants": variants or {}})
        chosen = settings or small_recorder(model, seed=seed)
        if variants:
            chosen = msgspec.structs.replace(chosen, variants=_variants(variants))
        if kind.faults:
            chosen = msgspec.structs.replace(chosen, faults=kind.faults)
        if transport is not None:
            chosen = msgspec.structs.replace(chosen, transport=transport)
        self.machine = Machine(chosen, manual=kind.clock == "manual", defects=kind.defects)
        self.seed = chosen.seed
        self.faults = Faults(self.machine, self._run)
        self._serving = Serving(self.machine, ports)
        self.users = chosen.users
        self.user = chosen.users[0].name
        self.password = chosen.users[0].password

    @property
    def url(self) -> str:
        """Where the recorder answers, say http://127.0.0.1:41001; by HTTPS where it has no HTTP."""
        return self._serving.http_url or self._serving.https_url or ""

    @property
    def https_url(self) -> str | None:
        """Where the recorder answers by HTTPS; None where it does not."""
        return self._serving.https_url

    @property
    def control_url(self) -> str:
        """Where the control port answers."""
        return self._serving.control_url

    @property
    def control_token(self) -> str | None:
        """What the control port asks for (`Authorization: Bearer …`); None: nothing, as by default."""
        return self._serving.control_token

    @property
    def certificate_pem(self) -> str | None:
        """The certificate of HTTPS, for clients to trust; None without HTTPS."""
        return self._serving.certificate_pem

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nvr-emulator", daemon=True)
        self._thread.start()
        try:
            self._run(self._serving.start())
        except BaseException:
            self._end_loop()
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._run(self._serving.stop())
        self._end_loop()

    def advance(self, seconds: float) -> None:
        """Move the manual clock; returns when all that was due has been sent. `ClockError` where it is real,
        and for what is no number of seconds from 0 on, or leads beyond what the recorder's times can say."""
        self._run(self.machine.advance(seconds))

    def reset(self, *, restart_clock: bool = False) -> None:
        """No UIDs, no streams, an empty journal; with `restart_clock` the clock is back at its start."""
        self._run(self.machine.reset(restart_clock=restart_clock))

    @property
    def journal(self) -> Journal:
        """What happened, in order."""
        return self.machine.journal

    @property
    def findings(self) -> list[Finding]:
        """What the clients did wrong so far, by the document's rules for clients."""

        async def in_loop() -> list[Finding]:
            return self.machine.observer.findings

        if self._loop.is_closed():
            return self.machine.observer.findings
        return self._run(in_loop())

    def finish(self) -> list[Finding]:
        """Say that the clients have left: all findings, with what they left undone (a UID not logged out)."""

        async def in_loop() -> list[Finding]:
            return self.machine.observer.finish()

        return self._run(in_loop())

    def assert_no_findings(
        self, *, ignore: Iterable[str] = (), level: Severity | str = Severity.WARNING
    ) -> None:
        """AssertionError that names each finding as bad as `level` or worse, but for the rules to ignore.

        Notes are advice and pass by default, the pace of commands among them: a test has no time for 3 s.
        """
        if found := as_bad_as(self.findings, level, ignore):
            head = (
                f"{len(found)} finding{'s' * (len(found) != 1)}, as the document's rules for clients have it:"
            )
            raise AssertionError("\n".join([head, *(f"  {one}" for one in found)]))

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def _variants(chosen: Mapping[str, str | int]) -> Variants:
    try:
        return read_variants(chosen)
    except VariantError as error:
        raise ConfigurationError(str(error)) from None
