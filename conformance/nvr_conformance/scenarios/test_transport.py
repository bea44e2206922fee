"""§1.2: the same over HTTPS, and nothing over HTTP where the recorder is set to HTTPS alone."""

from __future__ import annotations

import dataclasses
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from nvr_conformance.client import HARMLESS, LOGIN
from nvr_conformance.connection import Endpoint
from nvr_conformance.digest import read_challenges
from nvr_conformance.scenario import (
    Check,
    Client,
    Exchange,
    NotApplicable,
    NotTested,
    Session,
    Target,
    refused,
    scenario,
)
from nvr_conformance.uid_commands import uid_commands

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDED_TIME = "/cgi-bin/recordedtime.cgi"


@scenario("SEC-01", setup={"transport": "both"})
def test_everything_over_https(target: Target, client: Client, check: Check, not_tested: NotTested) -> None:
    """Every command and every kind of live over HTTPS; what fails over HTTP as well is no matter of HTTPS."""
    if target.https is None:
        not_tested("SEC-01", "the URL names HTTP: judge the https:// URL")
        return
    with (
        closing(Client(target.at(target.https), client.history)) as by_https,
        _by_http(target, client) as by_http,
    ):
        login = by_https.try_login()
        if not check("SEC-01", login.uid_text is not None, "a UID", login.page, "login"):
            return
        secure, plain = by_https.sessions[-1], None
        if by_http is not None:
            plain = by_http.sessions[-1]
        for path in (HARMLESS, RECORDED_TIME):
            exchange = by_https.get_digest(path)
            if refused(exchange) and (by_http is None or refused(by_http.get_digest(path))):
                not_tested("SEC-01", f"{path}: {exchange}, and nothing else over HTTP")
            else:
                check("SEC-01", not refused(exchange), "an answer", exchange, path)
        _live(target, secure, plain, check, not_tested)
        for command in uid_commands(target):
            if command.permission and not target.allows(command.permission):
                not_tested("SEC-01", f"{command.name} needs --allow {command.permission}")
                continue
            if command.name.startswith(("live_http", "live_rtp")):
                continue  # judged by its media
            exchange = command.run(secure)
            served = not refused(exchange)
            if served or (plain is not None and not refused(command.run(plain))):
                check("SEC-01", served, "served as over HTTP", exchange, command.name)
            else:
                not_tested("SEC-01", f"{command.name}: {exchange}, and nothing else over HTTP")
        secure.logged_out = True


@contextmanager
def _by_http(target: Target, client: Client) -> Iterator[Client | None]:
    """A client that has logged in over HTTP; None where that is not served."""
    if target.http is None:
        yield None
        return
    with closing(Client(target.at(target.http), client.history)) as by_http:
        yield by_http if by_http.try_login().uid_text is not None else None


def _live(
    target: Target, secure: Session, plain: Session | None, check: Check, not_tested: NotTested
) -> None:
    camera = target.cameras[0]
    kinds = [("HTTP", codec) for codec in (*target.live_codecs(camera), "JPEG")]
    kinds += [("RTP", codec) for codec in target.live_codecs(camera)]
    for way, codec in kinds:
        came = _brings_media(secure, camera, way, codec)
        if came or (plain is not None and _brings_media(plain, camera, way, codec)):
            name = f"{codec} inside the answer" if way == "HTTP" else f"{codec} over RTP"
            check("SEC-01", came, "media", "media" if came else "none", name)
        else:
            not_tested("SEC-01", f"live {codec} {way}: no media over HTTP either")


def _brings_media(session: Session, camera: int, way: str, codec: str) -> bool:
    stream = (session.start_http if way == "HTTP" else session.start_rtp)(camera, codec)
    came = not stream.refused and bool(stream.wait_packets(1))
    session.stop(stream)
    stream.close()
    return came


@scenario("SEC-02", setup={"transport": "https"})
def test_nothing_over_http(
    target: Target, client: Client, check: Check, not_tested: NotTested, not_applicable: NotApplicable
) -> None:
    """Ask over HTTP, between two logins over HTTPS: at the port of HTTP, and without TLS at that of HTTPS."""
    if target.https is None or target.http is None:
        not_tested("SEC-02", "the URL names HTTP: judge the https:// URL")
        return
    session = client.login()
    if (
        target.https_alone is None
        and (answer := Client(target.at(target.http)).get(LOGIN)).status is not None
    ):
        not_applicable("SEC-02", f"it answers over HTTP ({answer}): it is not set to HTTPS alone")
        return
    ports = {"port of HTTP": target.http, "port of HTTPS": dataclasses.replace(target.https, tls=None)}
    asked = [
        (f"{name}, {place}", exchange)
        for place, endpoint in ports.items()
        for name, exchange in _ask(target, client, endpoint, session)
    ]
    if not session.is_alive() or client.try_login().uid_text is None:
        not_tested("SEC-02", "nothing is served over HTTPS any more")
        return
    for name, exchange in asked:
        check("SEC-02", _nothing(exchange), "no answer, or a refusal", exchange, name)


def _ask(
    target: Target, client: Client, endpoint: Endpoint, session: Session
) -> Iterator[tuple[str, Exchange]]:
    """What is asked without TLS, and what came of it."""
    plain = Client(target.at(endpoint), client.history)
    try:
        yield "login without credentials", plain.get(LOGIN)
        yield "login", plain.try_login().page
        yield "as_getinfo.cgi", plain.get_digest(HARMLESS)
        yield "recordedtime.cgi", plain.get_digest(RECORDED_TIME)
        mine = plain.adopt(session.uid)
        for command in uid_commands(target):
            if not command.permission and command.name not in ("logout", "live_rtp START"):
                yield command.name, command.send(mine)
    finally:
        plain.close()


def _nothing(exchange: Exchange) -> bool:
    """No connection, no answer, a redirection or a refusal; a Digest challenge invites to log in."""
    challenged = bool(read_challenges(exchange.all_headers("WWW-Authenticate")))
    return (exchange.error is not None and exchange.status is None) or (refused(exchange) and not challenged)
