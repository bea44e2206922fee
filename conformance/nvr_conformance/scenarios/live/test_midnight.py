"""Live that runs over the end of a day in UTC: the times that it tells go on (§2.3.1, §2.3.5, §7)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from nvr_conformance.facts import live_jpeg, rtp_extension
from nvr_conformance.facts.live_audio import RATES
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.recorder_clock import now_on
from nvr_conformance.procedures.streams import AUDIO, JPEG, VIDEO_CLOCK
from nvr_conformance.reading.live_jpeg import read_jpeg_part
from nvr_conformance.reading.rtp import dissect
from nvr_conformance.scenario import Check, Client, NotApplicable, NotTested, Target, scenario

MIDNIGHT = datetime(2027, 5, 6, tzinfo=UTC).timestamp()
BEFORE = 3.0  # seconds ahead of it at which it begins
SEEN = 3.0  # seconds behind it
BASES = {"LIV-12": "time", "LIV-26": "extension"}
CAMERAS = (
    {"number": 1, "fixture": "counter-small", "audio": "AAC"},
    {"number": 2, "fixture": "counter-small"},
    {"number": 3, "fixture": "counter-small"},
)


@scenario("LIV-12", "LIV-19", "LIV-26", setup={"clock_start": MIDNIGHT - BEFORE, "cameras": CAMERAS})
def test_live_over_midnight(
    target: Target, client: Client, check: Check, not_tested: NotTested, not_applicable: NotApplicable
) -> None:
    """Video of two cameras, H.264 over HTTP and H.265 over RTP, with audio of one, and JPEG of a third."""
    if not target.set_up:
        for id_ in ("LIV-12", "LIV-19", "LIV-26"):
            not_applicable(id_, "midnight is when it is: the recorder is as it is")
        return
    judge = Judge(check, not_tested, not_applicable)
    session = client.login()
    session.get("live_setup")
    videos = {
        "H.264 over HTTP": session.run("HTTP", 1, "H264"),
        "H.265 over RTP": session.run("RTP", 2, "H265"),
    }
    audio = session.run("RTP", 1, AUDIO)
    jpeg = session.run("HTTP", 3, JPEG)
    target.pass_time(MIDNIGHT + SEEN - target.unix_time())
    target.settle()
    session.logout()
    now = now_on(target, client)
    told = [("LIV-12", name, stream, 0x0007, VIDEO_CLOCK) for name, stream in videos.items()]
    told.append(("LIV-26", "AAC over RTP", audio, 0x0011, RATES["AAC"]))
    for id_, name, stream, element, clock in told:
        records = dissect(stream.packets)
        if rtp_extension.comes(records, element):
            fact = partial(rtp_extension.plausible_time, element=element, clock=clock)
            judge(id_, f"{name}, over midnight", fact, records, now, basis=BASES[id_])
        else:
            not_applicable(id_, f"{name}: 0x{element:04x} does not come")
    parts = [read_jpeg_part(packet.data) for packet in jpeg.packets]
    if any(part.recorder.first(0x0007) for part in parts):
        judge("LIV-19", "JPEG, over midnight", live_jpeg.plausible_time, parts, now, basis="values")
    else:
        not_applicable("LIV-19", "JPEG: 0x0007 does not come")
