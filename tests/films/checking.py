"""Imports films, and looks at the fixtures that come of them."""

from av.video.frame import PictureType

from nvr_fixtures.encoding.video import decode, planes_digest
from nvr_fixtures.importing import Wish, import_footage
from nvr_protocol.codecs import Codec
from nvr_protocol.rtp.nal_units import kind, split_annex_b

ORDER = {
    Codec.H264: ["AUD", "SPS", "PPS", "SEI", "IDR"],
    Codec.H265: ["AUD", "VPS", "SPS", "PPS", "SEI", "IDR"],
}


def make(film, tmp_path, name="street", **wish):
    return import_footage(film, name, tmp_path / "fixtures", Wish(**wish))


def kinds(codec, data):
    return [kind(codec, nal) for nal in split_annex_b(data)]


def assert_as_from_a_camera(fixture):
    """Each GOP begins with an IDR picture, decodes alone to what the manifest says, and has no B pictures."""
    for gop in fixture.gops:
        assert kinds(fixture.codec, gop[0].data) == ORDER[fixture.codec]
        assert all(kinds(fixture.codec, later.data) == ["AUD", "SLICE"] for later in gop[1:])
        frames = decode(fixture.codec, [each.data for each in gop])
        assert [planes_digest(frame) for frame in frames] == [each.decoded_sha256 for each in gop]
        assert PictureType.B not in {PictureType(frame.pict_type) for frame in frames}
        assert {(frame.width, frame.height) for frame in frames} == {(fixture.width, fixture.height)}
