"""What importing the package costs, and what it offers."""

from __future__ import annotations

import subprocess
import sys

import dreamcore


def imported_by(statement: str) -> set[str]:
    """The modules that a fresh interpreter has after `statement`."""
    code = f"{statement}\nimport sys\nprint(chr(10).join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_reading_and_resolving_recipes_needs_no_torch() -> None:
    modules = imported_by(
        "from dreamcore import Recipe\nimport dreamcore.catalogue, dreamcore.resolve, dreamcore.errors"
    )
    assert "dreamcore.resolve" in modules
    assert "torch" not in modules


def test_pictures_are_read_and_written_without_torch() -> None:
    assert "torch" not in imported_by("from dreamcore import decode, encode")


def test_all_that_is_offered_is_there() -> None:
    for name in dreamcore.__all__:
        assert getattr(dreamcore, name) is not None
    assert not hasattr(dreamcore, "nonsense")
