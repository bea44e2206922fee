"""Judging an emulator of one's own configuration, and one that serves HTTPS."""

from __future__ import annotations

import socket

import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.client.client import Client
from nvr_conformance.client.http_client import LOGIN
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.sources.source import TargetSource
from nvr_conformance.wire.exchange import WireProblem

BIG = """
series = "WJ-NX510"
time_zone = "{zone}"
{clock}
[[cameras]]
number = "1-128"
fixture = "counter-small"
[[recordings]]
since = 43200
until = 20
recorded = "H265"
[[recordings]]
since = 15
"""
END_OF_SUMMER = "clock_start = 2026-11-01T04:29:58Z"


@pytest.fixture
def run(tmp_path):
    def run(text, *arguments):
        path = tmp_path / "recorder.toml"
        path.write_text(text, "utf-8")
        return CliRunner().invoke(main, ["run", "--config", str(path), *arguments])

    return run


@pytest.mark.parametrize(
    ("zone", "clock"),
    [
        pytest.param("Asia/Kolkata", "", marks=pytest.mark.long),
        ("America/St_Johns", END_OF_SUMMER),
    ],
)
def test_a_big_recorder_is_judged_clean(run, zone, clock):
    ids = ("LIV-12", "PLB-05", "PLB-07", "PLB-30", "INF-01", "INF-06", "DWN-01")
    result = run(BIG.format(zone=zone, clock=clock), *(word for id_ in ids for word in ("--select", id_)))
    assert result.exit_code == 0, result.output
    assert "MODEL 3" in result.output
    assert f"{len(ids)} pass" in result.output


def test_a_configuration_of_https_alone_is_judged_over_https(run):
    result = run('transport = "https"', "--select", "SES-01", "--select", "LIV-17")
    assert result.exit_code == 0, result.output
    assert "2 pass" in result.output


def test_what_is_wrong_with_a_configuration_is_said(run):
    result = run("modle = 2")
    assert result.exit_code == 2
    assert "modle: unknown key; did you mean 'model'?" in result.output


def test_a_configuration_is_for_the_embedded_emulator(run):
    assert run("", "http://127.0.0.1:1").exit_code == 2


def opened(**setup):
    source = TargetSource(TargetOptions(setup=setup))
    source.prepare()
    return source.open()


def asked(target, endpoint):
    client = Client(target.at(endpoint))
    try:
        return client.get(LOGIN)
    finally:
        client.close()


def test_where_https_alone_is_set_the_port_of_http_is_known_and_closed():
    with opened(transport="https") as target:
        assert target.url.startswith("https://")
        assert target.https_alone
        assert target.endpoint is target.https
        assert asked(target, target.https).status == 401
        assert asked(target, target.http).error is WireProblem.REFUSED
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind((target.http.host, target.http.port))


def test_where_both_are_set_both_answer():
    with opened(transport="both") as target:
        assert target.https_alone is False
        assert target.endpoint is target.http
        assert asked(target, target.https).status == 401
        assert asked(target, target.http).status == 401


def test_without_a_setting_there_is_http_alone():
    with opened() as target:
        assert (target.https, target.https_alone) == (None, False)
        assert target.endpoint is target.http


def test_a_real_recorder_given_by_its_https_url_may_have_http_at_port_80():
    options = TargetOptions(url="https://127.0.0.1:8443", model=2, insecure=True)
    with TargetSource(options, model=2).open() as target:
        assert (target.http.host, target.http.port, target.http.tls) == ("127.0.0.1", 80, None)
        assert target.https_alone is None
