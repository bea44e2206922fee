"""A client of the judge for whatever answers at a URL, in real time and without a pace."""

from __future__ import annotations

from nvr_conformance.client.client import Client
from nvr_conformance.client.clock import RealTime
from nvr_conformance.client.options import User
from nvr_conformance.client.target import Access, Target
from nvr_conformance.sources import discovery
from nvr_conformance.wire.endpoint import endpoint_of


def client_of(url, *, password="x", timeout=5.0, insecure=False):
    """To be closed."""
    return Client(
        Target(
            Access(
                url=url,
                endpoint=endpoint_of(url, insecure=insecure),
                users=(User("ADMIN", password),),
            ),
            model=2,
            time=RealTime(),
            allowed=frozenset(),
            pace=0.0,
            timeout=timeout,
            scout=discovery,
        )
    )
