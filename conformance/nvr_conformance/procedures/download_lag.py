"""How soon something that was recorded can be downloaded is open (§6.3.2): two minutes later, as was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nvr_conformance.client.session import Session

LAG = 180.0  # seconds after which it is to be there
_STEP = 60.0  # seconds: less than a UID lives


def let_lag_pass(session: Session, end: int) -> None:
    """Wait until what was recorded before ``end`` (Unix seconds) is to be there, where that is not long ago;
    this UID is kept alive. Never longer than ``LAG``: the recorder's clock may be another."""
    target = session.client.target
    left = min(LAG, end + LAG - target.unix_time())
    while left > 0:
        target.pass_time(min(left, _STEP))
        session.get("keep_alive")
        left -= _STEP
