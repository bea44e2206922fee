"""Regular expressions on what came over the wire, all of them: linear in the worst texts, ASCII in digits."""

import ast
import importlib
import itertools
import pkgutil
import re
import time
from pathlib import Path

import pytest

import nvr_conformance
import nvr_protocol

try:  # the parser of re has moved since 3.10, and is nobody's promise: it only makes texts here
    from re import _constants as constants
    from re import _parser as parser
except ImportError:  # pragma: no cover
    pytest.skip("this Python keeps its parser of regular expressions elsewhere", allow_module_level=True)

SIZE = 64 * 1024
SMALL = 2 * 1024  # where what is quadratic is to be seen without waiting for it
LIMIT = 1.0  # seconds of the processor: what is linear takes a few milliseconds, what is quadratic many
OWN_TEXTS_ALONE = ("nvr_conformance.selftest", "nvr_conformance.cli", "nvr_protocol.__main__")
"""Whose texts are never a device's."""


def modules():
    for package in (nvr_conformance, nvr_protocol):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            name = found.name
            if not name.startswith(OWN_TEXTS_ALONE) and ".test_" not in name:
                yield importlib.import_module(name)
    yield importlib.import_module("nvr_protocol")


def scenarios():
    """Scenarios are tests of pytest, and modules all the same."""
    folder = Path(nvr_conformance.__file__).parent / "scenarios"
    for path in sorted(folder.rglob("test_*.py")):
        name = ".".join(path.relative_to(folder.parent).with_suffix("").parts)
        yield importlib.import_module(f"nvr_conformance.{name}")


def held(value):
    """The patterns in a value of a module."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from (each for each in value.values() if isinstance(each, re.Pattern))
    elif isinstance(value, (tuple, list)):
        yield from (each for each in value if isinstance(each, re.Pattern))


PATTERNS = {
    (module.__name__, name, pattern.pattern): pattern
    for module in itertools.chain(modules(), scenarios())
    for name, value in vars(module).items()
    for pattern in held(value)
}


def example(items, often=1):
    """A text that matches this piece of a pattern, as numbers of characters."""
    made = []
    for code, argument in items:
        match code:
            case constants.LITERAL:
                made.append(argument)
            case constants.NOT_LITERAL:
                made.append(ord("a") if argument != ord("a") else ord("b"))
            case constants.ANY:
                made.append(ord("a"))
            case constants.IN:
                made.append(member(argument))
            case constants.MAX_REPEAT | constants.MIN_REPEAT | constants.POSSESSIVE_REPEAT:
                least, most, inner = argument
                made += example(inner) * min(max(least, often), most)
            case constants.SUBPATTERN:
                made += example(argument[3])
            case constants.BRANCH:
                made += example(argument[1][0])
            case constants.ATOMIC_GROUP:
                made += example(argument)
            case _:
                pass  # marks of places, and what is only looked at
    return made


def member(choices):
    """A character of a class."""
    away = choices[0][0] is constants.NEGATE
    if away:
        excluded = {argument for code, argument in choices if code is constants.LITERAL}
        return next(number for number in map(ord, "ab1 :=") if number not in excluded)
    code, argument = choices[0]
    if code is constants.RANGE:
        return argument[0]
    if code is constants.CATEGORY:
        return ord(" ") if argument is constants.CATEGORY_SPACE else ord("1")
    return argument


def repeats(items, ahead=()):
    """Of each repetition in a pattern what stands ahead of it, and what is repeated."""
    ahead = list(ahead)
    for item in items:
        code, argument = item
        if code in (constants.MAX_REPEAT, constants.MIN_REPEAT):
            yield ahead, example(argument[2])
            yield from repeats(argument[2], ahead)
        elif code is constants.SUBPATTERN:
            yield from repeats(argument[3], ahead)
        elif code is constants.BRANCH:
            for branch in argument[1]:
                yield from repeats(branch, ahead)
        elif code in (constants.ASSERT, constants.ASSERT_NOT):
            yield from repeats(argument[1], ahead)
        ahead += example([item])


def worst(pattern, size=SIZE):
    """64 KB texts that a pattern almost matches: each of its repetitions without an end, once and again and
    again, with what stands ahead of it and without."""
    parsed = parser.parse(pattern.pattern, pattern.flags)
    pieces = {(tuple(ahead), tuple(body)) for ahead, body in repeats(list(parsed))}
    whole = tuple(example(list(parsed)))
    texts = {whole, *(ahead for ahead, _ in pieces), *(body for _, body in pieces)}
    texts |= {ahead + body for ahead, body in pieces}
    made = [numbers * (size // len(numbers)) for numbers in texts if numbers]
    made += [ahead + body * ((size - len(ahead)) // len(body)) for ahead, body in pieces if body]
    made += [tuple(map(ord, '"\\ \n,=')) * (size // 6), (ord(" "),) * size, (ord('"'),) * size]
    made += [(*numbers, 0) for numbers in list(made)]
    for numbers in dict.fromkeys(made):
        text = "".join(map(chr, numbers))
        yield text.encode("latin-1") if isinstance(pattern.pattern, bytes) else text


@pytest.mark.parametrize(
    "pattern", [pytest.param(found, id=f"{key[0]}.{key[1]}") for key, found in PATTERNS.items()]
)
def test_a_pattern_is_linear_in_its_worst_texts(pattern):
    """What is quadratic takes seconds with 64 KB, and minutes with what a device may send."""
    took, text = slowest(pattern, SIZE)
    assert took < LIMIT, f"{took:.1f} s with {text[:60]!r}… {text[-20:]!r}"


def slowest(pattern, size):
    """The seconds that the worst of the texts took, and that text."""
    most = (0.0, "")
    for text in worst(pattern, size):
        begun = time.process_time()
        for _ in pattern.finditer(text):
            pass
        pattern.fullmatch(text)
        most = max(most, (time.process_time() - begun, text), key=lambda each: each[0])
        if most[0] > LIMIT:
            break
    return most


@pytest.mark.parametrize("text", [r"a+b", r"\s*;", r"a[^b]*b"])
def test_what_is_quadratic_is_seen(text):
    """Four times the text take sixteen times as long."""
    pattern = re.compile(text)
    assert slowest(pattern, 4 * SMALL)[0] > 8 * slowest(pattern, SMALL)[0] > 0


def sources():
    for package in (nvr_conformance, nvr_protocol):
        root = Path(package.__file__).parent
        for path in sorted(root.rglob("*.py")):
            name = ".".join([package.__name__, *path.relative_to(root).with_suffix("").parts])
            if not name.startswith(OWN_TEXTS_ALONE):
                yield pytest.param(path, id=name)


CALLS = {"search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split"}


@pytest.mark.parametrize("path", list(sources()))
def test_digits_are_ascii_and_patterns_have_names(path):
    """No text of a device is taken for a number by the digits of all scripts, and no pattern escapes the test
    above by standing within a function."""
    wrong = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name, line = node.func.attr, ast.unparse(node)
        of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
        if of_re and name in CALLS:
            wrong.append(f"{node.lineno}: {line}: compile it once, by name")
        if of_re and name == "compile" and "\\d" in line.replace("\\\\", "\\") and "re.ASCII" not in line:
            is_bytes = isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, bytes)
            if not is_bytes:
                wrong.append(f"{node.lineno}: {line}: [0-9]")
        if name in ("isdigit", "isdecimal", "isnumeric") and not of_re:
            beside = path.read_text("utf-8").splitlines()[node.lineno - 1]
            if "isascii" not in beside:
                wrong.append(f"{node.lineno}: {line}: isascii, too")
    assert wrong == []
