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


WORDS = {"url": None}
URL = "http://192.0.2.1"


@pytest.mark.parametrize(
    ("words", "option", "said"),
    [
        ({"url": "ftp://192.0.2.1"}, "url", "not an http or https URL"),
        ({"url": "http://192.0.2.1", "defects": ["lifetime-of-80-s"]}, "defect", "leave the URL out"),
        ({"url": "http://192.0.2.1", "variants": ["byte-order=little"]}, "variant", "leave the URL out"),
        ({"url": URL, "allow": "ptz,all"}, "allow", "all: there is ptz"),
        ({"defects": ["none-such"]}, "defect", "no such defect: none-such"),
        ({"variants": ["byte-order=middle"]}, "variant", "middle"),
        ({"url": URL, "other_users": ["VIEWER"]}, "other-user", "NAME:PASSWORD:PRIORITY"),
        ({"url": ""}, "url", "it is empty: name a recorder, or leave it out"),
        ({"url": " "}, "url", "it is empty"),
        ({"url": URL, "insecure": True}, "insecure", "has no certificate"),
        ({"url": URL, "control_token": "t"}, "control-token", "none is given by --control"),
        ({"url": URL, "control": URL, "allow": "ptz"}, "allow", "all is allowed"),
    ],
)
def test_what_cannot_be_is_told_by_its_option(words, option, said):
    with pytest.raises(OptionError, match=said) as problem:
        read_target_options(**{**WORDS, **words})
    assert problem.value.option == option


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("user", "ADMIN"),
        ("password", ""),
        ("insecure", True),
        ("allow", ""),
        ("pace", 0.0),
        ("control", "http://127.0.0.1:9"),
        ("control_token", "t"),
        ("other_users", ["VIEWER:viewer12345:3"]),
    ],
)
@pytest.mark.parametrize("prefix", ["--", "--nvr-"])
def test_what_is_said_of_a_recorder_that_is_not_named_is_refused(word, value, prefix):
    """An empty variable in front of it must not lead to another recorder."""
    option = prefix + {"other_users": "other-user"}.get(word, word.replace("_", "-"))
    with pytest.raises(
        OptionError, match=f"none is given, .* {option}: give it; or leave {option} out"
    ) as problem:
        read_target_options(url=None, prefix=prefix, **{word: value})
    assert problem.value.option == "url"


def test_words_become_options():
    options = read_target_options(
        url=URL, allow="ptz, load", password="secret", model=3, pace=None, other_users=()
    )
    assert (options.allow, options.model, options.password) == ({"ptz", "load"}, 3, "secret")
    assert (options.user, options.pace) == ("ADMIN", None)
    options = read_target_options(url=None, variants=["byte-order=little"])
    assert options.setup == {"variants": msgspec.to_builtins(chosen_variants({"byte-order": "little"}))}
