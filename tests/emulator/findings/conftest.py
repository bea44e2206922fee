"""A client that keeps all rules, unless it is told to break one; and the recorder that it talks to."""

import hashlib
import http.client
import re
import socket
import urllib.parse
from contextlib import ExitStack, contextmanager

import msgspec
import pytest

from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_protocol.commands.table import COMMANDS_BY_KEY
from nvr_protocol.commands.urls import build_command

REALM = "Network disk recorder"


class Client:
    """Plain HTTP. Commands are 3 s apart by the recorder's clock, as long as `paced`."""

    def __init__(self, recorder):
        self.recorder = recorder
        url = urllib.parse.urlsplit(recorder.url)
        self.address = url.hostname, url.port
        self.connection = http.client.HTTPConnection(*self.address, timeout=10)
        self.paced = True
        self.nonce, self.nc = None, 0

    @property
    def now(self):
        return int(self.recorder.machine.clock.now())

    def wait(self, seconds):
        self.recorder.advance(seconds)

    def get(self, target, headers=None, method="GET"):
        """Status, headers and body of an answer."""
        self.connection.request(method, target, headers=headers or {})
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def ask(self, target, **headers):
        """Send a URL as it stands, 3 s after the last one."""
        if self.paced:
            self.wait(3)
        return self.get(target if target.startswith("/") else f"/cgi-bin/{target}", headers)[0]

    def command(self, key, **values):
        """Send a command of the document."""
        if self.paced:
            self.wait(COMMANDS_BY_KEY[key].interval or 0)
        target = build_command(key, **values)
        return self.get(target)

    def digest(self, target, headers, *, nc=None, uri=None):
        """An Authorization header that answers a challenge; without one, the nonce goes on counting."""
        if headers is not None:
            self.nonce, self.nc = re.search('nonce="([^"]+)"', headers["WWW-Authenticate"])[1], 0
        self.nc += 1
        count, uri = f"{nc or self.nc:08x}", uri or target
        user, password = self.recorder.user, self.recorder.password

        def md5(text):
            return hashlib.md5(text.encode()).hexdigest()

        secret = md5(f"{user}:{REALM}:{password}")
        response = md5(f"{secret}:{self.nonce}:{count}:c:auth:{md5(f'GET:{uri}')}")
        fields = f'username="{user}", realm="{REALM}", nonce="{self.nonce}", uri="{uri}", qop=auth'
        return {"Authorization": f'Digest {fields}, nc={count}, cnonce="c", response="{response}"'}

    def authenticated(self, target, *, anew=False):
        """Ask for what needs Digest: ahead with the nonce at hand, or challenged (anew)."""
        challenge = None
        if anew or self.nonce is None:
            _, challenge, _ = self.get(target)
        return self.get(target, self.digest(target, challenge))

    def login(self):
        """A new UID."""
        status, _, page = self.authenticated("/cgi-bin/dlogin.cgi?UID=-1")
        assert status == 200
        return int(re.search(rb"UID=(\d+)", page)[1])

    def session(self):
        """A new UID, set up for live."""
        uid = self.login()
        self.command("live_setup", UID=uid)
        return uid

    def push(self, uid, camera, comp="H264", cmd="START", port=None):
        """Start a stream over HTTP and give its answer, which is not read; or send another push command."""
        values = {"UID": uid, "CAM": camera, "CMD": cmd, "COMP": comp}
        if port is not None:
            return self.command("live_rtp", **values, PORT=port)[0]
        if cmd == "STOP":
            return self.command("live_http", **values)[0]
        if self.paced:
            self.wait(3)
        connection = http.client.HTTPConnection(*self.address, timeout=10)
        connection.request("GET", build_command("live_http", **values))
        answer = connection.getresponse()
        answer.connection = connection
        return answer

    def refused(self, uid, camera, comp="H264"):
        """A stream over HTTP that is not to be had."""
        answer = self.push(uid, camera, comp)
        assert answer.status >= 400
        answer.read()
        self.hang_up(answer)

    def hang_up(self, answer):
        answer.close()
        answer.connection.close()

    @contextmanager
    def watching(self, uid, camera, comp="H264"):
        """A stream over HTTP that is stopped before its connection is closed."""
        answer = self.push(uid, camera, comp)
        yield answer
        self.push(uid, camera, comp, "STOP")
        self.hang_up(answer)

    @contextmanager
    def playing(self, uid, mask="1100"):
        """Playback that is stopped in the end."""
        self.command("mask", UID=uid, MASK=mask)
        self.command("goto", UID=uid, TIMEF=(self.now - 3600) * 100)
        yield
        self.command("stop", UID=uid, TIMEF=(self.now - 3600) * 100)

    @contextmanager
    def opened(self, *, slow=True):
        """A connection for one request; `slow`: its receiver has next to no room."""
        with socket.socket() as connection:
            connection.settimeout(10)
            if slow:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            connection.connect(self.address)
            yield Opened(connection)

    def taken(self):
        """Wait until the recorder has seen that all answers were taken."""
        while self.recorder.machine.recorder.playbacks and any(
            playback.in_flight for playback in self.recorder.machine.recorder.playbacks.values()
        ):
            self.get("/")

    def logout(self, uid):
        assert self.command("logout", UID=uid)[0] == 200

    def download(self, uid, camera=1, begin=-7200, seconds=60, **more):
        """A download from `begin` seconds from now on."""
        start = (self.now + begin) // 60 * 60
        values = {"STARTTIME": start, "ENDTIME": start + seconds, "KIND": "N3VO", "CAM": camera}
        return self.command("download", UID=uid, **values, **more)


class Opened:
    """A connection that is read as far as it is said."""

    def __init__(self, connection):
        self.connection = connection

    def send(self, target):
        self.connection.sendall(f"GET {target} HTTP/1.1\r\nHost: recorder\r\n\r\n".encode())

    def read(self, size=None):
        """So many bytes, or the whole answer."""
        if size is not None:
            return self.connection.recv(size)
        with http.client.HTTPResponse(self.connection) as answer:
            answer.begin()
            return answer.read()


@pytest.fixture(scope="module")
def embedded_of():
    """Recorders by model; MODEL 2 has a camera 2 without PTZ and a camera 3 without H.265."""
    started = {}
    with ExitStack() as stack:

        def start(model):
            if model not in started:
                settings = small_recorder(model)
                without = {2: {"ptz": False}, 3: {"video": ("H264",)}} if model == 2 else {}
                cameras = tuple(
                    msgspec.structs.replace(camera, **without.get(camera.number, {}))
                    for camera in settings.cameras
                )
                settings = msgspec.structs.replace(settings, cameras=cameras)
                started[model] = stack.enter_context(EmbeddedRecorder(settings=settings))
            started[model].reset(restart_clock=True)
            return started[model]

        yield start


@pytest.fixture
def embedded(embedded_of):
    return embedded_of(2)


@pytest.fixture
def client_of(embedded_of):
    """A client of a recorder of a model."""
    with ExitStack() as stack:

        def start(model):
            client = Client(embedded_of(model))
            stack.callback(client.connection.close)
            return client

        yield start


@pytest.fixture
def client(client_of):
    return client_of(2)


@pytest.fixture
def named_of():
    """The rules that were broken, once all clients have left."""
    return lambda client: [found.rule for found in client.recorder.finish()]


@pytest.fixture
def named(client, named_of):
    return lambda: named_of(client)


@pytest.fixture(scope="session")
def client_class():
    return Client
