"""Faults upon certificate and handshake of HTTPS, as a browser that trusts the recorder tells them."""

import pytest

from programs.browser import CERTUTIL, CHROMIUM, Browser

PATIENCE = 60.0

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: its opinion is not asked"),
    pytest.mark.skipif(CERTUTIL is None, reason="certutil is not installed: Chromium can trust nobody"),
]


@pytest.fixture
def browser(recorder):
    """One without connections that stand: those go on with the certificate that they began with."""
    with Browser(trusted=recorder.certificate) as opened:
        yield opened


def login_page(recorder):
    host = recorder.https_url.removeprefix("https://")
    return f"https://{recorder.user}:{recorder.password}@{host}/cgi-bin/dlogin.cgi?UID=-1"


def sees_its_uid(browser, recorder):
    """The browser, which trusts the recorder, gets the page with the UID."""
    assert browser.visit(login_page(recorder)).result(PATIENCE) == ""
    browser.until("/UID=[0-9]+/.test(document.documentElement.outerHTML)")


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("certificate-expired:days=3", "net::ERR_CERT_DATE_INVALID"),
        ("certificate-changed", "net::ERR_CERT_AUTHORITY_INVALID"),
        ("certificate-of-another-host", "net::ERR_CERT_COMMON_NAME_INVALID"),
    ],
)
def test_a_browser_refuses_the_certificate(browser, recorder, fault, complaint):
    with recorder.faults.add(fault):
        assert browser.visit(login_page(recorder)).result(PATIENCE) == complaint
        assert recorder.journal.count("dlogin.cgi") == 0
    sees_its_uid(browser, recorder)


def test_a_browser_that_does_not_know_the_recorder_trusts_none_of_its_certificates(recorder):
    with Browser() as stranger:
        assert stranger.visit(login_page(recorder)).result(PATIENCE) == "net::ERR_CERT_AUTHORITY_INVALID"


def test_a_browser_waits_for_a_handshake_that_stalls(browser, recorder):
    with recorder.faults.add("tls-stall"):
        told = browser.visit(login_page(recorder))
        with pytest.raises(TimeoutError):
            told.result(1)
        assert recorder.journal.count("dlogin.cgi") == 0
    # The stalled connection is closed; Chromium tries once more by itself.
    assert told.result(PATIENCE) == ""
    assert recorder.journal.count("dlogin.cgi") == 1
