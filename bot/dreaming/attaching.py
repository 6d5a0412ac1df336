"""How made pictures are attached to an answer: how their files are called, and what is said to who cannot see them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.jobs.model import Job, JobPicture, Result
from bot.languages import tr
from dreamcore.errors import clip

MOST_ALT = 1024

_EXTENSIONS = {"PNG": "png", "WEBP": "webp", "JPEG": "jpg"}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How a made picture is attached to the answer."""

    ordinal: int
    filename: str
    spoiler: bool
    alt: str


def shown_pictures(job: Job) -> tuple[Shown, ...]:
    """The made pictures, as they are attached: named after their sources, spoilers still spoilers, with alt text."""
    names: set[str] = set()
    shown = []
    for picture in job.pictures:
        if picture.result is None:
            continue
        spoiler = is_spoiler(job, picture)
        name = _unique(_stem(picture.filename), f".{extension(picture.result.format)}", names)
        shown.append(
            Shown(
                ordinal=picture.ordinal,
                filename=f"SPOILER_{name}" if spoiler else name,
                spoiler=spoiler,
                alt=_alt(job, picture, picture.result),
            )
        )
    return tuple(shown)


def is_spoiler(job: Job, picture: JobPicture) -> bool:
    """Whether its dream is hidden until somebody clicks it."""
    return job.manner.spoilers or picture.spoiler or picture.filename.startswith("SPOILER_")


def extension(format: str) -> str:
    """Of the name of a file that the engine has written."""
    return _EXTENSIONS.get(format, "png")


def _alt(job: Job, picture: JobPicture, result: Result) -> str:
    own = " ".join((picture.alt or "").split())
    made = tr("Dreamt for a challenge") if job.manner.secret else tr("Dreamt with {recipe}", recipe=result.recipe)
    if not own:
        return clip(made, MOST_ALT)
    own = clip(own, MOST_ALT - min(len(made) + 2, 300))
    return clip(f"{own}{'' if own[-1] in '.!?…' else '.'} {made}", MOST_ALT)


def _stem(filename: str) -> str:
    """What is left of a stranger's file name: letters, digits, and marks that no client and no header trips over."""
    name = filename
    while name.startswith("SPOILER_"):
        name = name.removeprefix("SPOILER_")
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", name.rpartition(".")[0] or name).strip("_")
    while stem.endswith("-dream"):
        stem = stem.removesuffix("-dream")  # a dream of a dream
    return stem[:60] or "picture"


def _unique(stem: str, extension: str, taken: set[str]) -> str:
    name, number = f"{stem}-dream{extension}", 2
    while name in taken:
        name, number = f"{stem}-dream-{number}{extension}", number + 1
    taken.add(name)
    return name
