from itertools import pairwise

import av
import pytest

from nvr_emulator.configuration.camera_encoding import fixture_for
from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.settings import CameraSettings, ConfigurationError, RecorderSettings
from nvr_emulator.configuration.small_recorder import USERS
from nvr_emulator.configuration.variant_choice import read_variants
from nvr_emulator.footage.encoding import AS_RECORDED, Encoding, packed
from nvr_emulator.footage.footage import TICKS, footage_of
from nvr_fixtures import load
from nvr_protocol.codecs import Codec
from nvr_protocol.rtp.nal_units import kind, split_annex_b

VIDEO = [Codec.H264, Codec.H265]


def kinds(codec, picture):
    return [kind(codec, unit) for unit in split_annex_b(picture.data)]


def decoded(codec, fixture):
    decoder = av.CodecContext.create(codec.value.lower() if codec is Codec.H264 else "hevc", "r")
    pictures = []
    for gop in fixture.gops:
        for picture in gop:
            pictures += decoder.decode(av.Packet(picture.data))
    pictures += decoder.decode(None)
    return [picture.to_ndarray().tobytes() for picture in pictures]


@pytest.mark.parametrize("codec", VIDEO)
@pytest.mark.parametrize(
    "encoding",
    [
        Encoding(aud=False),
        Encoding(sei=False),
        Encoding(parameter_sets="twice"),
        Encoding(parameter_sets="pps-ahead-of-p"),
        Encoding(False, False, "twice"),
        Encoding(further=True),
        Encoding(sei=False, further=True),
    ],
)
def test_however_it_is_packed_it_shows_the_same(codec, encoding):
    plain = load("counter-small", codec, 1)
    other = packed(plain, encoding)
    assert decoded(codec, other) == decoded(codec, plain)
    first, second = kinds(codec, other.gops[0][0]), kinds(codec, other.gops[0][1])
    assert ("AUD" in first, "AUD" in second) == (encoding.aud, encoding.aud)
    assert ("SEI" in first) == encoding.sei
    assert first.count("SPS") == (2 if encoding.parameter_sets == "twice" else 1)
    assert second.count("PPS") == (encoding.parameter_sets == "pps-ahead-of-p")
    assert second.count("SPS") == 0
    assert ("SEI" in second) == (encoding.sei and encoding.further)
    assert ("FILLER" in first, "FILLER" in second) == (encoding.further, encoding.further)
    last = kinds(codec, other.gops[0][-1])
    assert (last[-1] == "END-OF-SEQUENCE") == encoding.further
    assert "END-OF-SEQUENCE" not in first + second


@pytest.mark.parametrize("codec", list(Codec))
@pytest.mark.parametrize("name", ["counter-small", "counter-small-gopmixed-night"])
def test_a_scene_that_stands_still_is_the_same_in_each_gop(codec, name):
    jpeg = codec is Codec.JPEG
    name = "counter-small" if jpeg else name
    plain, still = (footage_of(name, codec, 1, encoding) for encoding in (AS_RECORDED, Encoding(still=True)))
    assert still.lengths == plain.lengths
    assert still.intervals == plain.intervals
    gops = sorted(still.fixture.gops, key=len)
    assert all(longer[: len(shorter)] == shorter for shorter, longer in pairwise(gops))
    assert gops[-1] in plain.fixture.gops
    assert len(set(plain.fixture.gops)) > 1


def test_what_nothing_is_asked_of_stays_itself():
    fixture = load("counter-small", Codec.H264, 1)
    assert packed(fixture, AS_RECORDED) is fixture
    assert fixture_for("city", read_variants({})) == "city"


@pytest.mark.parametrize(
    ("variants", "fixture", "becomes"),
    [
        ({"gop-seconds": "5"}, "city", "counter-small-gop5"),
        ({"gop-seconds": "varying", "slices": "4"}, "counter", "counter-small-gopmixed-slices4"),
        ({"key-pictures": "cra", "picture-rate": "varying"}, "city", "counter-small-cra-night"),
        ({"picture-rate": "varying"}, "city", "city-night"),
        ({"picture-rate": "varying"}, "city-night", "city-night"),
    ],
)
def test_cameras_that_encode_otherwise(variants, fixture, becomes):
    assert fixture_for(fixture, read_variants(variants)) == becomes


def test_the_plan_has_the_footage_that_the_variants_ask_for():
    settings = RecorderSettings(
        users=USERS,
        cameras=(CameraSettings(number=1),),
        variants=read_variants({"gop-seconds": "5"}),
    )
    assert plan(settings).cameras[1].fixture == "counter-small-gop5"


def test_footage_of_ones_own_cannot_be_encoded_otherwise(tmp_path):
    camera = CameraSettings(number=1, fixture=str(tmp_path / "street"))
    settings = RecorderSettings(users=USERS, cameras=(camera,), variants=read_variants({"slices": "4"}))
    with pytest.raises(ConfigurationError, match=r"cannot take variants slices"):
        plan(settings)


@pytest.mark.parametrize("codec", VIDEO)
def test_pictures_at_night_last_longer_and_gops_follow_on(codec):
    footage = footage_of("counter-small-night", codec, 1)
    gop = footage.containing(1_700_000_000 * TICKS)
    steps = set()
    for _ in range(12):
        assert footage.containing(gop.start) == gop
        assert footage.containing(gop.end - 1) == gop
        assert gop.following().start == gop.end
        steps.add(gop.picture_at(1) - gop.picture_at(0))
        gop = gop.following()
    assert steps == {footage.interval, 2 * footage.interval}
