"""How a scenario may end before its end."""

from __future__ import annotations

from nvr_conformance.judgement.plain_text import plain


class ScenarioStopped(Exception):  # noqa: N818 (no error: the scenario ends)
    """The scenario cannot go on; what it claims and did not check yet is not tested, for this reason."""

    def __init__(self, reason: str) -> None:
        self.reason = plain(reason)
        super().__init__(self.reason)


class PrerequisiteFailed(ScenarioStopped):
    """Something that the rest stands on did not work. The requirement that speaks of it has its own check."""


class NothingToJudge(ScenarioStopped):
    """A judging function was given nothing to judge: it neither passes nor fails."""


class NotThere(NothingToJudge):
    """What would be judged does not come from this recorder, as the document allows: not applicable."""


class KitError(Exception):
    """The scenario itself is wrong (an id that it did not declare, say): never the recorder's fault."""


class TargetUnreachableError(Exception):
    """There is no recorder where one was said to be. The text is one line for the user."""

    def __init__(self, text: str) -> None:
        super().__init__(plain(text))
