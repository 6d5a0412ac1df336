"""How made pictures are attached to an answer: how their files are called, and what is said to who cannot see them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.jobs.model import Job, JobPicture, Result
from bot.kinds import Kind
from bot.languages import mark, tr
from dreamcore.errors import clip

MOST_ALT = 1024

_EXTENSIONS = {"PNG": "png", "WEBP": "webp", "JPEG": "jpg", "GIF": "gif", "MP4": "mp4"}
#: What is said to who cannot see it.
_ALT = {
    Kind.DREAM: mark("Dreamt with {recipe}"),
    Kind.FILM: mark("A film, dreamt with {recipe}"),
    Kind.IMAGINE: mark("Imagined out of noise with {recipe}"),
    Kind.EXPLAIN: mark("A sheet: the picture as each level of the network {network} dreams it, from edges to objects"),
    Kind.GRID: mark("A sheet of dreams of one picture, with {recipe}"),
    Kind.ATLAS: mark("A page of small pictures: what the network {network} sees, {recipe}"),
}
#: What a file is called after the picture that it was made of.
_ENDINGS = {
    Kind.FILM: "film",
    Kind.IMAGINE: "imagined",
    Kind.EXPLAIN: "explained",
    Kind.GRID: "grid",
    Kind.ATLAS: "atlas",
}


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
        name = _unique(
            f"{_stem(picture.filename)}-{_ENDINGS.get(job.kind, 'dream')}",
            f".{extension(picture.result.format)}",
            names,
        )
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
    if job.manner.secret:
        made = tr("Dreamt for a challenge")
    else:
        made = tr(_ALT[job.kind], recipe=result.recipe, network=result.network)
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
    while (shorter := re.sub(r"-(dream|film|imagined|explained|grid|atlas)$", "", stem)) != stem:
        stem = shorter  # a dream of a dream
    return stem[:60] or "picture"


def _unique(stem: str, extension: str, taken: set[str]) -> str:
    name, number = f"{stem}{extension}", 2
    while name in taken:
        name, number = f"{stem}-{number}{extension}", number + 1
    taken.add(name)
    return name
