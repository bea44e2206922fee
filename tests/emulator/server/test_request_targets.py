"""Request targets as other people's clients write them: each gets through Digest (RFC 7616 §3.4.6)."""

import asyncio
import re
import shutil
import subprocess
import urllib.request

import aiohttp
import httpx
import pytest
import requests
from requests.auth import HTTPDigestAuth

from nvr_emulator.server.embedding import EmbeddedRecorder

TARGETS = [
    "/cgi-bin/recordedtime.cgi",
    "/cgi-bin/recordedtime.cgi?",
    "/cgi-bin/recordedtime.cgi?&&A=%2f%2F;b=%41",
    "/cgi-bin/as_getinfo.cgi?FILE=2",
]


@pytest.fixture(scope="module")
def recorder():
    with EmbeddedRecorder() as running:
        yield running


def by_curl(recorder, target, *options):
    command = ["curl", "-s", "-f", "--digest", "-u", f"{recorder.user}:{recorder.password}", *options]
    return subprocess.run([*command, recorder.url + target], capture_output=True, timeout=10, check=False)


def by_curl_as_proxy(recorder, target):
    # The recorder itself plays the proxy: the request line then has the absolute form.
    return by_curl(recorder, target, "-x", recorder.url)


def by_wget(recorder, target):
    who = [f"--user={recorder.user}", f"--password={recorder.password}"]
    command = ["wget", "-q", "--no-proxy", "-t", "1", "-O", "-", *who, recorder.url + target]
    return subprocess.run(command, capture_output=True, timeout=10, check=False)


def by_urllib(recorder, target):
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, recorder.url, recorder.user, recorder.password)
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    with opener.open(recorder.url + target, timeout=5) as page:
        assert page.status == 200


def by_requests(recorder, target):
    auth = HTTPDigestAuth(recorder.user, recorder.password)
    assert requests.get(recorder.url + target, auth=auth, timeout=5).status_code == 200


def by_httpx(recorder, target):
    auth = httpx.DigestAuth(recorder.user, recorder.password)
    assert httpx.get(recorder.url + target, auth=auth, timeout=5).status_code == 200


def by_aiohttp(recorder, target):
    async def get():
        auth = aiohttp.DigestAuthMiddleware(recorder.user, recorder.password)
        async with (
            aiohttp.ClientSession(middlewares=(auth,)) as session,
            session.get(recorder.url + target) as response,
        ):
            assert response.status == 200

    asyncio.run(get())


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "client", [by_curl, by_curl_as_proxy, by_wget, by_urllib, by_requests, by_httpx, by_aiohttp]
)
def test_every_client_gets_through_whatever_the_target_looks_like(recorder, client, target):
    program = client.__name__.split("_")[1]
    if program in ("curl", "wget"):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}")
        assert client(recorder, target).returncode == 0, recorder.machine.journal.exchanges()[-1].reason
    else:
        client(recorder, target)
    last = recorder.machine.journal.exchanges()[-1]
    assert (last.status, last.path) == (200, target.split("?")[0])


def test_octets_that_are_no_text_are_a_wrong_answer(recorder):
    def ask(authorization=None):
        headers = {"Authorization": authorization} if authorization else {}
        return requests.get(recorder.url + TARGETS[0], headers=headers, timeout=5)

    nonce = re.search('nonce="([^"]+)"', ask().headers["WWW-Authenticate"])[1]
    header = (
        f'Digest username="ADMIN", realm="Network disk recorder", uri="{TARGETS[0]}", nonce="{nonce}", '
        'qop=auth, nc=00000001, cnonce="1", response="?"'
    ).encode()
    assert ask(header.replace(b"?", b"\xff")).status_code == 401
    assert ask(header.replace(b"ADMIN", b"\xc3")).status_code == 401
