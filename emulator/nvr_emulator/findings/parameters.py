"""Paths, names and values of commands (§2 to §6)."""

from __future__ import annotations

from collections.abc import Iterator

from nvr_emulator.findings.chapter import Chapter, by
from nvr_emulator.findings.clients import Asking
from nvr_emulator.findings.rule import Breach, Rule, Severity

UNKNOWN_COMMAND = Rule(
    "unknown-command",
    "1.4",
    Severity.ERROR,
    "No such command",
    "The document has no command of this path.",
    "nvr-emulator commands lists those that there are.",
)
NOT_GET = Rule(
    "not-get",
    "1.4",
    Severity.ERROR,
    "A command not sent by GET",
    "A command was sent by another method than GET.",
    "Send commands by GET, with all parameters in the query.",
)
BAD_ESCAPE = Rule(
    "bad-escape",
    "1.4",
    Severity.ERROR,
    "A query that cannot be read",
    "The query is too long, badly percent-encoded or no UTF-8.",
    "Build the query with your language's URL library.",
)
BLANK = Rule(
    "blank-in-query",
    "3.2.5",
    Severity.ERROR,
    "A blank in the query",
    "A blank stands beside a name or a value. Where the document prints one (PLAYCMD = BPLAY), it is "
    "typesetting.",
    "Send NAME=VALUE without blanks.",
)
WRONG_CASE = Rule(
    "wrong-case",
    "1.4",
    Severity.ERROR,
    "Upper and lower case",
    "A path, a name or a fixed value is not written as in the document.",
    "Write paths in lower case, names and values in upper case.",
)
FIXED_VALUE = Rule(
    "fixed-value",
    "1.4",
    Severity.ERROR,
    "A fixed value missing or wrong",
    "A parameter with a fixed value was left out, or has another value.",
    "Send each fixed value as it stands in the document, though it seems to say nothing.",
)
SCREEN_1X = Rule(
    "screen-1x",
    "2.1.2.1",
    Severity.NOTE,
    "SCREEN=1X",
    "SCREEN=1X was seen to work on one recorder; the document knows 16X alone.",
    "Send SCREEN=16X.",
)
MISSING = Rule(
    "missing-parameter",
    "1.4",
    Severity.ERROR,
    "A parameter missing",
    "A parameter was left out without which the command means nothing.",
    "Send all parameters of the command.",
)
UNKNOWN_PARAMETER = Rule(
    "unknown-parameter",
    "1.4",
    Severity.WARNING,
    "An unknown parameter",
    "The command has no parameter of this name.",
    "Leave it out; look for a misspelt name.",
)
TWICE = Rule(
    "given-twice",
    "1.4",
    Severity.ERROR,
    "A parameter given twice",
    "A parameter that is sent once was sent more often.",
    "Send each parameter once (CTRL of FOCUS and IRIS twice).",
)
CONTRADICTION = Rule(
    "contradiction",
    "1.4",
    Severity.ERROR,
    "Parameters of two commands",
    "The query has parameters that belong to different commands of this path.",
    "Send one command at a time.",
)
BAD_VALUE = Rule(
    "bad-value",
    "1.4",
    Severity.ERROR,
    "A value that is none",
    "A value is not of the form that its parameter has.",
    "Times are yymmddhhmmssff (downloads: yymmddhhmmss) in UTC; choices are written as in the document.",
)
OUT_OF_RANGE = Rule(
    "out-of-range",
    "1.4",
    Severity.ERROR,
    "A number out of range",
    "A number is smaller or greater than its parameter allows.",
    "Keep to the range that the document gives.",
)
CTRL_ONCE = Rule(
    "ctrl-once",
    "4.2.4",
    Severity.ERROR,
    "CTRL sent once",
    "FOCUS and IRIS take CTRL twice: the value, then START. Maps of parameters lose one of them.",
    "Send CTRL=FAR&CTRL=START, in this order; build the query from a list of pairs.",
)
MASK_LENGTH = Rule(
    "mask-length",
    "3.2.3",
    Severity.ERROR,
    "MASK of the wrong length",
    "MASK has not one digit for each camera that the recorder supports.",
    "Count the CAM_CONNECT lines of as_getinfo.cgi: MASK has as many digits.",
)
NOT_REGISTERED = Rule(
    "camera-not-registered",
    "5.3.1",
    Severity.ERROR,
    "A camera that is not registered",
    "A command named a camera that this recorder has not.",
    "Ask as_getinfo.cgi first; CAM_CONNECT of such a camera is 0.",
)


class Parameters(Chapter):
    """Watches what stands in the URLs."""

    rules = (
        UNKNOWN_COMMAND,
        NOT_GET,
        BAD_ESCAPE,
        BLANK,
        WRONG_CASE,
        FIXED_VALUE,
        SCREEN_1X,
        MISSING,
        UNKNOWN_PARAMETER,
        TWICE,
        CONTRADICTION,
        BAD_VALUE,
        OUT_OF_RANGE,
        CTRL_ONCE,
        MASK_LENGTH,
        NOT_REGISTERED,
    )

    def asked(self, asking: Asking) -> Iterator[Breach]:
        """Any command."""
        if asking.reading.faults:
            yield from self.faults(asking)
            for fault in asking.reading.faults:
                if fault.rule == "uid-malformed" and asking.uid is None:
                    yield by(asking, BAD_VALUE, fault.text)
        command, exchange = asking.command, asking.exchange
        if command is None:
            return
        if exchange.method != "GET":
            yield by(asking, NOT_GET, f"{exchange.method} of {exchange.name}")
        digits = command.values.get("MASK")
        if isinstance(digits, str):
            yield from self._mask(asking, digits)
        elif (camera := command.camera) is not None and camera not in self.known.cameras:
            yield by(asking, NOT_REGISTERED, f"camera {camera}")

    def _mask(self, asking: Asking, digits: str) -> Iterator[Breach]:
        channels = self.known.channels
        if len(digits) != channels:
            yield by(asking, MASK_LENGTH, f"{len(digits)} digits; this recorder supports {channels} cameras")
        for number, digit in enumerate(digits[:channels], 1):
            if digit == "1" and number not in self.known.cameras:
                yield by(asking, NOT_REGISTERED, f"camera {number} in MASK")
                return
