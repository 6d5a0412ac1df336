"""Which packages an image is made of: all of them are named with one version, which is one that we say we work with."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
EXTRAS = ("film", "heif", "postgres")


def pinned() -> dict[str, Version]:
    lines = (ROOT / "deploy" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): Version(version) for name, version in pairs}


def ours() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = [one for name in EXTRAS for one in project["optional-dependencies"][name]]
    return [Requirement(one) for one in (*project["dependencies"], *extra)]


def test_every_dependency_has_one_version_that_pyproject_allows() -> None:
    for wanted in ours():
        name = canonicalize_name(wanted.name)
        assert name in pinned(), name
        assert wanted.specifier.contains(pinned()[name]), (name, pinned()[name])


def test_so_has_everything_that_they_depend_on() -> None:
    """As far as the same version is installed where the tests run."""
    seen: set[str] = set()
    open_ = [(canonicalize_name(one.name), frozenset(one.extras)) for one in ours()]
    while open_:
        name, extras = open_.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            wanted = [Requirement(one) for one in metadata.requires(name) or []]
        except metadata.PackageNotFoundError:
            continue
        if Version(metadata.version(name)) != pinned().get(name):
            continue
        for one in wanted:
            marked = [
                {"extra": extra, "python_version": "3.12", "python_full_version": "3.12.0"} for extra in (*extras, "")
            ]
            if one.marker is None or any(one.marker.evaluate(environment) for environment in marked):
                open_.append((canonicalize_name(one.name), frozenset(one.extras)))
    linux_only = {name for name in seen if name.startswith(("nvidia-", "cuda-", "triton"))}
    assert {name for name in seen - linux_only if name not in pinned()} == set()


def test_nothing_is_pinned_by_an_address() -> None:
    for line in (ROOT / "deploy" / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert line.startswith("#") or re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9a-zA-Z.+!]*", line), line
