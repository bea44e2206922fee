"""What was judged, by what and how: what a result needs so that somebody else can trace it."""

from __future__ import annotations

from importlib.metadata import version

from nvr_conformance.judgement.plain_struct import PlainStruct


class About(PlainStruct, frozen=True, kw_only=True, omit_defaults=True):
    """The circumstances of a run, in words; what is empty was not so, or is not known.

    ``kit``: this kit's version. ``named``: what the login page calls the recorder (its series). ``tls``: the
    version and the cipher that it agreed to, and whether any certificate was taken. ``user``: who logged in.
    ``clock``: "real" or "manual". ``defects`` and ``variants`` of an emulated recorder;
    ``configuration``: the file of its settings and that file's SHA-256. ``allow``: what may disturb others.
    ``pace``: seconds between commands, ``timeout``: seconds for an answer. ``select``, ``skip`` and
    ``required``: patterns of requirements, as given. ``scenarios``: where they came from if not from this
    kit. ``notes``: what whoever ran it says besides (``--note``). ``packets_read``: how many RTP packets were
    read by whom. ``masking``: what could not be taken out of the report.
    """

    kit: str = ""
    named: str = ""
    tls: str = ""
    user: str = ""
    clock: str = ""
    defects: tuple[str, ...] = ()
    variants: dict[str, str] = {}
    configuration: str = ""
    allow: tuple[str, ...] = ()
    pace: float | None = None
    timeout: float | None = None
    select: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    scenarios: str = ""
    notes: dict[str, str] = {}
    packets_read: dict[str, int] = {}
    masking: str = ""

    def lines(self) -> dict[str, str]:
        """What there is to say, in this order: what it is about, and the words."""
        told = {
            "kit": f"nvr-conformance {self.kit}" if self.kit else "",
            "login page": self.named,
            "TLS": self.tls,
            "user": self.user,
            "clock": self.clock,
            "defects": ", ".join(self.defects),
            "variants": ", ".join(f"{name}={value}" for name, value in self.variants.items()),
            "configuration": self.configuration,
            "allowed": ", ".join(self.allow),
            "pace": "" if self.pace is None else f"{self.pace:g} s between commands",
            "timeout": "" if self.timeout is None else f"{self.timeout:g} s for an answer",
            "selected": " ".join(self.select),
            "skipped": " ".join(self.skip),
            "required to be tested": " ".join(self.required),
            "scenarios": self.scenarios,
            "packets read": ", ".join(f"{count} of RTP by {who}" for who, count in self.packets_read.items()),
            "masking": self.masking,
            **self.notes,
        }
        return {name: text for name, text in told.items() if text}


def kit_version() -> str:
    """This kit's version."""
    return version("nvrkit")
