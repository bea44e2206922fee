"""Which recorder, and what may be done to it, from words: what is wrong with them is told by the option."""

import msgspec
import pytest

from nvr_conformance.client.options import User
from nvr_conformance.sources.target_options import OptionError, read_target_options, read_user
from nvr_emulator.configuration.variant_choice import read_variants as chosen_variants


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("VIEWER:viewer12345:3", User("VIEWER", "viewer12345", 3)),
        ("A:with:colons:0", User("A", "with:colons", 0)),
        ("A::1", User("A", "", 1)),
    ],
)
def test_what_it_says(text, user):
    assert read_user(text) == user


@pytest.mark.parametrize("text", ["VIEWER", "VIEWER:viewer12345", "VIEWER:viewer12345:4", ":x:1", ""])
def test_what_it_does_not_say(text):
    with pytest.raises(OptionError, match="NAME:PASSWORD:PRIORITY"):
        read_user(text)


WORDS = {"url": None, "allow": "", "defects": (), "variants": ()}


@pytest.mark.parametrize(
    ("words", "option", "said"),
    [
        ({"url": "ftp://192.0.2.1"}, "url", "not an http or https URL"),
        ({"url": "http://192.0.2.1", "defects": ["lifetime-of-80-s"]}, "defect", "leave the URL out"),
        ({"url": "http://192.0.2.1", "variants": ["byte-order=little"]}, "variant", "leave the URL out"),
        ({"allow": "ptz,all"}, "allow", "all: there is ptz"),
        ({"defects": ["none-such"]}, "defect", "no such defect: none-such"),
        ({"variants": ["byte-order=middle"]}, "variant", "middle"),
        ({"other_users": ["VIEWER"]}, "other-user", "NAME:PASSWORD:PRIORITY"),
    ],
)
def test_what_cannot_be_is_told_by_its_option(words, option, said):
    with pytest.raises(OptionError, match=said) as problem:
        read_target_options(**{**WORDS, **words})
    assert problem.value.option == option


def test_words_become_options():
    options = read_target_options(
        **{**WORDS, "allow": "ptz, load", "variants": ["byte-order=little"]}, password="secret", model=3
    )
    assert (options.allow, options.model, options.password) == ({"ptz", "load"}, 3, "secret")
    assert options.setup == {"variants": msgspec.to_builtins(chosen_variants({"byte-order": "little"}))}
