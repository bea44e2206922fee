"""A recorder is judged as it is, whatever stands between it and the judge."""

from __future__ import annotations

import pytest

from proxies.behind import judged
from proxies.reverse_proxy import nginx

LIVE = ("LIV-*", "EXC-*")


def test_a_relay_on_this_host_changes_nothing():
    assert judged(LIVE).bad == {}


@pytest.mark.skipif(nginx() is None, reason="nginx is not installed")
def test_nginx_on_this_host_changes_nothing(tmp_path):
    assert judged(LIVE, folder=tmp_path).bad == {}


@pytest.mark.parametrize(
    ("defect", "broken"),
    [
        ("h265-as-98", {"LIV-04"}),
        ("rtp-after-stop", {"LIV-03"}),
        ("sequence-number-left-out", {"LIV-07"}),
        ("content-length-one-short", {"LIV-16"}),
    ],
)
def test_a_defect_behind_a_relay_fails_as_ever(defect, broken):
    assert set(judged(sorted(broken), defect=defect).bad) == broken
