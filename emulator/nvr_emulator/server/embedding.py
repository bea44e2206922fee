"""A recorder inside another program: its own thread and event loop, ports chosen by the system."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

import msgspec

from nvr_emulator.configuration.kind import USUAL_SPEED, ClockName, kind_of
from nvr_emulator.configuration.settings import ConfigurationError, RecorderSettings
from nvr_emulator.configuration.variant_choice import chosen
from nvr_emulator.findings.registry import as_bad_as
from nvr_emulator.findings.rule import Finding, Severity
from nvr_emulator.journal.journal import Journal
from nvr_emulator.server.fault_handles import Faults
from nvr_emulator.server.levers import Cameras, ClockLever, DiskLevers, LogLevers
from nvr_emulator.server.machine import Machine
from nvr_emulator.server.ports import Ports, Serving
from nvr_emulator.server.sent_packets import SentPackets
from nvr_emulator.server.state import state_of

T = TypeVar("T")


class EmbeddedRecorder:
    """A running recorder as a context manager.

    `clock="manual"` (the default) moves by `advance` alone, `"fast"` runs `speed` times faster than real
    time. `defects` are names from `nvr_emulator.defects`. `keys` are those of recorder.toml, as values of
    Python: `series`, `users`, `cameras`, `time_zone`, `clock_start`, `transport` ("http" by default, as it is
    quick to start), `variants`, `faults`, `seed` (0 by default; None: no two runs are alike) and all others.
    `config` is such a file, or a table of them, and gives way to `keys`. What nobody says is that of a small
    recorder. `settings` replaces all of it. `keep_packets`: the last packets over RTP are kept for
    `write_pcap`.

    `ConfigurationError` in one line: the key that is wrong, and why.
    """

    def __init__(
        self,
        model: Literal[1, 2, 3] | None = None,
        *,
        clock: ClockName = "manual",
        speed: float = USUAL_SPEED,
        defects: Sequence[str] = (),
        config: str | Path | Mapping[str, Any] | None = None,
        settings: RecorderSettings | None = None,
        ports: Ports | None = None,
        keep_packets: bool = False,
        **keys: Any,
    ) -> None:
        asked = {"model": model, "clock": clock, "speed": speed, "defects": defects, "config": config, **keys}
        made, running = kind_of(asked)
        if not isinstance(keep_packets, bool):
            raise ConfigurationError("keep_packets: must be true or false")
        if settings is not None:
            if not isinstance(settings, RecorderSettings):
                raise ConfigurationError(
                    f"settings: {str(settings)[:40]} is none: say RecorderSettings(users=…)"
                )
            said = {"variants", "faults", "transport"} & keys.keys()
            made = msgspec.structs.replace(settings, **{name: getattr(made, name) for name in said})
        self.machine = Machine(
            made,
            manual=running.clock == "manual",
            speed=running.speed if running.clock == "fast" else 1.0,
            defects=running.defects,
        )
        if keep_packets:
            self.machine.pump.sent = SentPackets()
        self.seed = made.seed
        self._serving = Serving(self.machine, ports)
        self.users = made.users
        self.user = made.users[0].name
        self.password = made.users[0].password
        self.clock = ClockLever(self.machine, self._run)
        self.cameras = Cameras(self.machine, self._run)
        self.disks = DiskLevers(self.machine, self._run)
        self.logs = LogLevers(self.machine, self._run)
        self.faults = Faults(self.machine, self._run)

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
    def certificate(self) -> str | None:
        """The certificate of HTTPS (PEM), for clients to trust; None without HTTPS."""
        return self._serving.certificate_pem

    certificate_pem = certificate

    def __repr__(self) -> str:
        plan = self.machine.plan
        return f"<EmbeddedRecorder: {plan.series} (MODEL {plan.model}) at {self.url or 'no port'}>"

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

    def state(self) -> dict[str, Any]:
        """Sessions, streams, downloads, cameras, disks and logs, as `GET /state` has them."""

        async def in_loop() -> dict[str, Any]:
            return state_of(self.machine)

        return self._run(in_loop())

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

    def report(self) -> str:
        """The last exchanges, the findings, the faults and the seed, as they stand beside a failed test."""
        from nvr_emulator.findings.files.report import report

        plan = self.machine.plan
        kind = f"{plan.series} (MODEL {plan.model}) at {self.url}, seed {self.seed}"
        if different := chosen(plan.variants):
            kind += f", variants {', '.join(f'{name}={value}' for name, value in different.items())}"
        if self.machine.defects:
            kind += f", defects {', '.join(self.machine.defects)}"
        if len(self.faults):
            kind += f", faults {' '.join(str(held.fault) for held in self.faults)}"
        return report(kind, self.journal, self.findings)

    def write_pcap(self, path: Path) -> int:
        """Write the last packets of live streams over RTP that were sent, as pcap; how many those are.

        Nothing is written where there is none. ValueError without `keep_packets`.
        """
        sent = self.machine.pump.sent
        if sent is None:
            raise ValueError("no packets are kept: keep_packets=True")

        async def in_loop() -> SentPackets:
            return sent.copy()

        # What stands beside a test that fails at its very end is written when the recorder has stopped.
        kept = sent if self._loop.is_closed() else self._run(in_loop())
        if len(kept):
            kept.write(path)
        return len(kept)

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
