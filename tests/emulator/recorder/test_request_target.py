"""The request target (RFC 9112 §3.2): one truth for the command, the journal and Digest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.recorder.replies import Request
from nvr_emulator.recorder.request_target import origin_form, same_resource, split_target

TEXT = st.text(alphabet="/?&;=%#.:@-_~abzAZ019", max_size=40)


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/cgi-bin/a.cgi", "/cgi-bin/a.cgi", ""),
        ("/cgi-bin/a.cgi?", "/cgi-bin/a.cgi", ""),
        ("/cgi-bin/a.cgi?A=1&&B=%2f;?C", "/cgi-bin/a.cgi", "A=1&&B=%2f;?C"),
        ("http://nvr/cgi-bin/a.cgi?A=1", "/cgi-bin/a.cgi", "A=1"),
        ("HTTPS://user@[::1]:8443/cgi-bin/a.cgi", "/cgi-bin/a.cgi", ""),
        ("http://nvr", "/", ""),
        ("http://nvr?A=1", "/", "A=1"),
        ("*", "*", ""),
        ("/redirect?to=http://nvr/x", "/redirect", "to=http://nvr/x"),
    ],
)
def test_path_and_query_of_a_target(target, path, query):
    assert split_target(target) == (path, query)
    request = Request.of_target("GET", target)
    assert (request.path, request.query, request.target) == (path, query, target)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a.cgi?", "/a.cgi"),
        ("http://nvr:80/a.cgi?A=1", "/a.cgi?A=1"),
        ("http://nvr", "/"),
        ("/a.cgi?A=%2f", "/a.cgi?A=%2F"),
        ("/%61.cgi?A=%7e", "/a.cgi?A=~"),
    ],
)
def test_spellings_of_one_resource(one, other):
    assert same_resource(one, other)
    assert same_resource(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a.cgi?UID=-1", "/a.cgi"),
        ("/a.cgi?A=1&B=2", "/a.cgi?A=1%26B=2"),
        ("/a.cgi?A=a", "/a.cgi?A=A"),
        ("/a%2Fb", "/a/b"),
        ("/a.cgi?A=1", "/a.cgi?A=1&"),
    ],
)
def test_resources_that_differ(one, other):
    assert not same_resource(one, other)


@given(TEXT, TEXT)
def test_a_target_names_itself_whatever_is_in_it(path, query):
    target = f"/{path}?{query}"
    assert same_resource(target, target)
    assert origin_form(target) == target
    assert same_resource(f"http://host:1{target}", target)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_can_be_compared(one, other):
    assert same_resource(one, other) == same_resource(other, one)
