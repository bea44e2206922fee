"""What `nvr-emulator serve` does: it serves until it is told to stop, and says when it is ready."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any

from nvr_emulator.cli.findings_out import check_wishes, judge_findings
from nvr_emulator.cli.serve_settings import certificate_from, ports_from, settings_from
from nvr_emulator.findings.rule import Finding
from nvr_emulator.server.machine import Machine
from nvr_emulator.server.ports import Serving

log = logging.getLogger("nvr_emulator")


def serve(options: Mapping[str, Any], write_ready: Callable[[str], None]) -> int:
    """Serve what the flags and the file say until SIGTERM, SIGHUP or Ctrl-C; gives the exit status.
    `write_ready` is given the ready line.

    `ConfigurationError` or `OSError` where it cannot be served; see `nvr_emulator.cli.main` for the flags.
    """
    check_wishes(options["findings_out"], options["ignored_findings"])
    _log_to_stderr(options["log_format"], verbose=options["verbose"])
    settings = settings_from(options)
    machine = Machine(settings, manual=options["clock"] == "manual", defects=options["defects"])
    ports = ports_from(options, machine.recorder.transport)
    _have_descriptors()
    findings = asyncio.run(_serve(Serving(machine, ports, certificate_from(options)), options, write_ready))
    return judge_findings(findings, options)


async def _serve(
    serving: Serving, options: Mapping[str, Any], write_ready: Callable[[str], None]
) -> list[Finding]:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(signum, stopped.set)
    await serving.start()
    try:
        line = json.dumps(_ready(serving, options))
        write_ready(line)
        # A reader that has gone must not end the recorder.
        with contextlib.suppress(BrokenPipeError):
            print(line, flush=True)
        await stopped.wait()
        # Before the connections are closed: that is not the clients' doing.
        return serving.machine.observer.all_findings()
    finally:
        await serving.stop()


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


def _have_descriptors() -> None:
    """Take as many as the system lets a process have: each connection needs one."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps({"time": record.created, "level": record.levelname, "message": record.getMessage()})


def _log_to_stderr(log_format: str, *, verbose: bool) -> None:
    handler = logging.StreamHandler(sys.stderr)
    text = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    handler.setFormatter(_JsonLines() if log_format == "json" else text)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    log.setLevel(logging.DEBUG if verbose else logging.INFO)
