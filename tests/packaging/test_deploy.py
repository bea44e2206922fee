"""What deploy/ shows is understood: by the schemas of those whose files they are, and by the command line."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context

from nvr_conformance.cli.main import main as judge
from nvr_emulator.cli.main import main

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = sorted(
    path for path in DEPLOY.joinpath("kubernetes").glob("*.yaml") if path.stem != "kustomization"
)
DOCKERFILE = DEPLOY.joinpath("Dockerfile").read_text("utf-8")


def variables_of(command):
    return {
        f"NVR_EMULATOR_{option.name.upper()}": option
        for option in main.commands[command].params
        if option.param_type_name == "option"
    }


def checked(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def beside_python(program):
    """A program that stands beside the Python at hand, or on the path."""
    beside = Path(sys.executable).with_name(program)
    found = str(beside) if beside.exists() else shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is missing; pip install brings it (the extra dev)")
    return found


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.compose-spec", "deploy/compose.yaml"),
        ("vendor.github-workflows", "deploy/ci/github.yml"),
        ("vendor.gitlab-ci", "deploy/ci/gitlab.yml"),
    ],
)
def test_the_schema_of_those_who_read_it(schema, path):
    checked(beside_python("check-jsonschema"), "--builtin-schema", schema, path)


def test_the_manifests_are_as_kubernetes_has_them():
    checked(beside_python("kubernetes-validate"), "--strict", *map(str, KUBERNETES))


def test_kustomize_puts_them_together():
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is missing")
    checked("kubectl", "kustomize", str(DEPLOY / "kubernetes"))


def test_the_dockerfile_is_as_its_linter_has_it():
    checked(beside_python("hadolint"), "deploy/Dockerfile")


def test_all_that_the_image_is_built_of_is_there():
    kept = re.findall(r"^!(.+)$", DEPLOY.joinpath("Dockerfile.dockerignore").read_text("utf-8"), re.MULTILINE)
    for name in kept:
        assert ROOT.joinpath(name).exists(), name
    project = ROOT.joinpath("pyproject.toml").read_text("utf-8")
    for package in re.findall(r'^    "(\w+)/nvr_\w+",$', project, re.MULTILINE):
        assert package in kept


def test_each_variable_is_that_of_a_flag():
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    named = {found for path in files for found in re.findall(r"NVR_EMULATOR_\w+", path.read_text("utf-8"))}
    assert named - set(variables_of("serve")) == set()
    assert len(named) > 5


def commands():
    """Each command line in deploy/, as a list of words."""
    for path in sorted(DEPLOY.rglob("*")):
        if path.is_file():
            for found in re.findall(r'(?:command:|CMD|args:|ENTRYPOINT) (\[".*\])', path.read_text("utf-8")):
                words = json.loads(found)
                if words != ["nvr-emulator"]:
                    yield pytest.param(words, id=f"{path.relative_to(DEPLOY)}: {' '.join(words)}")


@pytest.mark.parametrize("words", list(commands()))
def test_each_command_line_is_understood(words):
    name, *rest = words[1:] if words[0] == "nvr-emulator" else words
    if name != "selftest":
        main.commands[name].make_context(name, rest, Context(main, **main.context_settings))


def test_the_image_asks_itself_whether_it_is_healthy():
    port = variables_of("serve")["NVR_EMULATOR_CONTROL_PORT"].name
    assert port == "control_port"
    control = re.search(r"NVR_EMULATOR_CONTROL_PORT=(\d+)", DOCKERFILE)[1]
    assert f'"http://127.0.0.1:{control}/healthz"' in DOCKERFILE
    exposed = set(re.search(r"^EXPOSE (.+)$", DOCKERFILE, re.MULTILINE)[1].split())
    assert exposed == set(re.findall(r"_PORT=(\d+)", DOCKERFILE))


def test_the_pods_of_the_selftest_make_every_shard_once():
    text = DEPLOY.joinpath("kubernetes/selftest-job.yaml").read_text("utf-8")
    completions = int(re.search(r"^  completions: (\d+)$", text, re.MULTILINE)[1])
    words = re.search(r"exec nvr-conformance (selftest .+?)\n *resources:", text, re.DOTALL)[1].split()
    line = " ".join(words)
    shards = []
    for index in range(completions):
        asked = line.replace("$((JOB_COMPLETION_INDEX + 1))", str(index + 1)).split()
        shards.append(judge.commands["selftest"].make_context("selftest", asked[1:]).params["shard"])
    assert [str(shard) for shard in shards] == [
        f"{number}/{completions}" for number in range(1, completions + 1)
    ]
    assert "completionMode: Indexed" in text
