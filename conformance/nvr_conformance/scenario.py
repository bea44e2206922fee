"""The door for authors of scenarios: what a file of scenarios imports, besides facts, procedures and readers.

A scenario is a pytest test that acts on a recorder like one long chapter of the document, and emits checks
while it goes. ``nvr_conformance.facts`` judge what came, ``nvr_conformance.procedures`` are what several
scenarios do, ``nvr_conformance.reading`` takes bytes apart; the rest of the judge is its own. See
``docs/writing-scenarios.md``.
"""

from nvr_conformance.client.client import Client, Login
from nvr_conformance.client.downloads import Download
from nvr_conformance.client.held_answer import HeldAnswer
from nvr_conformance.client.http_client import HARMLESS, LOGIN
from nvr_conformance.client.options import User
from nvr_conformance.client.player import MINUTE, Player, player_in_recording
from nvr_conformance.client.session import Session
from nvr_conformance.client.target import Target
from nvr_conformance.engine.books import Check, Measure, NotApplicable, NotTested, Observe, Require
from nvr_conformance.engine.claim import scenario
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge, PrerequisiteFailed, ScenarioStopped
from nvr_conformance.reading.gop import SECOND, Gop
from nvr_conformance.reading.refusals import refused
from nvr_conformance.wire.exchange import Exchange
from nvr_conformance.wire.live_streams import CapturedPacket, LiveHttp, LiveRtp, LiveStream

__all__ = [
    "HARMLESS",
    "LOGIN",
    "MINUTE",
    "SECOND",
    "CapturedPacket",
    "Check",
    "Client",
    "Download",
    "Exchange",
    "Fact",
    "Gop",
    "HeldAnswer",
    "LiveHttp",
    "LiveRtp",
    "LiveStream",
    "Login",
    "Measure",
    "NotApplicable",
    "NotTested",
    "NothingToJudge",
    "Observe",
    "Player",
    "PrerequisiteFailed",
    "Require",
    "ScenarioStopped",
    "Session",
    "Target",
    "User",
    "player_in_recording",
    "refused",
    "scenario",
]
