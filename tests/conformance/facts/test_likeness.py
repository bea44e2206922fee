"""Pictures of another camera are found; cameras that look alike, and pictures of nobody, are not judged."""

from __future__ import annotations

import numpy as np
import pytest

from nvr_conformance.facts.likeness import own_pictures, small
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.decoding import decode_pictures
from nvr_fixtures import load, load_jpeg
from nvr_protocol.codecs import Codec


class Frame:
    """A grey picture as PyAV holds it: rows of a plane that are longer than the picture is wide."""

    def __init__(self, luma, stride):
        self.height, self.width = luma.shape
        rows = np.zeros((self.height, stride), np.uint8)
        rows[:, : self.width] = luma
        self.planes = [type("Plane", (bytes,), {"line_size": stride})(rows.tobytes())]


def scene(seed, height=180, width=320, stride=384):
    """A picture of coloured blocks, the same for a seed in every size."""
    blocks = np.random.default_rng(seed).integers(20, 230, (9, 16))
    rows, columns = np.arange(height) * 9 // height, np.arange(width) * 16 // width
    return small(Frame(blocks[rows][:, columns], stride))


VIEWS = {1: [scene(1)], 2: [scene(2)], 3: [scene(3)]}


def shown(codec, pictures):
    found = []
    decode_pictures(codec, pictures, keep=lambda frame: found.append(small(frame)))
    return found


def test_a_camera_shows_its_own_view_in_any_size():
    fact = own_pictures([scene(2, 405, 720, 720), scene(2)], VIEWS, 2)
    assert fact == (True, "pictures of camera 2", "2 of 2 pictures are its own, cameras 1, 3 differ")


def test_one_picture_of_another_camera_among_its_own():
    fact = own_pictures([scene(2), scene(3), scene(2)], VIEWS, 2)
    assert not fact.ok
    assert "picture 1 differs by 0.00 from camera 3's" in fact.actual


@pytest.mark.parametrize(
    ("pictures", "views", "said"),
    [
        ([scene(9)], VIEWS, "as unlike its own video"),
        ([scene(1)], {1: [scene(1)], 2: [scene(1)]}, "no other camera looks different"),
        ([scene(1)], {1: [scene(1)], 2: []}, "no other camera looks different"),
        ([scene(1)], {2: [scene(2)], 3: [scene(3)]}, "nothing of camera 1"),
        ([], VIEWS, "nothing of camera 1"),
    ],
)
def test_what_says_nothing(pictures, views, said):
    with pytest.raises(NothingToJudge, match=said):
        own_pictures(pictures, views, 1)


def test_a_picture_that_shows_nothing():
    assert small(Frame(np.full((180, 320), 17), 320)) is None
    assert small(Frame(np.eye(20) * 255, 20)) is None


def test_jpeg_and_video_of_a_camera_are_alike_and_those_of_two_scenes_are_not():
    def video(name):
        pictures = [picture.data for gop in load(name, Codec.H265, 1).gops for picture in gop]
        return shown("H265", pictures)

    views = {1: video("city"), 2: video("counter-small")}
    jpegs = shown("JPEG", load_jpeg("city", 1).pictures)
    assert own_pictures(jpegs, views, 1).ok
    assert not own_pictures(jpegs, views, 2).ok
