"""The image: what it is made of is here, what it starts is ours, and nothing in it is more than it needs.

No container engine is needed: its steps are read, and in `make soak` carried out in a clean environment.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.bot.unset import unset_environment
from tests.deploy.commands import taken
from tests.deploy.reading import ROOT, checked, steps


def test_hadolint_finds_nothing() -> None:
    checked("hadolint", "Dockerfile")


def test_everything_that_is_copied_is_in_the_project_and_let_through_to_the_builder() -> None:
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [step for step in steps() if step.word == "COPY" and not step.text.startswith("--from")]
    sources = {source for step in copied for source in step.text.split()[:-1]}
    assert sources, "or this test is about nothing"
    for source in sources:
        assert (ROOT / source).exists(), source
    assert sources == let_through


def test_nothing_else_is_sent_to_the_builder_the_token_least_of_all() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith(("#", "!"))]
    assert lines[0] == "*"


def test_bases_are_pinned_by_tag_and_the_version_of_python_is_one() -> None:
    bases = {step.text.split()[0] for step in steps() if step.word == "FROM" and "/" not in step.text}
    real = {base for base in bases if ":" in base}
    assert real == {"python:3.12-slim-bookworm"}
    assert not any("latest" in base for base in bases)


@pytest.mark.parametrize("variant", ["cpu", "cuda"])
def test_there_are_both_variants_and_one_file(variant: str) -> None:
    assert variant in {step.stage for step in steps()}
    assert [step.text for step in steps() if step.word == "FROM"][-1] == "${VARIANT}"


def test_it_does_not_run_as_root() -> None:
    users = [step.text for step in steps() if step.word == "USER"]
    assert users == ["10001:10001"], "by number: Kubernetes does not look names up"


def test_what_it_starts_is_a_command_of_ours_with_no_import_from_where_it_works(tmp_path: Path) -> None:
    (entry,) = [json.loads(step.text) for step in steps() if step.word == "ENTRYPOINT"]
    (command,) = [json.loads(step.text) for step in steps() if step.word == "CMD"]
    assert entry == ["/usr/bin/tini", "--", "python", "-P", "-m", "bot"]
    assert taken(command, tmp_path) == "run"


def test_the_health_check_asks_where_the_programs_answer() -> None:
    (text,) = [step.text for step in steps() if step.word == "HEALTHCHECK"]
    command = json.loads(text[text.index("[") :])
    ast.parse(command[-1])
    pairs = [pair.split("=", 1) for step in steps() if step.word == "ENV" for pair in shlex.split(step.text)]
    environment = dict(pairs)
    assert f"http://{environment['DREAM_METRICS']}/healthz" in command[-1]


@pytest.mark.soak
@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a read-only file system, which takes root")
def test_the_images_own_steps_in_a_clean_environment(tmp_path_factory: pytest.TempPathFactory) -> None:
    """As a builder does them: the venv and its packages; then the program as the image starts it.

    A file system that is all read-only but /data and /tmp, and a user without any rights.
    """
    python = shutil.which("python3.12")
    if python is None:
        pytest.skip("Python 3.12 is not installed")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        root = Path(name)
        root.chmod(0o755)
        _build(root, python)
        _run(root)


def _build(root: Path, python: str) -> None:
    """The stage `build`, with its folders below `root`."""
    work, venv = root / "build", root / "opt-dreambot"
    work.mkdir()
    variables = {
        **unset_environment(),
        "VARIANT": "cuda",
        "TORCH_INDEX": "",
        "PATH": f"{venv}/bin:{os.environ['PATH']}",
    }
    variables.pop("PYTHONPATH", None)
    for step in steps():
        if step.stage != "build":
            continue
        if step.word == "RUN":
            text = step.text.replace("/opt/dreambot", str(venv))
            text = re.sub(r"^python -m venv", f"{python} -m venv", text)
            subprocess.run(["/bin/sh", "-ec", text], cwd=work, env=variables, check=True)
        elif step.word == "ENV" and "PATH" not in step.text:
            variables |= dict(pair.split("=", 1) for pair in shlex.split(step.text))
        elif step.word == "COPY":
            *sources, target = step.text.split()
            for source in sources:
                to = work / target / Path(source).name if target.endswith("/") else work / target
                to.parent.mkdir(parents=True, exist_ok=True)
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, to, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(ROOT / source, to)


def _opened(base: Path) -> str:
    """What makes an interpreter in somebody's home readable for all, where only that one sees it."""
    closed = [folder for folder in reversed(base.parents) if not folder.stat().st_mode & 0o001]
    if not closed:
        return ""
    return f"""
        mount --bind {base} /mnt
        mount -t tmpfs -o mode=755 tmpfs {closed[0]}
        mkdir -p {base}
        mount --move /mnt {base}
    """


def _run(root: Path) -> None:
    data = root / "data"
    data.mkdir()
    os.chown(data, 10001, 10001)
    (health,) = [step.text for step in steps() if step.word == "HEALTHCHECK"]
    probe = json.loads(health[health.index("[") :])
    base = (root / "opt-dreambot" / "bin" / "python").resolve().parents[1]
    inside = f"""
        mount --make-rprivate /
        {_opened(base)}
        mount -t tmpfs -o mode=1777 tmpfs /tmp
        mount --bind {data} {data}
        mount -o remount,ro,bind /
        mount -o remount,ro,bind /var/tmp 2>/dev/null || true
        ip link set lo up
        cd {data}
        exec setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
            env -i PATH={root}/opt-dreambot/bin:/usr/bin:/bin HOME={data} DREAM_HOME={data} PYTHONDONTWRITEBYTECODE=1 \
            python -P -m bot "$@"
    """
    start = ["unshare", "--mount", "--net", "/bin/sh", "-ec", inside, "sh"]
    helped = subprocess.run([*start, "--help"], capture_output=True, text=True)
    assert helped.returncode == 0, helped.stderr
    with subprocess.Popen([*start, "scheduler", "--health", "9464"], stderr=subprocess.PIPE, text=True) as program:
        try:
            assert program.stderr is not None
            assert "the scheduler listens at" in program.stderr.readline()
            enter = ["nsenter", "--net", "--target", str(program.pid)]
            checked_ = subprocess.run([*enter, sys.executable, *probe[1:]], capture_output=True, text=True)
            assert checked_.returncode == 0, checked_.stderr
        finally:
            program.terminate()
    assert program.returncode == 0
