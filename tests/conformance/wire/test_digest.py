import hashlib

import pytest

from nvr_conformance.wire.digest import (
    Challenge,
    DigestAnswers,
    choose_challenge,
    digest_response,
    read_challenges,
)

# RFC 7616, section 3.9.1
REALM = "http-auth@example.org"
NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
OPAQUE = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
RFC = (
    f'Digest realm="{REALM}", qop="auth, auth-int", algorithm=SHA-256, nonce="{NONCE}", opaque="{OPAQUE}"',
    f'Digest realm="{REALM}", qop="auth, auth-int", algorithm=MD5, nonce="{NONCE}", opaque="{OPAQUE}"',
)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_rfc_7616_vectors(algorithm, response):
    challenge = Challenge(REALM, NONCE, algorithm, ("auth",), OPAQUE)
    whose = ("Mufasa", "Circle of Life", "GET", "/dir/index.html")
    assert digest_response(challenge, *whose, "00000001", CNONCE) == response


@pytest.mark.parametrize(
    ("algorithm", "name"),
    [("MD5-sess", "md5"), ("sha-256-SESS", "sha256"), ("SHA-512-256-sess", "sha512_256")],
)
def test_the_secret_of_a_session_is_made_with_both_nonces(algorithm, name):
    """And all answers of a session have the cnonce of the first."""

    def hashed(text):
        return hashlib.new(name, text.encode()).hexdigest()

    (challenge,) = read_challenges([f'Digest realm="r", nonce="n", qop="auth", algorithm={algorithm}'])
    assert choose_challenge([challenge]) is challenge
    answers = DigestAnswers(challenge, "u", "p")
    for count in ("00000001", "00000002"):
        header = answers.authorization("GET", "/x")
        assert f"algorithm={algorithm}, qop=auth, nc={count}, cnonce=" in header
        secret = hashed(f"{hashed('u:r:p')}:n:{answers.session_cnonce}")
        request = hashed("GET:/x")
        response = hashed(f"{secret}:n:{count}:{answers.session_cnonce}:auth:{request}")
        assert f'response="{response}"' in header


def test_a_session_without_qop_tells_its_cnonce():
    answers = DigestAnswers(Challenge("r", "n", "MD5-sess"), "u", "p")
    header = answers.authorization("GET", "/x")
    assert f'cnonce="{answers.session_cnonce}"' in header
    assert "nc=" not in header


def test_which_of_several_is_chosen():
    """SHA-512-256, of which there are two readings, where nothing else is offered."""
    offered = [Challenge("r", "n", name) for name in ("SHA-512-256", "MD5", "SHA-256-sess", "SHA-256")]
    assert choose_challenge(offered) is offered[2]
    assert choose_challenge(offered[:2]) is offered[1]
    assert choose_challenge(offered[:1]) is offered[0]


def test_rfc_2069_form_without_qop():
    challenge = Challenge("testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093")
    given = digest_response(challenge, "Mufasa", "Circle Of Life", "GET", "/dir/index.html", "", "")
    assert given == "670fd8c2df070c60b045671b8b24ff02"


def test_auth_int_covers_the_empty_body():
    """Where "auth" is offered beside it, that is answered."""

    def hashed(text):
        return hashlib.md5(text.encode()).hexdigest()

    challenge = Challenge("r", "n", qop=("auth-int",))
    secret, request = hashed("u:r:p"), hashed(f"GET:/x:{hashed('')}")
    wanted = hashed(f"{secret}:n:00000001:c:auth-int:{request}")
    assert digest_response(challenge, "u", "p", "GET", "/x", "00000001", "c") == wanted
    assert ", qop=auth-int, nc=00000001, " in DigestAnswers(challenge, "u", "p").authorization("GET", "/x")
    both = Challenge("r", "n", qop=("auth-int", "auth"))
    assert ", qop=auth, " in DigestAnswers(both, "u", "p").authorization("GET", "/x")
    assert choose_challenge([challenge]) is challenge


def test_challenges_of_two_headers_and_of_one():
    for values in (RFC, [", ".join(RFC)]):
        found = read_challenges(values)
        assert [challenge.algorithm for challenge in found] == ["SHA-256", "MD5"]
        assert found[0] == Challenge(REALM, NONCE, "SHA-256", ("auth", "auth-int"), OPAQUE)
        assert choose_challenge(found) is found[0]


def test_the_recorders_own_challenge():
    (challenge,) = read_challenges(['Digest realm="Network disk recorder", qop="auth", nonce="abc"'])
    assert challenge == Challenge("Network disk recorder", "abc", "MD5", ("auth",))


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ('Basic realm="x"', 0),
        ('Basic realm="Digest nonce=1", Digest realm="y", nonce="n"', 1),
        ('digest REALM="a, b \\"c\\"", NONCE=n, stale=TRUE', 1),
        ("Digest realm=x", 0),
        ("", 0),
        (",,, Digest", 0),
    ],
)
def test_odd_headers(value, count):
    found = read_challenges([value])
    assert len(found) == count
    if "stale" in value:
        assert found[0] == Challenge('a, b "c"', "n", stale=True)


@pytest.mark.parametrize("encoding", ["utf-8", "shift-jis", "latin-1"])
def test_a_realm_is_repeated_octet_by_octet(encoding):
    """Headers are read as Latin-1; requests are sent in UTF-8, with surrogates for what is none."""
    octets = ("Küche" if encoding == "latin-1" else "レコーダ").encode(encoding)
    (challenge,) = read_challenges([f'Digest realm="{octets.decode("latin-1")}", nonce="n"'])
    sent = DigestAnswers(challenge, "u", "p").authorization("GET", "/x").encode("utf-8", "surrogateescape")
    assert b'realm="' + octets + b'"' in sent
    secret = hashlib.md5(b"u:" + octets + b":p").hexdigest()
    request = hashlib.md5(b"GET:/x").hexdigest()
    wanted = hashlib.md5(f"{secret}:n:{request}".encode()).hexdigest()
    assert digest_response(challenge, "u", "p", "GET", "/x", "", "") == wanted


def test_what_cannot_be_answered_is_not_chosen():
    beyond = [Challenge("r", "n", "SHA-3-256"), Challenge("r", "n", "MD5", ("token",))]
    assert choose_challenge(beyond) is None


def test_nc_counts_and_fields_can_be_altered():
    answers = DigestAnswers(Challenge("r", "n", "MD5", ("auth",), "o"), 'a"b', "secret")
    first = answers.authorization("GET", "/x?y=1", cnonce="c")
    assert 'username="a\\"b"' in first
    assert "nc=00000001" in first
    assert 'opaque="o"' in first
    assert "secret" not in first
    second = answers.authorization("GET", "/x?y=1", cnonce="c", uri="/z")
    assert "nc=00000002" in second
    assert 'uri="/z"' in second
    assert second.partition("response=")[2][:34] != first.partition("response=")[2][:34]
