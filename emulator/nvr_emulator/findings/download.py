"""Downloads: the range asked for, how many at once, and taken whole (§6.3)."""

from __future__ import annotations

from collections.abc import Iterator

from nvr_emulator.findings.chapter import Chapter, by, on
from nvr_emulator.findings.clients import Asking
from nvr_emulator.findings.rule import Breach, Rule, Severity
from nvr_emulator.findings.times import ahead
from nvr_emulator.recorder.happenings import WENT_AWAY, DownloadEnded, Happening

OVER_AN_HOUR = Rule(
    "range-over-an-hour",
    "6.3.2",
    Severity.ERROR,
    "A range of more than an hour",
    "ENDTIME is more than an hour after STARTTIME.",
    "Ask for an hour at most, and for the next hour afterwards.",
)
SECONDS = Rule(
    "range-seconds",
    "6.3.2",
    Severity.ERROR,
    "STARTTIME with seconds",
    "The seconds of STARTTIME are not 00, the fixed value.",
    "Ask from the full minute before, and cut the file.",
)
END_SECONDS = Rule(
    "range-end-seconds",
    "6.3.2",
    Severity.NOTE,
    "ENDTIME with seconds",
    "The seconds of ENDTIME are not 00. The document fixes those of STARTTIME alone; some recorders "
    "refuse others here too.",
    "Ask up to the full minute after, and cut the file.",
)
ORDER = Rule(
    "range-order",
    "6.3.2",
    Severity.ERROR,
    "A range that ends before it begins",
    "ENDTIME is not after STARTTIME.",
    "Send an ENDTIME at least a minute after STARTTIME.",
)
TOO_MANY = Rule(
    "too-many-downloads",
    "6.3.1",
    Severity.WARNING,
    "Too many downloads at once",
    "A download was asked for while as many ran as the recorder does at once. It answers with status 3 "
    "and no file.",
    "Read X-RecData-Satus, and try again when one of the others has ended.",
)
CUT_OFF = Rule(
    "download-cut-off",
    "6.3.1",
    Severity.WARNING,
    "A download cut off",
    "The client closed the connection before the last part, which names the last file and says that it "
    "is whole.",
    "Read to the part with the empty X-Temp-FileName; ask for a shorter range if less is wanted.",
)


class Download(Chapter):
    """Watches downloads."""

    rules = (OVER_AN_HOUR, SECONDS, END_SECONDS, ORDER, TOO_MANY, CUT_OFF)

    def asked(self, asking: Asking) -> Iterator[Breach]:
        """httpdl.cgi."""
        yield from self.faults(asking)
        command = asking.command
        if command is None or command.key != "download":
            return
        begin, end = command.integer("STARTTIME"), command.integer("ENDTIME")
        if begin == end:
            yield by(asking, ORDER, "ENDTIME is STARTTIME")
        before = len(asking.reading.faults)
        for name, moment in (("STARTTIME", begin), ("ENDTIME", end)):
            breaches = list(ahead(asking, self.known, name, moment, self.clients.shown))
            yield from breaches
            if breaches or before:
                return
        if asking.valid is not None:
            running = sum(len(one.downloads) for one in self.clients.valid())
            if running >= self.known.downloads_at_once:
                yield by(asking, TOO_MANY, f"{running} downloads ran")

    def happened(self, entry: Happening) -> Iterator[Breach]:
        """Downloads that were not taken whole."""
        if isinstance(entry, DownloadEnded) and entry.why == WENT_AWAY:
            watched = self.clients.uids.get(entry.uid)
            if watched is not None and entry.download in watched.downloads:  # not of who had its UID before
                text = f"the download of camera {entry.camera} was cut off after {entry.bytes} bytes"
                yield on(watched, CUT_OFF, text, entry.number)
