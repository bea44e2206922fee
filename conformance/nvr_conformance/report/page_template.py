"""The pages that the judge leaves, made from templates: what comes from a recorder is escaped in them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2


@cache
def page_template(package: str, name: str) -> jinja2.Template:
    """A template of a package of the judge's. A name that it is not given is an error, not an empty place."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
