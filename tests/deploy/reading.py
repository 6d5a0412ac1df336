"""The files in deploy/, read as what they are for; and the validators that a machine may have."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"

#: What yamllint is asked for.
YAML_RULES = "{extends: default, rules: {line-length: {max: 120}, document-start: disable}}"


@dataclass(frozen=True)
class Step:
    """One instruction of an image file."""

    word: str  # RUN, COPY
    text: str
    stage: str


def steps() -> list[Step]:
    """Of deploy/Dockerfile, with lines joined and comments gone."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)
    found, stage = [], ""
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            stage = rest.partition(" AS ")[2]
        if word:
            found.append(Step(word=word, text=rest, stage=stage))
    return found


def documents(path: Path) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one]


def checked(*command: str, cwd: Path = DEPLOY) -> str:
    """What a validator says, which is to be content. Skips where it is not installed."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
