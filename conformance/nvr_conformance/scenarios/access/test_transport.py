"""§1.2: the same over HTTPS, and nothing over HTTP where the recorder is set to HTTPS alone."""

from __future__ import annotations

import dataclasses
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING

from nvr_conformance.carriers import playback_video
from nvr_conformance.carriers.rows import walk
from nvr_conformance.facts.rtp_pictures import decodable
from nvr_conformance.procedures.cameras import camera_with_video
from nvr_conformance.procedures.streams import AUDIO, JPEG, quiet_behind
from nvr_conformance.procedures.uid_commands import (
    UidCommand,
    first_camera,
    playing_uid,
    quick_login,
    uid_commands,
    with_other_values,
    written_uid,
)
from nvr_conformance.reading.decoding import Decoded, decode_pictures
from nvr_conformance.reading.live_jpeg import read_jpeg_part
from nvr_conformance.reading.refusals import is_empty_log
from nvr_conformance.scenario import (
    HARMLESS,
    LOGIN,
    Check,
    Client,
    Exchange,
    Fact,
    Gop,
    LiveStream,
    NotApplicable,
    NothingToJudge,
    NotTested,
    Player,
    PrerequisiteFailed,
    Session,
    Target,
    refused,
    scenario,
)
from nvr_conformance.wire.digest import read_challenges
from nvr_conformance.wire.endpoint import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Served = Callable[[Client], bool]

RECORDED_TIME = "/cgi-bin/recordedtime.cgi"
WATCHED = 3.0  # seconds of live that are decoded, or in which nothing must come
BETWEEN = 60.0  # seconds between two keep-alives, of which two are behind a login that is 90 s old
OTHER_VALUES = ("fast REW", "step PREVFRAME")


@scenario("SEC-01", setup={"transport": "both"})
def test_everything_over_https(target: Target, client: Client, check: Check, not_tested: NotTested) -> None:
    """Every command and every kind of live over HTTPS, and whether pictures come whole; what fails over HTTP
    as well is no matter of HTTPS."""
    if target.https is None or target.http is None:
        not_tested("SEC-01", "the URL names HTTP: judge the https:// URL")
        return
    with (
        closing(Client(target.at(target.https), client.history)) as secure,
        closing(Client(target.at(target.http), client.history)) as plain,
    ):
        login, compared = secure.try_login(), plain.try_login().uid_text is not None
        if login.uid_text is None and not compared:
            not_tested("SEC-01", f"no login, and none over HTTP: {login.page}")
            return
        written = login.uid_text or written_uid(login.page)  # whether it can be a UID is for SES-04 to tell
        if not check("SEC-01", written is not None, "a UID", login.page, "login"):
            return
        if login.uid_text is None:
            not_tested("SEC-01", f"no UID to go on with: UID={written}")
            return
        kept = _Kept(secure)
        tried = [*_information(), *_live(target), *_commands(target, not_tested)]
        tried += [("pictures of playback", _plays), ("keep-alives", kept.lives)]
        if compared and _sounds(plain):  # not every camera has a microphone
            tried.append(("audio of playback", _sounds))
        for name, served in tried:
            kept.keep()
            # What HTTP does not serve either is no matter of HTTPS.
            if served(secure):
                check("SEC-01", True, "served", "served", name)
            elif compared and served(plain):
                check("SEC-01", False, "served as over HTTP", "not served", name)
            else:
                not_tested("SEC-01", f"{name}: not served, and nothing else over HTTP")


class _Kept:
    """A UID that status.cgi alone keeps alive, while others are asked for other things."""

    def __init__(self, client: Client) -> None:
        self.target = client.target
        self.session = quick_login(client)
        self.begun = self.asked = self.target.now()

    def keep(self) -> None:
        """The next keep-alive, where it is due."""
        if self.target.now() - self.asked >= BETWEEN:
            self.session.get("keep_alive")
            self.asked = self.target.now()

    def lives(self, client: Client) -> bool:
        """Whether such a UID lives when it is older than 90 s; for another `client`, one of his. One that
        ended may have been thrown out by all those logins: then one that has nobody beside it."""
        return (client is self.session.client and self._lives()) or _Kept(client)._lives()

    def _lives(self) -> bool:
        while self.target.now() - self.begun < 2 * BETWEEN:
            self.target.pass_time(self.asked + BETWEEN - self.target.now(), step=BETWEEN)
            self.keep()
        return self.session.is_alive(doubted=True)


def _information() -> Iterator[tuple[str, Served]]:
    for path in (HARMLESS, RECORDED_TIME):
        yield path, partial(_answers, path=path)


def _answers(client: Client, path: str) -> bool:
    return not refused(client.get_digest(path))


def _live(target: Target) -> Iterator[tuple[str, Served]]:
    camera, codecs = camera_with_video(target)
    for codec in (*codecs, JPEG):
        yield f"{codec} inside the answer", partial(_brings_media, camera=camera, codec=codec, rtp=False)
    for codec in codecs:
        yield f"{codec} over RTP", partial(_brings_media, camera=camera, codec=codec, rtp=True)
    yield "audio", partial(_brings_audio, camera=camera, codec=codecs[0])
    yield "STOP", partial(_stops, camera=camera, codec=codecs[0])


def _commands(target: Target, not_tested: NotTested) -> Iterator[tuple[str, Served]]:
    others = [command for command in with_other_values(target) if command.name in OTHER_VALUES]
    for command in (*others, *uid_commands(target)):
        if command.permission and not target.allows(command.permission):
            not_tested("SEC-01", f"{command.name} needs --allow {command.permission}")
        elif command.name == "logout":
            yield command.name, _ends_at_logout
        elif not command.is_live:  # that is judged by its media
            yield command.name, partial(_obeys, command=command)


def _obeys(client: Client, command: UidCommand) -> bool:
    session = quick_login(client)
    exchange = command.run(session)
    session.logout()
    return not refused(exchange) or is_empty_log(exchange)


def _plays(client: Client) -> bool:
    """Playback whose pictures are all found, in chunks that are as they should be, and decode."""
    session = playing_uid(client.target, client)
    if session is None:
        return False
    gop = Player(session).fetch(first_camera(client.target))
    session.logout()
    decoded = decode_pictures(gop.codec, gop.chunk.pictures) if gop.given else Decoded()
    found = len(gop.chunk.pictures) if gop.given and not gop.chunk.problems else 0
    return 0 < found == len(decoded.pictures) and not decoded.errors and _is_sound(gop)


def _is_sound(gop: Gop) -> bool:
    """Whether nothing is wrong with an answer of camera.cgi, header and body."""
    wrong: list[str] = []

    def judge(id_: str, name: str, function: Callable[..., Fact], *args: object, basis: str = "") -> bool:
        with suppress(NothingToJudge):
            if not function(*args).ok:
                wrong.append(id_)
        return not wrong

    walk(playback_video.ROWS, judge, gop, "")
    return not wrong


def _sounds(client: Client) -> bool:
    """Audio of playback, where the first camera has any recorded, in a chunk in which nothing is wrong."""
    session = playing_uid(client.target, client)
    if session is None:
        return False
    audio = Player(session).listen(first_camera(client.target))
    session.logout()
    return audio is not None and not audio.problems


def _brings_media(client: Client, camera: int, codec: str, *, rtp: bool) -> bool:
    session = quick_login(client)
    stream = session.start_rtp(camera, codec) if rtp else session.start_http(camera, codec)
    came = not stream.refused and bool(stream.wait_packets(1))
    if came and not rtp:
        stream.collect(WATCHED)
        came = _decodes(client.target, stream)
    session.stop(stream)
    stream.close()
    session.logout()
    return came


def _decodes(target: Target, stream: LiveStream) -> bool:
    """Whether all that came decodes; True where it has no key picture."""
    if stream.comp == JPEG:
        return not decode_pictures(JPEG, [read_jpeg_part(part.data).jpeg for part in stream.packets]).errors
    try:
        return decodable(target.rtp.dissect(stream.packets), stream.comp).ok
    except NothingToJudge:
        return True


def _brings_audio(client: Client, camera: int, codec: str) -> bool:
    """Audio beside video: it comes with no other."""
    session = quick_login(client)
    video = session.start_http(camera, codec)
    audio = session.run("HTTP", camera, AUDIO)
    session.logout()
    for stream in (audio, video):
        stream.close()
    return bool(audio.total)


def _stops(client: Client, camera: int, codec: str) -> bool:
    session = quick_login(client)
    stream = session.run("HTTP", camera, codec)
    session.stop(stream)
    silent = bool(stream.total) and quiet_behind(client.target, stream).ok
    stream.close()
    session.logout()
    return silent


def _ends_at_logout(client: Client) -> bool:
    session = quick_login(client)
    session.logout()
    return not session.is_alive()


@scenario("SEC-02", setup={"transport": "https"})
def test_nothing_over_http(
    target: Target, client: Client, check: Check, not_tested: NotTested, not_applicable: NotApplicable
) -> None:
    """Ask over HTTP, between two logins over HTTPS: at the port of HTTP, and without TLS at that of HTTPS."""
    if target.https is None or target.http is None:
        not_tested("SEC-02", "the URL names HTTP: judge the https:// URL")
        return
    if target.https_alone is None and _is_set_to_both(target, target.http, client):
        not_applicable("SEC-02", "it is not set to HTTPS alone")
        return
    session = client.login()
    ports = {"port of HTTP": target.http, "port of HTTPS": dataclasses.replace(target.https, tls=None)}
    asked = [
        (f"{name}, {place}", exchange)
        for place, endpoint in ports.items()
        for name, exchange in _ask(target, client, endpoint, session, not_tested)
    ]
    if not session.is_alive() or client.try_login().uid_text is None:
        not_tested("SEC-02", "nothing is served over HTTPS any more")
        return
    for name, exchange in asked:
        check("SEC-02", _nothing(exchange), "no answer, or a refusal", exchange, name)
    for place, endpoint in ports.items():
        with closing(Client(target.at(endpoint), client.history)) as plain:
            left = plain.adopt(session.uid_text).logout()
        if not check("SEC-02", session.is_alive(), "the UID stays", f"it ended: {left}", f"logout, {place}"):
            return
    try:
        camera, (codec, *_) = camera_with_video(target)
    except PrerequisiteFailed as missing:
        not_tested("SEC-02", f"START over RTP: {missing.reason}")
        return
    _judge_rtp(target, client, ports, session, (camera, codec), check, not_tested)


def _is_set_to_both(target: Target, http: Endpoint, client: Client) -> bool:
    """Whether an emulator says so; a real recorder is taken at its word where it answers over HTTP."""
    state = target.state()
    if state is not None:
        return state.get("transport") == "both"
    with closing(Client(target.at(http), client.history)) as plain:
        return plain.get(LOGIN).status is not None


def _ask(
    target: Target, client: Client, endpoint: Endpoint, session: Session, not_tested: NotTested
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
            if command.permission and not target.allows(command.permission):
                not_tested("SEC-02", f"{command.name} needs --allow {command.permission}")
            elif command.name not in ("logout", "live_rtp START", "preset_set"):  # which keeps another place
                yield command.name, command.send(mine)
    finally:
        plain.close()


def _judge_rtp(
    target: Target,
    client: Client,
    ports: Mapping[str, Endpoint],
    session: Session,
    video: tuple[int, str],
    check: Check,
    not_tested: NotTested,
) -> None:
    """START over RTP without TLS sends nothing, where the same over HTTPS does."""
    came: dict[str, int] = {}
    for place, endpoint in ports.items():
        with closing(Client(target.at(endpoint), client.history)) as plain:
            stream = plain.adopt(session.uid_text).start_rtp(*video)
            came[place] = len(stream.wait_packets(1, WATCHED))
    over_https = session.run("RTP", *video)
    session.stop(over_https)
    over_https.close()
    for place, packets in came.items():
        name = f"START over RTP, {place}"
        if packets or over_https.total:
            check("SEC-02", not packets, "no media", f"{packets} packets", name)
        else:
            not_tested("SEC-02", f"{name}: nothing comes over HTTPS either")


def _nothing(exchange: Exchange) -> bool:
    """No connection, no answer, a redirection or a refusal; a Digest challenge invites to log in."""
    challenged = bool(read_challenges(exchange.all_headers("WWW-Authenticate")))
    return (exchange.error is not None and exchange.status is None) or (refused(exchange) and not challenged)
