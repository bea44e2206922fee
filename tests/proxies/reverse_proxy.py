"""nginx as a reverse proxy in front of a recorder, where it is installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

_CONFIGURATION = """
daemon off; master_process off; worker_processes 1;
pid {folder}/pid; error_log {folder}/errors crit;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://{recorder};
            proxy_http_version {version};
            proxy_set_header Connection "";
            proxy_buffering {buffering};
            proxy_read_timeout 600s;
        }}
    }}
}}
"""


def nginx():
    """The path of nginx, or None where there is none."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def reverse_proxy(recorder, folder, *, buffering=False, version="1.1"):
    """nginx in front of ``recorder``, a pair of host and port; gives its URL."""
    for _ in range(5):  # its port is chosen ahead, and may be somebody else's by then
        port = _free_port()
        text = _CONFIGURATION.format(
            folder=folder,
            port=port,
            recorder="{}:{}".format(*recorder),
            buffering="on" if buffering else "off",
            version=version,
        )
        Path(folder, "nginx.conf").write_text(text)
        process = subprocess.Popen(
            [nginx(), "-p", str(folder), "-c", str(Path(folder, "nginx.conf"))],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if _listens(process, port):
            break
        process.wait(10)
    else:
        raise OSError("nginx does not start")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def _listens(process, port):
    end = time.monotonic() + 10
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return True
    process.terminate()
    return False
