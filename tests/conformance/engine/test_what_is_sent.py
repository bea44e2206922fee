"""What the judge sends, written down: a change of it is looked at. `python` with this file writes it anew.

MODEL 2 in all scenarios; the others in those that go by the number of cameras.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.events import ScenarioFinished
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions

SENT = Path(__file__).with_name("sent")
LIMIT = 220_000  # bytes of all of it
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


def what_is_sent(model: int) -> str:
    """The requests of each scenario, each once, in the order in which they come first."""
    texts: dict[str, str] = {}

    def listen(event: object) -> None:
        if isinstance(event, ScenarioFinished):
            uids: dict[str, int] = {}
            lines = (_line(exchange, uids) for exchange in event.history.exchanges)
            texts[event.name] = "".join(f"{line}\n" for line in dict.fromkeys(lines))

    result = judge(
        TargetOptions(model=model, setup={"clock_start": NOON}),
        RunOptions(only=WHAT[model], seed=0),
        reporters=[listen],
    )
    assert not result.errors
    return "".join(f"== {name}\n{text}" for name, text in sorted(texts.items()))


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


@pytest.mark.parametrize("model", WHAT)
def test_what_is_sent_is_what_was_looked_at(model):
    known = (SENT / f"model-{model}.txt").read_text("utf-8")
    sent = what_is_sent(model)
    assert sent == known, f"the judge sends something else; if it is meant: python {__file__}"


def test_it_is_small():
    assert sum(path.stat().st_size for path in SENT.iterdir()) < LIMIT


if __name__ == "__main__":
    SENT.mkdir(exist_ok=True)
    for number in WHAT:
        (SENT / f"model-{number}.txt").write_text(what_is_sent(number), "utf-8")
