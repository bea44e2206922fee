"""aiohttp without the certificates of the authorities: as it is imported it reads those of the system, twice.

That takes longer than the rest of aiohttp, and a server asks nobody for a certificate.
"""

from __future__ import annotations

import os

_VARIABLE = "SSL_CERT_FILE"
"""Where OpenSSL finds the certificates."""


def import_aiohttp() -> None:
    """Import it for a process that serves alone: its client trusts nobody from then on."""
    kept = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = os.devnull
    try:
        import aiohttp  # noqa: F401
    finally:
        if kept is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = kept
