"""Whether a command line of ours, as it stands in a unit or a manifest, is one that `python -m bot` takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.__main__ import _parser

#: Folders that are there where these files are used.
_THERE = ("/certificates", "${CREDENTIALS_DIRECTORY}")


def taken(arguments: Sequence[str], folder: Path) -> str:
    """Fails with what the parser says; the name of the command."""
    given = [_here(argument, folder) for argument in arguments]
    try:
        options = _parser().parse_args(given)
    except SystemExit:
        pytest.fail(f"python -m bot {' '.join(arguments)}: is not taken")
    assert callable(options.command)
    return given[0]


def _here(argument: str, folder: Path) -> str:
    option, separator, value = argument.rpartition("=")
    return f"{option}{separator}{folder}" if value.startswith(_THERE) else argument
