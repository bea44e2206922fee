"""Texts and files of a device that means no good: read in linear time, and no digit is taken for what it is
not."""

import io

import av
import numpy as np
import pytest

from nvr_conformance.reading import decoding, login_page
from nvr_conformance.reading.decoding import decode_file, decode_pictures
from nvr_conformance.wire.exchange import Exchange


def page(text):
    exchange = Exchange(1, "GET", "/")
    exchange.body = text.encode()
    return exchange


@pytest.mark.parametrize(
    ("text", "uid"),
    [
        ("UID=13313&HTML", "13313"),
        ("MAXUID=16&UID=13313", "13313"),
        ("UID=١٢٣", None),
        ("UID=１２３", None),
        ("no", None),
    ],
)
def test_a_uid_is_of_ascii_digits(text, uid):
    assert login_page.read_uid(page(text)) == uid


@pytest.mark.parametrize(
    ("headers", "uid"),
    [
        ((("Set-Cookie", "UID=13313; Path=/"),), "13313"),
        ((("Server", "x"), ("Location", "./hdrctl.cgi?UID=13313&HTML=x")), "13313"),
        ((("Set-Cookie", "MAXUID=16"), ("Location", "dlogin.cgi?UID=-1")), None),
        ((("Set-Cookie", "UID=0"),), None),
        ((), None),
    ],
)
def test_a_uid_in_a_header(headers, uid):
    exchange = Exchange(1, "GET", "/")
    exchange.headers = headers
    assert login_page.uid_in_header(exchange) == uid


def test_a_uid_of_thousands_of_digits_is_read_as_too_long():
    found = login_page.read_uid(page("UID=" + "7" * 5000))
    assert found is not None
    assert 19 < len(found) == login_page.UID_LIMIT
    assert int(found)


def film(grey=16):
    data = io.BytesIO()
    with av.open(data, "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(10):
            picture = av.VideoFrame.from_ndarray(np.full((72, 64), grey + number, np.uint8), format="yuv420p")
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


def units(grey):
    """One picture."""
    picture = av.VideoFrame.from_ndarray(np.full((72, 64), grey, np.uint8), format="yuv420p")
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.framerate = 64, 48, "yuv420p", 10
    return [bytes(packet) for packet in (*encoder.encode(picture), *encoder.encode(None))]


def test_pictures_that_are_too_large_are_not_decoded(monkeypatch):
    """A few bytes say how large a picture is: 16384 by 16384 takes 400 MB, and again for each reference."""
    assert len(decode_pictures("H264", units(50)).pictures) == 1
    assert len(decode_file(film(50)).pictures) == 10
    monkeypatch.setattr(decoding, "PICTURE_PIXELS", 64 * 48 - 1)
    assert decode_pictures("H264", units(90)).pictures == []  # other ones: what was decoded before is known
    file = decode_file(film(90))
    assert file.pictures == []
    assert file.errors
