"""Where the targets of a rejudging come from: a report's evidence, one file of it for each scenario."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from nvr_conformance.bounds import read_file
from nvr_conformance.evidence.index import RunIndex, changed_files
from nvr_conformance.evidence.pcap_reading import read_pcap
from nvr_conformance.evidence.scenario_file import read_evidence
from nvr_conformance.sources.replayed_target import ReplayedTarget
from nvr_conformance.sources.replayed_wire import EvidenceEndedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from nvr_conformance.client.target import Target
    from nvr_conformance.judgement.about import About


@dataclass
class EvidenceSource:
    """Opens each scenario's evidence as its target. ``problems``: what is wrong with the files."""

    folder: Path
    index: RunIndex
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.model = self.index.model
        self.seed = self.index.seed
        self.problems += changed_files(self.folder, self.index)

    @property
    def name(self) -> str:
        """The target of the run."""
        return self.index.target

    def prepare(self) -> None:
        """It is there."""

    def provides(self, need: str) -> bool:
        """As in the run."""
        return need in self.index.needs

    def about(self, words: About) -> About:
        """What the run said of itself, and by what it is judged again."""
        notes = {**self.index.about.notes, "judged again by": f"nvr-conformance {words.kit}", **words.notes}
        return msgspec.structs.replace(self.index.about, notes=notes)

    @contextmanager
    def open(self, setup: Mapping[str, Any] | None = None, name: str = "") -> Iterator[Target]:
        """The recorder of one scenario. What cannot be read leaves it untested."""
        stem = self.index.scenarios.get(name, "")
        if not stem:
            raise EvidenceEndedError(f"there is no evidence of {name}")
        try:
            data = read_file(self.folder / f"{stem}.json")
            evidence = read_evidence(data, f"{stem}.json")
            pcap = read_pcap(io.BytesIO(read_file(self.folder / f"{stem}.pcap")))
            target = ReplayedTarget(evidence, pcap, self.model, self.seed, name)
        except (OSError, ValueError) as problem:
            raise EvidenceEndedError(f"the evidence of {name} cannot be read: {problem}") from None
        yield target
