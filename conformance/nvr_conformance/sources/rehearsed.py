"""The target of a rehearsal: an emulated recorder of which a scenario sees no more than of a real one."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nvr_conformance.client.clock import RehearsedTime
from nvr_conformance.client.target import Target
from nvr_conformance.sources import discovery
from nvr_conformance.sources.embedded import start_emulator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nvr_conformance.client.options import TargetOptions
    from nvr_conformance.judgement.about import About


@dataclass
class RehearsalSource:
    """Opens an emulated recorder that stands for the one to be judged: the same model, cameras and users,
    what is allowed there; its control port is out of the scenarios' sight."""

    options: TargetOptions
    model: int
    seed: int
    took: dict[str, tuple[int, float]] = field(default_factory=dict)
    _knowledge: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """It is nobody's."""
        return "rehearsal"

    def prepare(self) -> None:
        """It is there."""

    def provides(self, need: str) -> bool:
        """As of a recorder without a control port."""
        return need in self.options.allow

    def about(self, words: About) -> About:
        """Nothing is to be said of it."""
        return words

    @contextmanager
    def open(self, setup: Mapping[str, Any] | None = None, name: str = "") -> Iterator[Target]:
        """One scenario's recorder, as it is; how many commands it took, and how long, is in ``took``
        afterwards."""
        options = self.options
        with ExitStack() as stack:
            access, control = start_emulator(stack, self.model, self.seed, options.setup, options.defects)
            time = RehearsedTime(control)
            yield Target(
                dataclasses.replace(access, control=None, https_alone=None, emulated=False, by_default=False),
                model=self.model,
                time=time,
                allowed=options.allow,
                pace=options.pace_on(time.clock),
                timeout=options.timeout,
                scout=discovery,
                seed=self.seed,
                name=name,
                knowledge=self._knowledge,
            )
            self.took[name] = (time.commands, time.now())
