"""What `nvr-emulator serve` and `fleet` do: they serve until told to stop, and say when all is ready."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import logging
import os
import resource
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nvr_emulator import standard_output
from nvr_emulator.cli.findings_out import check_wishes, judge_findings
from nvr_emulator.cli.parameter_types import is_other_than_a_file
from nvr_emulator.cli.serve_settings import certificate_from, ports_from, settings_from
from nvr_emulator.cli.told_to_end import ToldToEnd
from nvr_emulator.configuration.settings import ConfigurationError
from nvr_emulator.findings.rule import Finding
from nvr_emulator.server.machine import Machine
from nvr_emulator.server.ports import Serving

log = logging.getLogger("nvr_emulator")

COLLECTED_AFTER = 2000
"""Objects behind which garbage is looked for, once it serves."""
READ = 4096


def serve(options: Mapping[str, Any], write_ready: Callable[[str], None], told: ToldToEnd) -> int:
    """Serve what the flags and the file say until told to end; gives the exit status. `count` is how many
    recorders. `write_ready` is given the ready lines.

    `ConfigurationError` or `OSError` where it cannot be served; see `nvr_emulator.cli.main` for the flags.
    """
    check_wishes(options["findings_out"], options["ignored_findings"])
    _check_config(options["config"], options["count"])
    _log_to_stderr(options["log_format"], verbose=options["verbose"])
    _have_descriptors()
    servings = [_serving(options, number) for number in range(options["count"])]
    told.raises = False
    findings = asyncio.run(_serve(servings, options, write_ready, told))
    return judge_findings(findings, options)


def _check_config(path: Path | None, count: int) -> None:
    """A pipe is empty for whoever reads it second."""
    if path is not None and count > 1 and is_other_than_a_file(path):
        raise ConfigurationError(f"--config: {path} is no regular file: it is read for each recorder")


def _serving(options: Mapping[str, Any], number: int) -> Serving:
    """The recorder of that number, counted from 0."""
    settings = settings_from(options, number)
    clock = options["clock"]
    machine = Machine(
        settings,
        manual=clock == "manual",
        speed=options["speed"] if clock == "fast" else 1.0,
        defects=options["defects"],
    )
    ports = ports_from(options, machine.recorder.transport, number)
    return Serving(machine, ports, certificate_from(options))


async def _serve(
    servings: Sequence[Serving],
    options: Mapping[str, Any],
    write_ready: Callable[[str], None],
    told: ToldToEnd,
) -> list[Finding]:
    with _awaited(told) as stopped:
        try:
            for serving in servings:
                await serving.start()
                if told.come:
                    return []
            _collect_as_usual()
            lines = "\n".join(json.dumps(_ready(serving, options)) for serving in servings)
            write_ready(lines)
            _say(lines)
            if options["opens"]:
                _open_in_browser([_page(serving) for serving in servings])
            await stopped.wait()
            # Before the connections are closed: that is not the clients' doing.
            return [found for serving in servings for found in serving.machine.observer.all_findings()]
        finally:
            await asyncio.gather(*(serving.stop() for serving in servings))


@contextlib.contextmanager
def _awaited(told: ToldToEnd) -> Iterator[asyncio.Event]:
    """Set when the command is told to end. asyncio's own handlers would be taken back as the loop closes: a
    signal that came then would end the process before its files are written."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    woken, waking = socket.socketpair()

    def look() -> None:
        woken.recv(READ)
        if told.come:
            stopped.set()

    with woken, waking:
        woken.setblocking(False)
        waking.setblocking(False)
        before = signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
        loop.add_reader(woken, look)
        if told.come:
            stopped.set()
        try:
            yield stopped
        finally:
            loop.remove_reader(woken)
            signal.set_wakeup_fd(before)


def _say(lines: str) -> None:
    """On stdout; a reader that has gone must not end the recorder."""
    print(lines)
    if (problem := standard_output.lost()) is not None:
        raise OSError(problem.errno, f"cannot be written: {problem.strerror}", "standard output")


def _open_in_browser(pages: Sequence[str]) -> None:
    """In a thread that nobody waits for: some browsers keep the terminal until they are left."""

    def open_all() -> None:
        for page in pages:
            webbrowser.open(page)

    threading.Thread(target=open_all, daemon=True).start()


def _ready(serving: Serving, options: Mapping[str, Any]) -> dict[str, Any]:
    plan = serving.machine.plan
    line: dict[str, Any] = {
        "ready": True,
        "model": plan.model,
        "http": serving.http_url,
        "https": serving.https_url,
        "control": serving.control_url,
        "pid": os.getpid(),
    }
    first = next(iter(plan.users.values()))
    line["user"] = first.name
    if options["password"] is None:
        line["password"] = first.password
    if serving.control_token is not None and options["control_token"] is None:
        line["control_token"] = serving.control_token
    if serving.certificate_pem is not None:
        line["certificate"] = serving.certificate_pem
    return line


def _page(serving: Serving) -> str:
    """Where the recorder is watched; a page sends what stands behind the `#` to nobody."""
    token = serving.control_token
    return f"{serving.control_url}/watch" + (f"#token={token}" if token else "")


def _collect_as_usual() -> None:
    """What was made so far is here to stay; what clients leave is collected soon. A TLS handshake that failed
    leaves a quarter of a megabyte in a cycle."""
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER)


def _have_descriptors() -> None:
    """Take as many as the system lets a process have: each connection needs one."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class _JsonLines(logging.Formatter):
    """A line of JSON for each record; `trace` where something broke, `stack` where it was asked for."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": record.created,
            "level": record.levelname,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = self.formatStack(record.stack_info)
        return json.dumps(line)


def _log_to_stderr(log_format: str, *, verbose: bool) -> None:
    handler = logging.StreamHandler(sys.stderr)
    text = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    handler.setFormatter(_JsonLines() if log_format == "json" else text)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    log.setLevel(logging.DEBUG if verbose else logging.INFO)
