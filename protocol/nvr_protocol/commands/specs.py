"""What a row of the command table says: one command, and each of its parameters (§2 to §6)."""

from dataclasses import dataclass
from enum import StrEnum, unique

UID_DIGITS = 19
"""Most digits of a UID (§6.1.1)."""

CAMERA_MAXIMUM = 65_535
"""Largest camera number that the 16 bits of the camera fields can carry (§3.3.2, §7)."""

RANGE_SECONDS = 3600
"""Longest time range of a download, in seconds (§6.3.2)."""

COMMAND_INTERVAL = 3.0
"""Seconds that a client should leave between two commands (§1.3)."""

CONTROL_INTERVAL = 0.2
"""Seconds that a client should leave between two camera control commands (§1.3)."""


@unique
class Kind(StrEnum):
    """What the value of a parameter looks like, and what it is read to."""

    FIXED = "fixed"
    """The first of `allowed`; where more are listed, these were seen to work too. Read to str."""
    CHOICE = "choice"
    """One of `allowed`. Read to str."""
    CONTROL = "control"
    """Sent twice: one of `allowed`, then START (§4.2.4, §4.2.5). Read to a tuple of two str."""
    LOGIN = "login"
    """`-1`, the UID of one who has none yet (§6.1.1). Read to int."""
    UID = "uid"
    """A positive integer of up to 19 digits (§6.1.1). Read to int."""
    CAMERA = "camera"
    """A camera number from 1 on; whether it is registered is for the recorder to say. Read to int."""
    INTEGER = "integer"
    """A decimal integer from `minimum` to `maximum`. Read to int."""
    MASK = "mask"
    """Digits 0 and 1, one a camera, camera 1 leftmost; how many is for the recorder to say. Read to str."""
    TIME = "time"
    """`yymmddhhmmssff`, UTC, ff = 00 (§3.2). Read to hundredths of a Unix second."""
    PICTURE_TIME = "picture time"
    """`yymmddhhmmssff`, UTC, ff = 00 to 99 (§3.2.7). Read to hundredths of a Unix second."""
    NO_TIME = "no time"
    """`AS60_UNKNOWN` (§3.2.4). Read to None."""
    RANGE_START = "range start"
    """`yymmddhhmmss`, UTC, ss = 00 (§6.3.2). Read to Unix seconds."""
    RANGE_END = "range end"
    """As the range start; not before it and at most an hour later (§6.3.2). Read to Unix seconds."""


@unique
class Access(StrEnum):
    """What lets a command in."""

    DIGEST = "digest"
    """Digest authentication (§6.1.1; §5.2, §5.3: OP-8)."""
    UID = "uid"
    """A valid UID (§1.3)."""


@unique
class Answer(StrEnum):
    """What the answer of a command carries."""

    PAGE = "page"
    """The HTML page with the UID (§6.1.1)."""
    NOTHING = "nothing"
    """Success, and nothing to read (OP-12)."""
    LIVE_STREAM = "live stream"
    """At START an endless multipart of pictures or audio (§2.3.3 to §2.3.7); at STOP nothing."""
    GOP = "gop"
    """One GOP or one JPEG picture (§3.3.1)."""
    AUDIO = "audio"
    """About one second of audio (§3.3.2)."""
    TEXT = "text"
    """Lines of text (§5)."""
    DOWNLOAD = "download"
    """A multipart of files (§6.3.1)."""


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """One parameter of one command.

    `allowed`: the texts of FIXED, CHOICE and CONTROL. `minimum`, `maximum`: bounds of INTEGER and CAMERA.
    `omit_with`: (name, value) of another parameter beside which this one may be left out.
    `aliases`: names that are read as this one, but never written.
    """

    name: str
    kind: Kind
    allowed: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 0
    required: bool = True
    omit_with: tuple[str, str] | None = None
    aliases: tuple[str, ...] = ()
    note: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All names under which this parameter is read."""
        return (self.name, *self.aliases)

    @property
    def expectation(self) -> str:
        """What is allowed, as the end of the sentence "... is not ..."."""
        match self.kind:
            case Kind.FIXED | Kind.CHOICE:
                return (
                    " or ".join(self.allowed)
                    if len(self.allowed) < 3
                    else f"one of {', '.join(self.allowed)}"
                )
            case Kind.CONTROL:
                return f"one of {', '.join(self.allowed)}, followed by a second {self.name}=START"
            case Kind.LOGIN:
                return "-1"
            case Kind.UID:
                return f"a UID (a positive integer of up to {UID_DIGITS} digits)"
            case Kind.CAMERA:
                return f"a camera number ({self.minimum} or more)"
            case Kind.INTEGER:
                return f"an integer from {self.minimum} to {self.maximum}"
            case Kind.MASK:
                return "a mask (digits 0 and 1, one a camera)"
            case Kind.TIME:
                return "a time (yymmddhhmmssff in UTC, years 22 to 35, ff = 00)"
            case Kind.PICTURE_TIME:
                return "a time (yymmddhhmmssff in UTC, years 22 to 35)"
            case Kind.NO_TIME:
                return "AS60_UNKNOWN"
            case Kind.RANGE_START | Kind.RANGE_END:
                return "a time (yymmddhhmmss in UTC, years 22 to 35, seconds 00)"


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One command: its key in this project, its path, its parameters in documented order.

    `chosen_by`: the parameter that tells this command from the others of the same path ("" if it is alone).
    `interval`: seconds a client should leave after the command before (§1.3); 0 for the requests for
    data, which are made over and over.
    """

    key: str
    title: str
    sections: tuple[str, ...]
    cgi: str
    parameters: tuple[ParameterSpec, ...]
    answer: Answer
    access: Access = Access.UID
    chosen_by: str = ""
    interval: float = COMMAND_INTERVAL

    @property
    def path(self) -> str:
        """The path of the URL."""
        return f"/cgi-bin/{self.cgi}"

    @property
    def needs_uid(self) -> bool:
        """Whether the command needs a UID that was issued before."""
        return self.access is Access.UID

    def parameter(self, name: str) -> ParameterSpec | None:
        """The parameter of this name (or alias), if the command has it."""
        return next((spec for spec in self.parameters if name in spec.names), None)
