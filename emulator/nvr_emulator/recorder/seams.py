"""Methods that something may be put around while the recorder stands, and tables that see it."""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


def late(method: Callable[P, R]) -> Callable[P, R]:
    """A bound method for a table: looked up when it is called, so that what was put around it counts."""
    if not isinstance(method, MethodType):
        raise TypeError(f"{method!r} is not a bound method")
    owner, name = method.__self__, method.__name__

    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        return cast(Callable[P, R], getattr(owner, name))(*args, **kwargs)

    return called
