"""What the judge sends, to be written down: `python` with this file writes it anew.

MODEL 2 in all scenarios; the others in those that go by the number of cameras.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from pathlib import Path

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.events import Reporter, ScenarioFinished
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.result import Result

SENT = Path(__file__).parent / "conformance" / "engine" / "sent"
LONGEST = 160  # characters of a line; of longer ones, a checksum
NOON = 1_714_046_400.0  # 2024-04-25 12:00 UTC
USUAL = ("Host", "User-Agent", "Accept")
DRAWN = re.compile(r'\b(nonce|cnonce|response|opaque)="[^"]*"')
BY_CAMERAS = (
    "test_a_camera_that_is_not_there",
    "test_a_new_mask",
    "test_mask_of_the_wrong_length",
    "test_sixteen_streams",
    "test_login",
)
WHAT = {1: BY_CAMERAS, 2: None, 3: BY_CAMERAS}


def what_is_sent(model: int, reporters: Sequence[Reporter] = ()) -> tuple[str, Result]:
    """The requests of each scenario, each once, in the order in which they come first, and what came of the
    run. With further ``reporters`` it leaves evidence."""
    texts: dict[str, str] = {}

    def listen(event: object) -> None:
        if isinstance(event, ScenarioFinished):
            uids: dict[str, int] = {}
            lines = (_line(exchange, uids) for exchange in event.history.exchanges)
            texts[event.name] = "".join(f"{line}\n" for line in dict.fromkeys(lines))

    result = judge(
        TargetOptions(model=model, setup={"clock_start": NOON}),
        RunOptions(only=WHAT[model], seed=0, capture=bool(reporters)),
        reporters=[listen, *reporters],
    )
    assert not result.errors
    return "".join(f"== {name}\n{text}" for name, text in sorted(texts.items())), result


def _line(exchange: object, uids: dict[str, int]) -> str:
    target = exchange.target.removeprefix("/cgi-bin/")
    target = re.sub(r"\bUID=(\d+)", lambda found: f"UID=u{uids.setdefault(found[1], len(uids) + 1)}", target)
    target = re.sub(r"\bPORT=\d{4,5}\b", "PORT=port", target)
    headers = [
        f"{name}: {DRAWN.sub(lambda found: found[1], value)}"
        for name, value in exchange.request_headers
        if name not in USUAL
    ]
    line = " | ".join((*(() if exchange.method == "GET" else (exchange.method,)), target, *headers))
    line = line.encode("unicode_escape").decode()
    if len(line) > LONGEST:
        line = f"{line[: LONGEST // 2]}… {len(line)} characters, {zlib.crc32(line.encode()):08x}"
    return line


if __name__ == "__main__":
    SENT.mkdir(exist_ok=True)
    for number in WHAT:
        (SENT / f"model-{number}.txt").write_text(what_is_sent(number)[0], "utf-8")
