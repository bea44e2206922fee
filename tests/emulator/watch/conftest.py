"""A browser for the page."""

import pytest

from programs.browser import CHROMIUM, Browser


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("chromium is missing")
    with Browser() as opened:
        yield opened
