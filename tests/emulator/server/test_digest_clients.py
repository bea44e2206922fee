"""Digest as other people's clients answer it: curl, aiohttp, requests (§6.1.1)."""

import asyncio
import re
import shutil
import subprocess

import aiohttp
import msgspec
import pytest
import requests
from requests.auth import HTTPDigestAuth

from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.configuration.variants import Variants
from nvr_emulator.recorder.digest import NONCE_LIFETIME
from nvr_emulator.server.embedding import EmbeddedRecorder

SESSION = ("MD5-sess",)
OFFERS = [("MD5",), ("SHA-256", "MD5"), ("SHA-256",), SESSION]
LOGIN = "/cgi-bin/dlogin.cgi?UID=-1"
CHOSEN = {("MD5",): "MD5", ("SHA-256", "MD5"): "SHA-256", ("SHA-256",): "SHA-256", SESSION: "MD5-sess"}


@pytest.fixture(scope="module", params=OFFERS, ids=["MD5", "both", "SHA-256", "MD5-sess"])
def recorder(request):
    changes = (
        {"variants": Variants(challenge="md5-sess")}
        if request.param == SESSION
        else {"digest": request.param}
    )
    settings = msgspec.structs.replace(small_recorder(2), **changes)
    with EmbeddedRecorder(settings=settings) as running:
        yield running


@pytest.fixture
def answers(recorder):
    """The Authorization headers that the recorder was sent."""
    recorder.reset()
    gate, seen = recorder.machine.recorder.gate, []
    original = gate.check

    def check(header, *rest):
        seen.append(header)
        return original(header, *rest)

    gate.check = check
    yield seen
    del gate.check


def algorithm_of(header):
    found = re.search(r'algorithm="?([A-Za-z0-9-]+)', header)
    return found[1] if found else "MD5"


def offered(recorder):
    return recorder.machine.recorder.gate.algorithms


def test_one_challenge_for_each_algorithm_in_their_order(recorder):
    response = requests.get(recorder.url + LOGIN, timeout=5)
    assert response.status_code == 401
    challenges = response.raw.headers.getlist("WWW-Authenticate")
    assert [algorithm_of(text) for text in challenges] == list(offered(recorder))
    assert all('qop="auth"' in text for text in challenges)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl(recorder, answers):
    command = ["curl", "-s", "--digest", "-u", f"{recorder.user}:{recorder.password}", recorder.url + LOGIN]
    page = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
    assert re.search(r"hdrctl\.cgi\?UID=\d+", page)
    assert algorithm_of(answers[-1]) == CHOSEN[offered(recorder)]


def test_aiohttp(recorder, answers):
    async def log_in_twice():
        auth = aiohttp.DigestAuthMiddleware(recorder.user, recorder.password)
        async with aiohttp.ClientSession(middlewares=(auth,)) as session:
            for _ in range(2):
                async with session.get(recorder.url + LOGIN) as response:
                    assert response.status == 200
                    assert "UID=" in await response.text()

    asyncio.run(log_in_twice())
    assert len(recorder.machine.recorder.sessions.valid()) == 2
    assert algorithm_of(answers[-1]) == CHOSEN[offered(recorder)]


def test_requests_counts_on_one_nonce(recorder, answers):
    with requests.Session() as session:
        session.auth = HTTPDigestAuth(recorder.user, recorder.password)
        for _ in range(3):
            response = session.get(recorder.url + LOGIN, timeout=5)
            assert response.status_code == 200
    headers = [header for header in answers if header]
    assert [re.search(r"nc=(\d+)", header)[1] for header in headers] == ["00000001", "00000002", "00000003"]
    assert len({re.search(r'nonce="(\w+)"', header)[1] for header in headers}) == 1
    assert algorithm_of(headers[-1]) in offered(recorder)


def test_a_stale_nonce_costs_one_more_request(recorder, answers):
    with requests.Session() as session:
        session.auth = HTTPDigestAuth(recorder.user, recorder.password)
        session.get(recorder.url + LOGIN, timeout=5)
        recorder.advance(NONCE_LIFETIME)
        response = session.get(recorder.url + LOGIN, timeout=5)
        assert response.status_code == 200
        assert [earlier.status_code for earlier in response.history] == [401]
        assert "stale=true" in response.history[0].headers["WWW-Authenticate"]


def test_a_wrong_password_is_refused(recorder):
    response = requests.get(recorder.url + LOGIN, auth=HTTPDigestAuth(recorder.user, "wrong12345"), timeout=5)
    assert response.status_code == 401
    assert "stale" not in response.headers["WWW-Authenticate"]
