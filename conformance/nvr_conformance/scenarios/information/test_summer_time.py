"""What a recorder tells while its clock goes over the end of summer time: its logs, and live."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from nvr_conformance.facts import logs
from nvr_conformance.facts.rtp_extension import zone_of_the_time
from nvr_conformance.procedures.cameras import camera_with_video
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.recorder_clock import now_on
from nvr_conformance.procedures.uid_commands import quick_login
from nvr_conformance.reading.rtp import dissect
from nvr_conformance.scenario import (
    Check,
    Client,
    LiveStream,
    NotApplicable,
    NotTested,
    Session,
    Target,
    scenario,
)

ZONE = "America/St_Johns"
"""West of Greenwich by three hours and a half, with summer time."""
CHANGE = datetime(2028, 11, 5, 4, 30, tzinfo=UTC).timestamp()
BEFORE = 40.0  # seconds
SEEN = 2.0  # seconds of live ahead of it
OURS = 60.0  # seconds by which an entry may be off where the clock is ours


@scenario("INF-03", "LIV-12", setup={"time_zone": ZONE, "clock_start": CHANGE - BEFORE})
def test_over_the_end_of_summer_time(
    target: Target, client: Client, check: Check, not_tested: NotTested, not_applicable: NotApplicable
) -> None:
    """Logins on both sides of it, and what they leave in the event log; a live stream over it.

    Which entries there are is the recorder's own affair: those that a login adds have its time.
    """
    judge = Judge(check, not_tested, not_applicable)
    ours = target.set_up
    session = client.login()
    stream = _live(target, session) if ours else None
    made = []
    before = session.get("log_events")
    for _ in range(2):
        quick_login(client).logout()
        after = session.get("log_events")
        now = now_on(target, client)
        made += [(fields, now) for fields in logs.added(before, after)]
        if ours:
            target.pass_time(2 * BEFORE, step=BEFORE / 2)
        before = session.get("log_events")
    judge("INF-03", "of a login", logs.at_their_times, made, OURS if ours else None, basis="fields")
    if stream is None:
        not_applicable("LIV-12", "no change of summer time: the recorder is as it is")
        return
    target.settle()
    session.stop(stream)
    records = dissect(stream.packets)
    judge("LIV-12", "zone and summer time", zone_of_the_time, records, ZoneInfo(ZONE), basis="time")


def _live(target: Target, session: Session) -> LiveStream:
    camera, (codec, *_) = camera_with_video(target)
    stream = session.start_http(camera, codec)
    target.pass_time(SEEN)
    return stream
