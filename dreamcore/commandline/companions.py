"""`--guide FILE` and `--mask FILE`: second pictures, for the commands that dream one."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from dreamcore.errors import PictureError
from dreamcore.files import read
from dreamcore.picture import Picture, decode


@dataclass(frozen=True, kw_only=True)
class Given:
    """The second pictures that came with a command."""

    guide: Picture | None = None
    mask: Picture | None = None


def add_companions(parser: argparse.ArgumentParser) -> None:
    """The options themselves."""
    parser.add_argument(
        "--guide", metavar="FILE", help="a second picture: what it shows is what grows (objective=guide)"
    )
    parser.add_argument(
        "--mask",
        metavar="FILE",
        help="a second picture: dream where it is opaque, or bright if it has no transparency (region=mask)",
    )


def companions_of(options: argparse.Namespace) -> Given:
    """The pictures named. Raises PictureError: which file, and what is wrong with it."""
    return Given(guide=_read("guide", options.guide), mask=_read("mask", options.mask))


def _read(option: str, name: str | None) -> Picture | None:
    if name is None:
        return None
    try:
        return decode(read(name))
    except PictureError as error:
        raise PictureError(f"--{option} {name}: {error.sentence}", log=error.log) from None
