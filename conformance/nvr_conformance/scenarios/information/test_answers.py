"""What the answers of §5 have around them: their header fields, and whether they ask for a login."""

from __future__ import annotations

from functools import partial

from nvr_conformance.client.commands import command_url
from nvr_conformance.facts import logs
from nvr_conformance.facts.answer_headers import as_drawn, kept
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.scenario import HARMLESS, Check, Client, NotTested, Observe, Target, scenario
from nvr_conformance.wire.digest import read_challenges

RECORDED_TIME = command_url("recorded_time")
FILES = (1, 3, 4, 99)  # that the document does not name


@scenario("INF-03", "INF-08")
def test_header_fields(
    target: Target, client: Client, check: Check, not_tested: NotTested, observe: Observe
) -> None:
    """The header of each answer that the document draws whole; a second request on its connection. The zones
    of logs, where the recorder is: a scenario of the logs may have set up another place."""
    judge = Judge(check, not_tested)
    session = client.login()
    asking = {
        "the error log": (partial(session.get, "log_errors"), "text/html", True),
        "the event log": (partial(session.get, "log_events"), "text/html", True),
        "recordedtime.cgi": (partial(client.get_digest, RECORDED_TIME), "text/plain", False),
        "as_getinfo.cgi": (partial(client.get_digest, HARMLESS), "text/html", True),
    }
    for name, (ask, content_type, caching) in asking.items():
        answers = [target.look_at_hop(ask(prove_end=True))]
        if not answers[0].ok:
            not_tested("INF-08", f"{name}: {answers[0]}")
            continue
        check("INF-08", *as_drawn(answers[0], content_type, caching=caching), name, basis="examples")
        if logs.entries(answers[0]):
            judge("INF-03", f"times and zones of {name}", logs.fields, answers[0], basis="fields")
        if not answers[0].goes_on:
            answers.append(target.look_at_hop(ask(prove_end=True)))
        if not answers[0].hop:
            observe("INF-08", "no answer says Connection: a proxy may keep it for itself", name)
        judge("INF-08", f"{name}, the connection is kept", kept, answers, basis="kept")


@scenario("INF-09")
def test_without_a_login(client: Client, observe: Observe) -> None:
    """The two commands without a UID, without credentials; and values of FILE that are in no table."""
    for path in (RECORDED_TIME, HARMLESS):
        answer = client.get(path)
        asks = bool(read_challenges(answer.all_headers("WWW-Authenticate")))
        observe("INF-09", f"{answer}{', asks for Digest' if asks else ''}", f"{path} without credentials")
    for file in FILES:
        path = HARMLESS.replace("FILE=2", f"FILE={file}")
        observe("INF-09", str(client.get_digest(path)), f"FILE={file}")
