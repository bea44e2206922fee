"""`nvr-emulator wait`: until a recorder answers."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import stat
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

STEP = 0.1
"""Seconds between two looks."""
ANSWER_PATIENCE = 5.0
"""Seconds that one answer may take."""
SLACK = 2.0
"""Seconds on top, for a machine that is busy."""
LARGEST = 64 * 1024 * 1024
SHOWN = 80
"""Letters of an answer that is none."""


class NoAnswerError(Exception):
    """Nothing answered in time; one line says what was asked last, and what came."""


def is_url(where: str) -> bool:
    """Whether that is an address; else it is a file."""
    return where.lower().startswith(("http://", "https://"))


def wait_for(where: str, timeout: float) -> str:
    """Wait for the recorder at a URL, or for those that a ready file names. Gives the lines of the file.

    A recorder is there when it answers at all, whatever the status; `timeout` is seconds. `NoAnswerError`.
    """
    by_url = is_url(where)
    until = time.monotonic() + timeout
    while True:
        left = until - time.monotonic()
        patience = min(ANSWER_PATIENCE, max(left, STEP))
        lines, problem = ("", _problem_at(where, patience)) if by_url else _file(Path(where), patience)
        if not problem:
            return lines
        if left <= 0:
            raise NoAnswerError(_on_one_line(f"{where}: no recorder after {timeout:g} s: {problem}"))
        time.sleep(min(STEP, left))


def _file(path: Path, patience: float) -> tuple[str, str]:
    """The lines of a ready file, and why they name nothing that answers, if they do not."""
    try:
        lines = _text_of(path)
        urls = [json.loads(line)["control"] for line in lines.splitlines()]
    except OSError as error:
        return "", error.strerror or str(error)
    except (ValueError, KeyError, TypeError, RecursionError):
        return "", "this is no ready file"
    for url in urls:
        if problem := _problem_at(f"{url}/healthz", patience):
            return "", f"{url}: {problem}"
    return lines, "" if urls else "it is empty"


def _text_of(path: Path) -> str:
    """What a regular file holds. A pipe would keep us waiting: `OSError`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, encoding="utf-8") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("this is no regular file")
        return file.read(LARGEST)


class _AnswersAsTheyCome(urllib.request.HTTPRedirectHandler):
    """A redirection is an answer: where it leads is another matter."""

    def redirect_request(self, *asked: object) -> None:
        return None


def _problem_at(url: str, patience: float) -> str:
    """Why nothing answers at a URL in so many seconds; empty where something does."""
    found: list[str] = []
    # A socket's timeout begins again at each byte: what trickles in has an end of its own.
    asking = threading.Thread(target=lambda: found.append(_asked(url, patience)), daemon=True)
    asking.start()
    asking.join(patience + SLACK)
    return found[0] if found else f"its answer was not whole in {patience:.1f} s"


def _asked(url: str, patience: float) -> str:
    """As `_problem_at`, while no byte is longer in coming than that."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # recorders sign for themselves
    direct = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=trusting),
        _AnswersAsTheyCome(),
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
    except http.client.InvalidURL:
        return "this is no address"
    except http.client.HTTPException as error:
        return f"answers, but not in HTTP: {str(error).strip()[:SHOWN] or type(error).__name__}"
    return ""


def _on_one_line(text: str) -> str:
    """What others wrote, fit for a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
