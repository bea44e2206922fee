"""Seams: the methods that something may be put around while a recorder stands, and tables that see it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import MethodType
from typing import Concatenate, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")
Method = TypeVar("Method", bound=Callable[..., object])

_MARK = "is_seam"
AROUND = "_has_around"
"""Names of the methods of a part that something was put around."""


def seam(method: Method) -> Method:
    """Mark a method that something may be put around. It stays as it is, and as quick."""
    setattr(method, _MARK, True)
    return method


def around(method: Callable[P, R], wrapper: Callable[Concatenate[Callable[P, R], P], R]) -> None:
    """Put a function around a bound method of one part of a recorder; it is given the original first.

    Whoever calls the method from now on calls the wrapper; the class and other recorders stay as they are.
    `TypeError` where the method is no seam.
    """
    if not isinstance(method, MethodType) or not hasattr(method, _MARK):
        raise TypeError(f"{getattr(method, '__qualname__', method)} is no seam: nothing may go around it")

    @wraps(method)
    def wrapped(part: object, *args: P.args, **kwargs: P.kwargs) -> R:
        return wrapper(method, *args, **kwargs)

    part = method.__self__
    setattr(part, method.__name__, MethodType(wrapped, part))
    vars(part).setdefault(AROUND, set()).add(method.__name__)


def seams_of(part: object) -> frozenset[str]:
    """The names of the methods of a part that something may be put around."""
    return frozenset(name for name in dir(type(part)) if hasattr(getattr(type(part), name), _MARK))


def gone_around(part: object) -> frozenset[str]:
    """The names of those that something was put around."""
    return frozenset(vars(part).get(AROUND, ()))


def untouched(part: object, names: frozenset[str]) -> bool:
    """Whether nothing was put around the methods of these names: what they do may then be done in one."""
    around_it = part.__dict__.get(AROUND)
    return around_it is None or names.isdisjoint(around_it)


def late(method: Callable[P, R]) -> Callable[P, R]:
    """A bound method for a table: looked up when it is called, so that what was put around it counts."""
    if not isinstance(method, MethodType):
        raise TypeError(f"{method!r} is not a bound method")
    owner, name = method.__self__, method.__name__

    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        # In quotes: put together anew with each call, the type costs more than the call.
        return cast("Callable[P, R]", getattr(owner, name))(*args, **kwargs)

    return called
