"""docs/threat-model.md names a test for each line, and every one of them is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "threat-model.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def lines() -> list[str]:
    """Of all tables, but their heads."""
    found = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [line for line in found if not line.endswith("| tests |")]


@cache
def functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))


def test_there_are_lines() -> None:
    assert len(lines()) > 30


@pytest.mark.parametrize("line", lines(), ids=lambda line: line[2:50])
def test_each_line_is_shown_by_tests_that_are_there(line: str) -> None:
    named = NAMED.findall(line)
    assert named, "no test is named"
    assert line.count("`tests/") == len(named), "a name that cannot be read"
    for path, name in named:
        assert (ROOT / path).is_file(), path
        assert name in functions(path), (path, name)
