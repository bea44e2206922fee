"""What `nvr-emulator faults` prints: the table of faults for people, for machines and for the docs."""

from __future__ import annotations

import json
from itertools import groupby
from textwrap import wrap

import msgspec

from nvr_emulator.faults.table import Parameter, Row, all_faults

WIDTH = 78


def listing() -> str:
    """For a terminal: name, what it is, and its parameters."""
    lines = []
    for row in all_faults():
        lines.append(f"{row.name}    ({row.room}, §{row.section})")
        lines += (f"    {line}" for line in wrap(row.text, WIDTH))
        lines += (f"    {one.name}={_standard(one)}    {_what(one)}" for one in row.parameters)
    return "\n".join(lines)


def as_json() -> str:
    """For machines: one object a fault."""
    return json.dumps(msgspec.to_builtins(all_faults()))


def markdown() -> str:
    """The page docs/faults.md."""
    chapters = []
    for room, rows in groupby(all_faults(), lambda row: row.room):
        chapters.append(f"## {room}\n\n" + "\n\n".join(map(_entry, rows)))
    return _PAGE.format(chapters="\n\n".join(chapters))


def _entry(row: Row) -> str:
    own = [one for one in row.parameters if one.name != "lasts" or one.default is not None]
    told = [f"### {row.name}", f"{row.text} (§{row.section})"]
    if own:
        table = ["| parameter | default | |", "|---|---|---|"]
        table += (f"| `{one.name}` | {_standard(one)} | {_what(one)} |" for one in own)
        told.append("\n".join(table))
    return "\n\n".join(told)


def _standard(parameter: Parameter) -> str:
    if parameter.default is None:
        return "–"
    return f"{parameter.default:g}" if isinstance(parameter.default, float) else str(parameter.default)


def _figure(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _what(parameter: Parameter) -> str:
    kind = " / ".join(parameter.choices) or parameter.kind
    if parameter.least is not None and parameter.most is not None:
        kind += f" from {_figure(parameter.least)} to {_figure(parameter.most)}"
    return f"{parameter.text} ({kind})"


_PAGE = """\
# Faults: what networks and hardware do to clients

Made by `nvr-emulator faults --markdown`. A recorder may do all that the document asks and still lose
packets, answer late or restart. Each fault below is brought about while the recorder runs, and undone.
Firmware that is wrong is another matter: a *defect* (`nvr-emulator defects`).

```python
def test_a_player_survives_loss(nvr):
    player = Player(nvr.url, nvr.user, nvr.password)
    with nvr.faults.add("rtp-loss", rate=0.02, seed=3) as loss:
        nvr.clock.advance(2)
        assert loss.struck and player.frame()
    nvr.faults.add("answer-reset", command="camera.cgi", at=1000, times=1)  # until it is undone
    nvr.faults.clear()  # or with the end of the test
```

    nvr-emulator faults                                        # this table; --json for machines
    nvr-emulator serve --fault rtp-loss:rate=0.02,seed=3 --fault answer-delay:delay=2,command=camera.cgi
    curl --json '{{"name": "rtp-loss", "rate": 0.02}}' http://127.0.0.1:41002/faults        # the control port
    curl -X DELETE http://127.0.0.1:41002/faults/1

In recorder.toml: `faults = ["camera-lost:camera=3", {{name = "under-load", mean = 0.2}}]`; in tests also
`@pytest.mark.nvr(faults=["camera-lost:camera=3"])`. Those hold from the start and again behind each reset; a
reset undoes all others. One that can hold no more, as the clock has moved, is left out then: the journal
(`FaultLeftOut`) and the log say why.

Dice are thrown by `seed`: the same seed, camera and order of streams hits the same packets, the same order
of requests the same answers. Every fault takes `lasts`, seconds of the recorder's clock after which it ends
by itself: on a manual clock it lasts until `nvr.clock.advance`. Delays of answers are real seconds, for a
client's patience runs by its own clock. The journal says when a fault began, which answers it struck, and
when it ended; what a fault cuts off is no finding of the client's.

{chapters}

See [control-port.md](control-port.md), [fixture.md](fixture.md) and [configuration.md](configuration.md) for
the ways to bring them about, and [findings.md](findings.md) for what the journal has. A client that goes on
behind each of them, and the tests that show it: [examples](../examples/README.md).
"""
