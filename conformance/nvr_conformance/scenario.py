"""What a scenario is made of: everything that a file in ``scenarios/`` imports.

A scenario is a pytest test that acts on a recorder like one long chapter of the document, and emits checks
while it goes. See ``docs/writing-scenarios.md``.
"""

from __future__ import annotations

from nvr_conformance.client.client import Client, Login
from nvr_conformance.client.options import User
from nvr_conformance.client.session import Session
from nvr_conformance.client.target import Target
from nvr_conformance.engine.books import Check, NotApplicable, NotTested, Observe, Require
from nvr_conformance.engine.claim import Claim, claim_of, scenario
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import KitError, NothingToJudge, PrerequisiteFailed, ScenarioStopped
from nvr_conformance.wire.exchange import Exchange, refused
from nvr_conformance.wire.live_streams import CapturedPacket, LiveHttp, LiveRtp, LiveStream

__all__ = [
    "CapturedPacket",
    "Check",
    "Claim",
    "Client",
    "Exchange",
    "Fact",
    "KitError",
    "LiveHttp",
    "LiveRtp",
    "LiveStream",
    "Login",
    "NotApplicable",
    "NotTested",
    "NothingToJudge",
    "Observe",
    "PrerequisiteFailed",
    "Require",
    "ScenarioStopped",
    "Session",
    "Target",
    "User",
    "claim_of",
    "refused",
    "scenario",
]
