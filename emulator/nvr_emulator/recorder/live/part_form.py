"""How the multipart of a live stream is written, as the variants have it (OP-17)."""

from __future__ import annotations

from nvr_emulator.configuration.variants import Variants
from nvr_protocol.multipart import AS_DRAWN, PartForm

FURTHER = (("X-Recorder", "live"),)
"""A header field that no client knows."""


def part_form(variants: Variants) -> PartForm:
    """The form of each part."""
    if variants.live_multipart_headers == "as-drawn" and variants.live_multipart_part_end == "crlf":
        return AS_DRAWN
    other = variants.live_multipart_headers == "other"
    return PartForm(
        type_name="CONTENT-TYPE" if other else AS_DRAWN.type_name,
        length_name="content-length" if other else AS_DRAWN.length_name,
        length_first=other,
        further=FURTHER if other else (),
        line_end=variants.live_multipart_part_end == "crlf",
    )
