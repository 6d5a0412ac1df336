"""`python -m bot backup FILE` and `restore FILE`, and what a start does about what they leave."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.config import Config
from bot.operations.backups import making, restoring
from bot.operations.backups.places import place_of
from bot.operations.seeing.looking import version


def backup(config: Config, file: Path, say: Callable[[str], None]) -> int:
    """Blocks. Raises BotError."""
    made = making.make(config.home, place_of(config), file.absolute(), version=version())
    say(
        f"The backup is in {file.absolute()}: {_size(made.size)}, {made.pictures} pictures."
        " It was read again, and is whole."
    )
    if made.missing:
        say(f"{len(made.missing)} pictures that the database names were not in {config.home} any more.")
    return 0


def restore(config: Config, file: Path, *, force: bool, say: Callable[[str], None]) -> int:
    """Blocks. Raises BotError."""
    done = restoring.restore(config, place_of(config), file.absolute(), force=force)
    manifest = done.manifest
    if manifest.version:
        say(
            f"The backup of {manifest.made} is in its place: {manifest.pictures} pictures,"
            f" made by version {manifest.version}."
        )
    else:
        say(f"The database of {manifest.made} is in its place, with those of its pictures that are still here.")
    if done.forgotten:
        say(f"Members who were in it and have asked to be forgotten are forgotten again: {done.forgotten}.")
    if done.other_key:
        say(
            "It was made with another forgetting.key than the one that is here, which stays: blocks of members who"
            " were forgotten before the backup do not hold any more."
        )
    if done.aside:
        say("What was there before: " + ", ".join(map(str, done.aside)))
        say("Delete it when you are content; a start of the bot does after 30 days.")
    return 0


def tidy(config: Config) -> None:
    """What a start does: raises ConfigError after half a restore, and removes what is old or left over. Blocks."""
    restoring.refuse_half_done(config.home)
    making.sweep(config.home)
    restoring.sweep(config.home, place_of(config))


def _size(amount: int) -> str:
    return f"{amount / (1 << 30):.1f} GiB" if amount >= 1 << 30 else f"{amount / (1 << 20):.1f} MiB"
