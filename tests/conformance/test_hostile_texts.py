"""Texts and files of a device that means no good: read in linear time, and no digit is taken for what it is
not."""

import io

import av
import numpy as np
import pytest

from nvr_conformance.reading import login_page
from nvr_conformance.reading.decoding import decode_file
from nvr_conformance.wire.exchange import Exchange


def page(text):
    exchange = Exchange(1, "GET", "/")
    exchange.body = text.encode()
    return exchange


@pytest.mark.parametrize(
    ("text", "uid"),
    [("UID=13313&HTML", "13313"), ("UID=١٢٣", None), ("UID=１２３", None), ("no", None)],
)
def test_a_uid_is_of_ascii_digits(text, uid):
    assert login_page.read_uid(page(text)) == uid


def test_a_uid_of_thousands_of_digits_is_read_as_too_long():
    found = login_page.read_uid(page("UID=" + "7" * 5000))
    assert found is not None
    assert 19 < len(found) == login_page.UID_LIMIT
    assert int(found)


def film():
    data = io.BytesIO()
    with av.open(data, "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(10):
            picture = av.VideoFrame.from_ndarray(np.full((72, 64), 16 + number, np.uint8), format="yuv420p")
            picture.pts = number
            file.mux(stream.encode(picture))
        file.mux(stream.encode(None))
    return data.getvalue()


def with_another_track(data, kind, entry):
    """The same MP4 with the handler and sample entry of its only track called otherwise."""
    return data.replace(b"vide", kind).replace(b"avc1", entry)


@pytest.mark.parametrize(("kind", "entry"), [(b"tmcd", b"tmcd"), (b"vide", b"qqqq"), (b"meta", b"mett")])
def test_tracks_that_nobody_decodes_are_left_alone(kind, entry):
    plain = decode_file(film())
    assert (len(plain.pictures), plain.errors) == (10, [])
    odd = decode_file(with_another_track(film(), kind, entry))
    assert odd.pictures == []


def test_a_film_that_ends_early_is_told():
    assert decode_file(film()[:600]).errors
