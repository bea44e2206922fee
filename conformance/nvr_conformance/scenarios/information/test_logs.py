"""Recorder information: the error log and the event log (§5.1)."""

from nvr_conformance.facts import logs
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.scenario import (
    MINUTE,
    Check,
    Client,
    NotTested,
    Observe,
    Require,
    Target,
    scenario,
)

GIVEN = 1005
"""How many entries each log of a recorder that can be set up begins with: a minute apart, the last a minute
ahead of its start. So the first of them were made in summer time."""
OURS = 60.0  # seconds by which an entry may be off where the clock is ours
AUTUMN_2024 = 1_730_635_200
"""3 November 2024, 12:00 UTC: six hours after summer time ended in New York."""
# No text that a recorder enters of itself: a camera that is lost from the start is one more of its kind.
TEXTS = {
    "error": [f"CAM {number} VIDEO LOSS" for number in range(1, GIVEN + 1)],
    "event": [f"SITE(VMD)-{number}" for number in range(1, GIVEN + 1)],
}
MADE = {
    kind: {text: AUTUMN_2024 - MINUTE * ago for ago, text in enumerate(reversed(texts), 1)}
    for kind, texts in TEXTS.items()
}
OTHERS = {"error": ("INF-01", "event"), "event": ("INF-02", "error")}
"""Of each log, its row and which entries are not its own."""


@scenario(
    "INF-01",
    "INF-02",
    "INF-03",
    setup={
        "time_zone": "America/New_York",
        "clock_start": AUTUMN_2024,
        "errors": TEXTS["error"],
        "events": TEXTS["event"],
    },
)
def test_logs(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    observe: Observe,
    require: Require,
) -> None:
    """Both logs are fetched, twice; then their form, their count and each entry's fields are judged.

    Which entries there are is the recorder's own affair: an empty log shows its form, and no more, unless the
    control port knows how many there are, or the recorder was set up with some.
    """
    session = client.login()
    errors, events = session.get("log_errors"), session.get("log_events")
    check("INF-01", *logs.form(errors, "ERROR"))
    check("INF-02", *logs.form(events, "EVENT"))
    state = target.state()
    for kind, log in (("error", errors), ("event", events)):
        if state is not None and logs.form(log, kind.upper()).ok:
            known = logs.all_there(log, state["logs"][kind])
            check("INF-03", *known, f"entries of the {kind} log", basis="count")
        if target.set_up and logs.form(log, kind.upper()).ok:
            given = logs.at_least(log, GIVEN)
            check("INF-03", *given, f"what was given to the {kind} log", basis="count")
    filled = [(name, log) for name, log in (("errors", errors), ("events", events)) if logs.entries(log)]
    require(filled, "neither log has an entry")
    again = {"errors": session.get("log_errors"), "events": session.get("log_events")}
    judge = Judge(check, not_tested)
    for name, log in filled:
        judge("INF-03", f"{name}, asked again", logs.no_fewer, log, again[name], basis="count")
        check("INF-03", *logs.count(log), f"count and numbers of {name}", basis="count")
        check("INF-03", *logs.fields(log), f"times and zones of {name}", basis="fields")
        if target.set_up:
            past = logs.none_to_come(log, target.unix_time() + OURS)
            check("INF-03", *past, f"{name} have happened", basis="fields")
            kind = name.removesuffix("s")
            row, other = OTHERS[kind]
            strange = logs.given(log, MADE[other])
            check(row, not strange, f"{name} alone", f"{len(strange)} entries of the {other} log", name)
            if own := logs.given(log, MADE[kind]):
                in_time = logs.at_their_times(own, OURS)
                check("INF-03", *in_time, f"times of {name} that it was given", basis="fields")
        observe("INF-03", logs.order(log), f"order of {name}")
