"""SARIF, JUnit and HAR files hold against schemas that others wrote, and say what was found."""

import json
from pathlib import Path

import pytest

from nvr_emulator.findings.files.junit import junit
from nvr_emulator.findings.files.report import report
from nvr_emulator.findings.files.sarif import sarif
from nvr_emulator.findings.registry import CHAPTERS, RULES, as_bad_as
from nvr_emulator.findings.rule import Finding, Severity
from nvr_emulator.journal.har import har

SCHEMAS = Path(__file__).parent / "schemas"


def finding(rule, **more):
    known = RULES[rule]
    return Finding(
        rule=rule,
        section=known.section,
        severity=known.severity,
        at=1714020000.25,
        entries=(3, 7),
        text="broken \x00 <&> \ud800 so",
        instead=known.instead,
        **more,
    )


@pytest.fixture
def found(client, embedded):
    """Findings of a real client, and some that it did not make."""
    uid = client.login()
    client.ask(f"status.cgi?UID={uid}&X=<&>")
    client.ask("snapshot.cgi")
    return [
        *embedded.finish(),
        finding("pace", uid=2**63 - 1, count=4),
        finding("nobody-listens", peer="::1"),
    ]


def test_sarif(found):
    jsonschema = pytest.importorskip("jsonschema")
    log = json.loads(json.dumps(sarif(found)))
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text("utf-8"))
    jsonschema.Draft4Validator(schema).validate(log)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == list(RULES)
    for one, result in zip(found, run["results"], strict=True):
        assert result["ruleId"] == one.rule == rules[result["ruleIndex"]]
        assert (result["level"], result["occurrenceCount"]) == (one.severity, one.count)
        assert result["message"]["text"].startswith(one.text)
    assert run["results"][-2]["properties"]["uid"] == "9223372036854775807"
    assert run["results"][0]["webRequest"]["target"].startswith("/cgi-bin/status.cgi?UID=")


def test_an_empty_sarif():
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text("utf-8"))
    jsonschema.Draft4Validator(schema).validate(sarif([]))


@pytest.mark.parametrize(("level", "failed"), [("error", 3), ("warning", 5), ("note", 6)])
def test_junit(found, level, failed):
    etree = pytest.importorskip("lxml.etree")
    suites = etree.fromstring(junit(found, Severity(level)))
    etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd")).assertValid(suites)
    assert [suite.get("name") for suite in suites] == list(CHAPTERS)
    assert sum(int(suite.get("tests")) for suite in suites) == len(RULES)
    assert sum(int(suite.get("failures")) for suite in suites) == failed
    assert {case.get("name") for case in suites.iterfind(".//testcase[failure]")} == {
        one.rule for one in as_bad_as(found, level)
    }
    assert "nobody-listens" in suites.find(".//testcase[@name='nobody-listens']/failure").text


def test_har(client, embedded):
    jsonschema = pytest.importorskip("jsonschema")
    referencing = pytest.importorskip("referencing")
    uid = client.login()
    with client.watching(uid, 1):
        client.ask("//odd/path?x=%zz", Host="recorder.example:8080")
    archive = json.loads(json.dumps(har(embedded.journal.exchanges())))
    schemas = {path.name: json.loads(path.read_text("utf-8")) for path in (SCHEMAS / "har").glob("*.json")}
    draft = referencing.jsonschema.DRAFT6
    registry = referencing.Registry().with_resources(
        (schema["$id"].rstrip("#"), draft.create_resource(schema)) for schema in schemas.values()
    )
    jsonschema.Draft6Validator(schemas["har.json"], registry=registry).validate(archive)
    entries = archive["log"]["entries"]
    assert [entry["response"]["status"] for entry in entries] == [401, 200, 200, 404, 200]
    assert entries[0]["request"]["url"] == f"{embedded.url}/cgi-bin/dlogin.cgi?UID=-1"
    assert entries[0]["request"]["queryString"] == [{"name": "UID", "value": "-1"}]
    assert entries[2]["response"]["content"]["size"] == -1
    assert entries[3]["request"]["url"] == "http://recorder.example:8080//odd/path?x=%zz"
    assert [entry["_number"] for entry in entries] == [entry.number for entry in embedded.journal.exchanges()]


def test_the_har_is_read_by_others(client, embedded):
    haralyzer = pytest.importorskip("haralyzer")
    client.login()
    (page,) = haralyzer.HarParser(har(embedded.journal.exchanges())).pages
    assert [entry.status for entry in page.entries] == [401, 200]


def test_findings_are_chosen_by_level_and_rule():
    all_of_them = [finding("pace"), finding("no-logout"), finding("uid-truncated")]
    assert as_bad_as(all_of_them) == all_of_them[1:]
    assert as_bad_as(all_of_them, "note") == all_of_them
    assert as_bad_as(all_of_them, "error", ignore=["uid-truncated"]) == []
    with pytest.raises(ValueError, match="'no-logon' is no rule; see nvr-emulator rules"):
        as_bad_as(all_of_them, ignore=["no-logon"])
    with pytest.raises(ValueError, match="'fatal' is not a valid Severity"):
        as_bad_as(all_of_them, "fatal")


def test_the_report_of_a_failed_test(client, embedded):
    client.ask("snapshot.cgi")
    text = report("WJ-NU101", embedded.journal, embedded.findings).splitlines()
    assert text[:2] == ["WJ-NU101", "the last 1 of 1 exchanges:"]
    assert text[2].endswith("GET snapshot.cgi -> 404 (/cgi-bin/snapshot.cgi: no such command)")
    assert text[3] == "findings: 1"
    assert text[4].startswith("  error unknown-command (§1.4) at #")
    assert report("x", embedded.journal, [])[-4:] == "none"
