"""Recorders older than TLS 1.2, or than its better ciphers: `--insecure` speaks with them, and says so."""

from __future__ import annotations

import json
import ssl
import warnings

import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.wire.connection import tls_spoken
from nvr_conformance.wire.endpoint import endpoint_of
from nvr_emulator.server.embedding import EmbeddedRecorder
from proxies.tls_listener import tls_listener

OLDEST = "ALL:@SECLEVEL=0"


def old_recorder(version=None, ciphers=OLDEST):
    """Shakes hands with whoever comes, and hangs up; its URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(ciphers)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.maximum_version = version or ssl.TLSVersion.TLSv1_2
    return tls_listener(lambda connection: None, context)


@pytest.mark.parametrize(
    ("version", "there", "said"),
    [
        (ssl.TLSVersion.TLSv1, ssl.HAS_TLSv1, "TLSv1, which is out of date"),
        (ssl.TLSVersion.TLSv1_1, ssl.HAS_TLSv1_1, "TLSv1.1, which is out of date"),
        (ssl.TLSVersion.TLSv1_2, ssl.HAS_TLSv1_2, "TLSv1.2, "),
    ],
)
def test_old_versions(version, there, said):
    if not there:
        pytest.skip(f"this machine's OpenSSL has no {version.name}")
    with old_recorder(version) as url:
        assert tls_spoken(endpoint_of(url, insecure=True), 5).startswith(said)


@pytest.mark.parametrize("cipher", ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-CCM8"])
def test_ciphers_that_a_new_client_does_not_offer(cipher):
    with old_recorder(ciphers=f"{cipher}:@SECLEVEL=0") as url:
        assert tls_spoken(endpoint_of(url, insecure=True), 5) == f"TLSv1.2, {cipher}"


def test_where_no_insecure_is_given_the_way_out_is_told():
    with old_recorder(ciphers="ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0") as url:
        result = CliRunner().invoke(main, ["run", url, "--pace", "0", "--timeout", "5"])
    assert result.exit_code == 3, result.output
    assert "it speaks TLSv1.2, ECDHE-ECDSA-AES128-SHA: try --insecure" in result.output


def test_nothing_is_said_of_plain_http():
    with EmbeddedRecorder() as recorder:
        assert tls_spoken(endpoint_of(recorder.url), 5) == ""


def test_the_report_says_what_was_agreed_to(tmp_path):
    with EmbeddedRecorder(transport="both") as recorder:
        words = ["run", recorder.https_url, "--password", recorder.password, "--insecure", "--pace", "0"]
        words += ["--select", "SES-01", "--control", recorder.control_url, "--report", str(tmp_path)]
        result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    told = json.loads((tmp_path / "result.json").read_text())["about"]["tls"]
    assert told.startswith("TLSv1.3, TLS_")
    assert told.endswith("; any certificate is taken")
    assert told in (tmp_path / "index.html").read_text()
