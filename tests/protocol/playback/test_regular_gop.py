"""GOPs are read in one pass where they are regular, and then as the thorough reader reads them (§3.3.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.codecs import Codec
from nvr_protocol.errors import ProtocolError
from nvr_protocol.playback.chunk_form import ChunkForm
from nvr_protocol.playback.regular_gop import read_regular_gop
from nvr_protocol.playback.video import walk_chunk, write_playback_video
from nvr_protocol.playback.video_reader import read_thoroughly

from .test_chunk_form import forms
from .test_video import videos

GOPS = (Codec.H264, Codec.H265)


@given(videos(GOPS, fewest=1))
def test_what_is_written_by_default_is_regular(video):
    data = write_playback_video(video)
    read = read_regular_gop(data, video.dialect)
    assert read is not None
    assert read == read_thoroughly(data, video.dialect)


@given(videos(), forms)
def test_in_any_form_both_read_the_same(video, form):
    data = write_playback_video(video, form=form)
    assert read_regular_gop(data, video.dialect) in (None, read_thoroughly(data, video.dialect))


@given(videos(GOPS, fewest=1), st.data())
def test_what_the_thorough_reader_refuses_is_not_regular(video, data):
    written = bytearray(write_playback_video(video, form=ChunkForm()))
    end = walk_chunk(bytes(written), video.dialect).end
    for _ in range(data.draw(st.integers(1, 2))):
        written[data.draw(st.integers(0, end + 8))] = data.draw(
            st.sampled_from((0, 1, 4, 5, 0x11, 0x7F, 0xFF))
        )
    try:
        read = read_thoroughly(bytes(written), video.dialect)
    except ProtocolError:
        read = None
    assert read_regular_gop(bytes(written), video.dialect) in (None, read)


@pytest.mark.parametrize("name", ["playback-h264-gop", "playback-h265-gop-no-camera-info"])
def test_the_examples_are_regular(vector, name):
    assert read_regular_gop(vector(name)) is not None
