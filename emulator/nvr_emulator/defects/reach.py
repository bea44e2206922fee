"""How far a defect can reach: it shows only where something calls a seam that it was put around."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy

from nvr_emulator.defects.registry import Defect
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import AROUND, around, gone_around, seams_of

_CONTAINERS = (dict, list, set)


def touched_seams(defect: Defect, recorder: Recorder) -> frozenset[str] | None:
    """The seams that a defect is put around when it is planted in this recorder, which it then is.

    A seam that it goes around later, in what one of these gave, is met behind that one alone. None: it alters
    something else as well, which may show anywhere.
    """
    parts = tuple(_parts(recorder))
    before = [_held(part) for part in parts]
    defect.plant(recorder)
    if any(_held(part) != held for part, held in zip(parts, before, strict=True)):
        return None
    return frozenset(_name(part, method) for part in parts for method in gone_around(part)) or None


def watch_seams(recorder: Recorder, note: Callable[[str], None]) -> None:
    """Tell ``note`` of each seam of the recorder that is called from now on."""

    def noting(name: str) -> Callable[..., object]:
        def noted(original: Callable[..., object], *args: object, **kwargs: object) -> object:
            note(name)
            return original(*args, **kwargs)

        return noted

    for part in tuple(_parts(recorder)):
        for method in seams_of(part):
            around(getattr(part, method), noting(_name(part, method)))


def _name(part: object, method: str) -> str:
    return f"{type(part).__qualname__}.{method}"


def _parts(recorder: Recorder) -> Iterator[object]:
    """The recorder, and the parts of its parts."""
    waiting: list[object] = [recorder]
    seen: set[int] = set()
    while waiting:
        part = waiting.pop()
        if id(part) not in seen:
            seen.add(id(part))
            yield part
            waiting += filter(_is_part, vars(part).values())


def _is_part(value: object) -> bool:
    return type(value).__module__.startswith("nvr_emulator.recorder.") and hasattr(value, "__dict__")


def _held(part: object) -> dict[str, object]:
    """What a part holds, but for what went around it: containers by what is in them."""
    around_it = {*gone_around(part), AROUND}
    return {
        name: copy(value) if isinstance(value, _CONTAINERS) else value
        for name, value in vars(part).items()
        if name not in around_it
    }
