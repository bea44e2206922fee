"""`nvr-emulator wait`: until a recorder answers."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

STEP = 0.1
"""Seconds between two looks."""
ANSWER_PATIENCE = 5.0
"""Seconds that one answer may take."""
LARGEST = 64 * 1024 * 1024


class NoAnswerError(Exception):
    """Nothing answered in time; one line says what was asked last, and what came."""


def wait_for(where: str, timeout: float) -> str:
    """Wait for the recorder at a URL, or for those that a ready file names. Gives the lines of the file.

    A recorder is there when it answers at all, whatever the status; `timeout` is seconds. `NoAnswerError`.
    """
    by_url = where.startswith(("http://", "https://"))
    until = time.monotonic() + timeout
    while True:
        left = until - time.monotonic()
        patience = min(ANSWER_PATIENCE, max(left, STEP))
        lines, problem = ("", _problem_at(where, patience)) if by_url else _file(Path(where), patience)
        if not problem:
            return lines
        if left <= 0:
            raise NoAnswerError(f"{where}: no recorder after {timeout:g} s: {problem}")
        time.sleep(min(STEP, left))


def _file(path: Path, patience: float) -> tuple[str, str]:
    """The lines of a ready file, and why they name nothing that answers, if they do not."""
    try:
        with path.open("r", encoding="utf-8") as file:
            lines = file.read(LARGEST)
        urls = [json.loads(line)["control"] for line in lines.splitlines()]
    except OSError as error:
        return "", error.strerror or str(error)
    except (ValueError, KeyError, TypeError):
        return "", "this is no ready file"
    for url in urls:
        if problem := _problem_at(f"{url}/healthz", patience):
            return "", f"{url}: {problem}"
    return lines, "" if urls else "it is empty"


def _problem_at(url: str, patience: float) -> str:
    """Why nothing answers at a URL; empty where something does."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # recorders sign for themselves
    direct = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting)
    )
    try:
        if not urlsplit(url).hostname:
            return "no address in it"
        direct.open(url, timeout=patience).close()
    except urllib.error.HTTPError as answer:
        answer.close()
    except urllib.error.URLError as error:
        return str(getattr(error.reason, "strerror", None) or error.reason)
    except (OSError, ValueError) as error:
        return str(error) or type(error).__name__
    return ""
