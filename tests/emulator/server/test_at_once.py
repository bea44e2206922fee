"""What a request knows of others: those that had come when its connection was made, or last had an answer."""

import http.client
import ssl
import urllib.parse
from contextlib import closing

import pytest

from nvr_emulator.seams import around
from nvr_emulator.server.embedding import EmbeddedRecorder


@pytest.fixture
def recorder():
    with EmbeddedRecorder(transport="both") as running:
        running.came = []

        def receive(original, request, now):
            running.came.append((request.number, request.knows))
            return original(request, now)

        around(running.machine.recorder.receive, receive)
        yield running


def connection(recorder):
    url = urllib.parse.urlsplit(recorder.url)
    made = http.client.HTTPConnection(url.hostname, url.port, timeout=5)
    made.connect()
    return closing(made)


def ask(made):
    made.request("GET", "/cgi-bin/as_getinfo.cgi?FILE=2")
    made.getresponse().read()


def test_connections_that_were_made_ahead_know_nothing_of_each_other(recorder):
    with connection(recorder) as one, connection(recorder) as other, connection(recorder) as last:
        for made in (last, one, other):  # that the last one is answered shows that the others were made
            ask(made)
    assert recorder.came == [(1, 0), (2, 0), (3, 0)]


def test_one_that_is_made_later_knows_what_had_come(recorder):
    for _ in range(2):
        with connection(recorder) as made:
            ask(made)
    assert recorder.came == [(1, 0), (2, 1)]


def test_one_that_is_kept_knows_what_had_come_at_its_last_answer(recorder):
    with connection(recorder) as kept, connection(recorder) as other:
        for made in (kept, other, kept, kept):
            ask(made)
    assert recorder.came == [(1, 0), (2, 0), (3, 1), (4, 3)]


def test_both_ports_count_together(recorder):
    secure = urllib.parse.urlsplit(recorder.https_url)
    context = ssl._create_unverified_context()
    with connection(recorder) as plain:
        ask(plain)
    with closing(http.client.HTTPSConnection(secure.hostname, secure.port, context=context)) as made:
        ask(made)
    assert recorder.came == [(1, 0), (2, 1)]
