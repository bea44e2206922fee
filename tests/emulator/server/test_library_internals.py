"""What is leaned on in aiohttp and asyncio beyond what they promise is there, and it is all."""

import ast
import asyncio
import ssl
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

import nvr_emulator
from nvr_emulator.server.certificates import server_context
from nvr_emulator.server.library_internals import connection_options

ROOT = Path(nvr_emulator.__file__).parent
THE_PLACE = ROOT / "server" / "library_internals.py"


async def handler(request):
    return web.Response()


def test_a_response_can_go_without_its_length():
    assert web.StreamResponse._length_check is True


def test_a_server_keeps_what_it_hands_to_its_connections():
    async def options():
        server = web.Server(handler, keepalive_timeout=7.0)
        return connection_options(server), asyncio.get_running_loop()

    given, loop = asyncio.run(options())
    assert given["loop"] is loop
    assert given["keepalive_timeout"] == 7.0


def test_a_request_keeps_the_version_that_its_answer_is_given_in():
    assert make_mocked_request("GET", "/")._version == make_mocked_request("GET", "/").version


def test_a_tls_transport_knows_the_plain_one_beneath_it():
    async def beneath():
        transports = []

        async def served(reader, writer):
            transports.append(writer.transport)
            writer.write(await reader.read(1))
            writer.close()

        listener = await asyncio.start_server(served, "127.0.0.1", 0, ssl=server_context().context)
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        address = listener.sockets[0].getsockname()[:2]
        reader, writer = await asyncio.open_connection(*address, ssl=trusting)
        writer.write(b"?")
        assert await reader.read(1) == b"?"
        plain = transports[0]._ssl_protocol._transport
        waiting = plain.get_write_buffer_size()
        writer.close()
        await writer.wait_closed()
        listener.close()
        return waiting

    assert asyncio.run(beneath()) == 0


def foreign(path):
    """What a file takes of others that begins with an underscore: its line and its name."""
    tree = ast.parse(path.read_text("utf-8"))
    own = {
        name
        for node in ast.walk(tree)
        for name in (
            [node.attr] if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) else []
        )
        + ([node.name] if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else [])
        + ([node.target.id] if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else [])
    }
    texts = [
        (node.lineno, node.args[1].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ("getattr", "setattr")
        and isinstance(node.args[1], ast.Constant)
    ]
    attributes = [
        (node.lineno, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and node.attr not in own
        if ast.unparse(node) != "os._exit"  # documented, in spite of its name
    ]
    stored = [
        (node.lineno, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and not (isinstance(node.value, ast.Name) and node.value.id == "self")
    ]
    set_in_classes = [
        (statement.lineno, target.id)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    ]
    found = texts + attributes + stored + set_in_classes
    return {(line, name) for line, name in found if name.startswith("_") and not name.startswith("__")}


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_else_is_taken_that_is_private_to_others(path):
    if path == THE_PLACE:
        names = {name for _, name in foreign(path)}
        assert names == {
            *("_length_check", "_loop", "_kwargs", "_ssl_protocol", "_transport"),
            *("_messages", "_waiter", "_request_count", "_make_request", "_replace", "_current_request"),
            *("_call_eof_received", "_start_shutdown"),
        }
    else:
        assert foreign(path) == set()
