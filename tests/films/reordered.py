"""A GOP with B pictures, coded anew: they come behind a picture that is shown after them."""

from fractions import Fraction
from functools import cache

import av

from nvr_fixtures import load
from nvr_fixtures.encoding.video import decode
from nvr_protocol.codecs import Codec
from nvr_protocol.rtp.nal_units import join_annex_b, split_annex_b

SETTINGS = (
    "bframes=2:b-adapt=0:b-pyramid=0:scenecut=0:aud=1:repeat-headers=1:open-gop=0:keyint=99:min-keyint=99"
)
ENCODERS = {
    "H264": ("libx264", "x264-params", ":threads=1"),
    "H265": ("libx265", "x265-params", ":log-level=0"),
}


@cache
def with_b_pictures(codec):
    """Of each picture, in the order in which they are coded, the place at which it is shown; and its data."""
    fixture = load("counter-small", Codec(codec))
    name, params, own = ENCODERS[codec]
    encoder = av.CodecContext.create(name, "w")
    encoder.width, encoder.height, encoder.pix_fmt = fixture.width, fixture.height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, fixture.rate), Fraction(fixture.rate)
    encoder.options = {params: SETTINGS + own, "preset": "veryfast"}
    packets = []
    pictures = [picture.data for gop in fixture.gops[:2] for picture in gop]
    for number, frame in enumerate(decode(fixture.codec, pictures)):
        frame.pts, frame.time_base = number, Fraction(1, fixture.rate)
        frame.pict_type = av.video.frame.PictureType.NONE
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    units = [join_annex_b(split_annex_b(bytes(packet))) for packet in packets]
    return [packet.pts for packet in packets], units
