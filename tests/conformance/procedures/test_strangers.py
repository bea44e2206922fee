"""What strangers must not do to a healthy recorder: they do nothing, and nothing is held against it."""

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions


def test_what_time_changes_in_the_state_is_nobodys_doing():
    names = ("test_no_command_without_a_uid", "test_commands_without_a_valid_uid")
    result = judge(TargetOptions(model=2), RunOptions(only=names))
    assert {
        row.id: row.reason for row in result.requirements if row.verdict in ("fail", "warn", "error")
    } == {}
    assert {"SEC-03", "SES-13"} <= {row.id for row in result.requirements if row.verdict == "pass"}
