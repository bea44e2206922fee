"""The page on which a recorder is watched, and what it asks for beside the rest: pictures and variants."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec
from aiohttp import web

from nvr_emulator.configuration.settings import ConfigurationError
from nvr_emulator.configuration.variant_choice import VariantError, all_variants, chosen
from nvr_emulator.server.control_access import ControlError
from nvr_emulator.server.control_calls import Call, Operation

JPEG = "image/jpeg"
HTML = "text/html"
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; "
    "img-src blob: data:"
)
"""The page loads nothing from elsewhere, whatever a text in it says."""


class VariantRow(msgspec.Struct, frozen=True):
    """A variant: its values, the default first, and the value that holds."""

    name: str
    values: tuple[str, ...]
    value: str
    section: str
    text: str


class VariantsAnswer(msgspec.Struct, frozen=True):
    """All variants, and what each of them is now."""

    variants: list[VariantRow]


class VariantsChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The variants that differ from the default from now on; all others are the default."""

    variants: dict[str, str | int]


async def page(call: Call) -> web.Response:
    """The page; it asks for everything else."""
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return web.Response(body=_page(), content_type=HTML, charset="utf-8", headers=headers)


@cache
def _page() -> bytes:
    return files("nvr_emulator.server").joinpath("watch.html").read_bytes()


async def picture(call: Call) -> web.Response:
    """What a camera sees."""
    text, recorder = call.path["number"], call.machine.recorder
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if number not in recorder.cameras.registered:
        raise ControlError(404, f"camera {text[:40]!r} is not registered")
    jpeg = recorder.cameras.picture(number, call.machine.clock.now())
    return web.Response(body=jpeg, content_type=JPEG, headers={"Cache-Control": "no-store"})


async def variants(call: Call) -> VariantsAnswer:
    """Which variants there are, and which hold."""
    different = chosen(call.machine.recorder.plan.variants)
    rows = []
    for one in all_variants():
        value = different.get(one.name, one.values[0])
        values = one.values if value in one.values else (*one.values, value)
        rows.append(VariantRow(one.name, values, value, one.section, one.text))
    return VariantsAnswer(rows)


async def take_variants(call: Call) -> VariantsAnswer:
    """Begin anew as a recorder with these variants."""
    try:
        await call.machine.take_variants(call.body.variants)
    except (VariantError, ConfigurationError) as error:
        raise ControlError(409, str(error)) from None
    return await variants(call)


WATCH: tuple[Operation, ...] = (
    Operation("GET", "/watch", "the recorder as a page", media_type=HTML, run=page),
    Operation(
        "GET",
        "/cameras/{number}/picture.jpg",
        "what a camera sees now",
        media_type=JPEG,
        problems=(404,),
        run=picture,
    ),
    Operation("GET", "/variants", "the liberties that the recorder takes", VariantsAnswer, run=variants),
    Operation(
        "POST",
        "/variants",
        "the recorder begins anew, and takes these liberties",
        VariantsAnswer,
        VariantsChange,
        problems=(400, 409, 413, 415),
        run=take_variants,
    ),
)
"""What can be asked of it."""
