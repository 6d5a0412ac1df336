"""What the bot's messages about a job say: pure functions of the job and of the time. No Discord here.

Plain text and attachments, no embeds: that shows the dream as large as a client can.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.dreaming.words import duration, moment
from bot.jobs.model import NOBODY, Job, JobPicture, JobState, PictureState, Result, Standing
from dreamcore.errors import RecipeError, clip
from dreamcore.text import join, pairs

MOST_TEXT = 1900  #: characters of a message; Discord takes 2,000
MOST_ALT = 1024
MOST_RECIPES = 1200  #: characters for all recipes of an answer
LONG_WAIT = 60.0  #: seconds, after which the answer comes as a new message with a mention: an edit notifies nobody
BAR = 12

_AGAIN = "The button Again makes another one."
_EXTENSIONS = {"PNG": "png", "WEBP": "webp", "JPEG": "jpg"}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How a made picture is attached to the answer."""

    ordinal: int
    filename: str
    spoiler: bool
    alt: str


def waiting_text(job: Job, standing: Standing | None, *, now: float) -> str:
    """While nobody works on it. The expected time counts down by itself."""
    if standing is None or standing.ahead <= 0:
        place = "Your dream is next." if len(job.pictures) == 1 else f"Your {len(job.pictures)} dreams are next."
    else:
        before = "one dream comes" if standing.ahead == 1 else f"{standing.ahead} dreams come"
        place = f"Your dream is in the queue: {before} before it."
    return _lines(f"🌙 {place}{_expected(standing, now)}", *map(_small, job.manner.notes))


def running_text(job: Job, *, share: float, standing: Standing | None, now: float) -> str:
    """While it is dreamt. `share`: of the whole job."""
    share = min(1.0, max(0.0, share))
    full = round(share * BAR)
    made = sum(picture.state is PictureState.MADE for picture in job.pictures)
    count = f" · {made} of {len(job.pictures)} pictures are done" if len(job.pictures) > 1 else ""
    bar = "▰" * full + "▱" * (BAR - full)
    return _lines(
        f"🌙 Dreaming …{_expected(standing, now)}", f"{bar} {share:.0%}{count}", *map(_small, job.manner.notes)
    )


def restart_text(job: Job) -> str:
    """While the bot is away for a moment."""
    subject = "Your dream goes" if len(job.pictures) == 1 else "Your dreams go"
    return f"🌙 I am being restarted. {subject} on as soon as I am back; there is nothing to do for you."


def moved_text(job: Job) -> str:
    """Left where the waiting message was, when the answer had to go another way."""
    return f"🌙 I may not post the dream here, so I have sent it to <@{job.requester}> by direct message."


def estimate_moved(shown: Standing, current: Standing, *, now: float) -> bool:
    """Whether a message that shows `shown` is worth an edit: the time to wait, or the place, is off by over a quarter.

    >>> near, far = (Standing(ahead=4, ready_at=t, seconds=9, running=False) for t in (1100, 1200))
    >>> estimate_moved(near, far, now=1000), estimate_moved(near, near, now=1000)
    (True, False)
    """
    if shown.running != current.running:
        return True
    remaining = max(shown.ready_at - now, 0.0)
    if abs(current.ready_at - shown.ready_at) > max(remaining / 4, 5.0):
        return True
    return abs(current.ahead - shown.ahead) > shown.ahead / 4


def answer_text(job: Job, *, mention: bool = False, by_direct_message: bool = False, lost: bool = False) -> str:
    """How the job ended. With `mention` it calls the requester, who has waited long. lost: a made picture is gone."""
    call = f"<@{job.requester}>, your dream is here." if mention else ""
    where = f"I may not post in <#{job.home.channel}>, so I bring this to you." if by_direct_message else ""
    if job.state is JobState.CANCELLED:
        return _lines(where, _cancelled(job), _reference(job))
    if not any(picture.result for picture in job.pictures):
        return _lines(where, *_failures(job), _reference(job))
    notes = (*job.manner.notes, _lost(job)) if lost else job.manner.notes
    before, after = [call, where, _credit(job)], [*_figures(job, notes), *_failures(job)]
    room = MOST_TEXT - sum(len(line) + 1 for line in (*before, *after))
    return _lines(*before, *_recipes(job, min(MOST_RECIPES, room)), *after)


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
                alt=_alt(picture, picture.result),
            )
        )
    return tuple(shown)


def is_spoiler(job: Job, picture: JobPicture) -> bool:
    """Whether its dream is hidden until somebody clicks it."""
    return job.manner.spoilers or picture.spoiler or picture.filename.startswith("SPOILER_")


def thread_name(job: Job) -> str:
    """Of the thread in which the answer is given."""
    names = [_plain(picture.filename.removeprefix("SPOILER_")) for picture in job.pictures]
    others = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"Dream of {clip(names[0] or 'a picture', 60)}{others}"


def in_thread_text(job: Job) -> str:
    """The answer to an interaction under which a thread hangs."""
    return f"🌙 What <@{job.requester}> asked for is dreamt in the thread below."


def stays_text(job: Job) -> str:
    """By direct message, in place of pictures that may not leave their channel."""
    return _lines(
        f"I may not post in <#{job.home.channel}> any more, and pictures from an age-restricted channel stay there. "
        "So I cannot give you this dream.",
        _reference(job),
    )


def extension(format: str) -> str:
    """Of the name of a file that the engine has written."""
    return _EXTENSIONS.get(format, "png")


def _expected(standing: Standing | None, now: float) -> str:
    if standing is None:
        return ""
    if standing.ready_at <= now + 1:
        return " It should be ready any moment now."
    return f" It should be ready {moment(standing.ready_at)}."


def _cancelled(job: Job) -> str:
    if job.cancelled_by is None or job.cancelled_by == job.requester:
        return "🌙 This dream was cancelled."
    return f"🌙 This dream of <@{job.requester}> was cancelled by <@{job.cancelled_by}>."


def _credit(job: Job) -> str:
    """Whose pictures these are, where they are not the requester's own."""
    others = dict.fromkeys(p.author for p in job.pictures if p.result and p.author not in (job.requester, NOBODY))
    if not others:
        return ""
    authors = " and ".join(f"<@{author}>" for author in others)
    one = sum(p.result is not None for p in job.pictures) == 1
    return f"{'A picture' if one else 'Pictures'} by {authors}, who may delete this; dreamt for <@{job.requester}>."


def _recipes(job: Job, room: int) -> list[str]:
    """What makes the dreams again; what several pictures have in common stands there once."""
    made = [(picture, picture.result) for picture in job.pictures if picture.result]
    texts = list(dict.fromkeys(result.recipe for _, result in made))
    if len(texts) == 1:
        return _block(job, texts[0], room)
    try:
        recipes = [dict(pairs(text)) for text in texts]
    except RecipeError:
        return _block(job, texts[0], room)
    common = {k: v for k, v in recipes[0].items() if all(recipe.get(k) == v for recipe in recipes)}
    own = [
        f"-# {_name(picture)} with `{_safe(join({k: v for k, v in pairs(result.recipe) if common.get(k) != v}))}`"
        for picture, result in made
    ]
    lines = [*_block(job, join(common), room), *own]
    return lines if sum(len(line) + 1 for line in lines) <= room else _block(job, join(common), room - 60, whole=False)


def _block(job: Job, recipe: str, room: int, *, whole: bool = True) -> list[str]:
    """A recipe to copy. One that is too long ends between two settings, and says where all of it is to be had."""
    if whole and len(recipe) + 8 <= room:
        return [f"```\n{_safe(recipe)}\n```"]
    cut = recipe[: max(0, room - 70)].rpartition(" ")[0] if len(recipe) + 70 > room else recipe
    where = "The button Recipe gives all of it." if job.manner.buttons else "It is too long to stand here whole."
    return [f"```\n{_safe(cut)} …\n```", _small(where)]


def _figures(job: Job, notes: Sequence[str]) -> list[str]:
    results = [picture.result for picture in job.pictures if picture.result]
    networks = ", ".join(dict.fromkeys(result.network for result in results))
    seconds = sum(result.seconds for result in results)
    took = f"{seconds:.1f} s" if seconds < 10 else duration(seconds)
    sizes = ", ".join(dict.fromkeys(f"{result.width} × {result.height}" for result in results))
    written = _each(job, lambda result: [f"Written {result.note}, to fit in here."] if result.note else [])
    said = _each(job, lambda result: result.notes)
    return [_small(f"{networks} · {took} · {sizes}"), *map(_small, dict.fromkeys((*notes, *said, *written)))]


def _each(job: Job, sentences: Callable[[Result], Iterable[str]]) -> list[str]:
    """The sentences about the pictures; where there are several, with the pictures that they are about."""
    about: dict[str, list[str]] = {}
    made = [picture for picture in job.pictures if picture.result]
    for picture in made:
        assert picture.result is not None
        for sentence in dict.fromkeys(sentences(picture.result)):
            about.setdefault(clip(sentence, 200), []).append(_name(picture))
    return [
        sentence if len(names) == len(made) else f"{', '.join(names)}: {sentence}" for sentence, names in about.items()
    ]


def _failures(job: Job) -> list[str]:
    failed = [picture for picture in job.pictures if picture.state is PictureState.FAILED]
    sentences = [clip(picture.error or "This picture could not be dreamt.", 300) for picture in failed]
    if len(failed) == len(job.pictures) and len(set(sentences)) == 1:
        return [f"⚠️ {sentences[0]}"]
    room = max(60, 1000 // max(1, len(failed)))
    return [f"⚠️ {_name(p)}: {clip(sentence, room)}" for p, sentence in zip(failed, sentences, strict=True)]


def _reference(job: Job) -> str:
    """Under an answer without buttons: by it the bot finds the message again, and the operator the lines in the log."""
    return f"-# Reference {job.id}"


def _alt(picture: JobPicture, result: Result) -> str:
    own = " ".join((picture.alt or "").split())
    made = f"reamt with {result.recipe}"
    if not own:
        return clip(f"D{made}", MOST_ALT)
    own = clip(own, MOST_ALT - min(len(made) + 3, 300))
    return clip(f"{own}{'' if own[-1] in '.!?…' else '.'} D{made}", MOST_ALT)


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


def _name(picture: JobPicture) -> str:
    return f"`{_safe(clip(picture.filename.removeprefix('SPOILER_'), 40)) or 'picture'}`"


def _plain(text: str) -> str:
    return " ".join("".join(c for c in text if c.isprintable() and c not in "`*_~|<>@#").split())


def _lost(job: Job) -> str:
    """Of a picture that was made and is not there."""
    return f"A picture got lost on my side. {_AGAIN if job.manner.buttons else 'Ask for it once more.'}"


def _safe(text: str) -> str:
    """Inside a code block, nothing ends it early."""
    return text.replace("`", "ˋ")


def _small(text: str) -> str:
    return f"-# {text}"


def _lines(*lines: str) -> str:
    """The lines that say something, cut where a message must end."""
    kept: list[str] = []
    for line in filter(None, lines):
        if sum(map(len, kept)) + len(kept) + len(line) > MOST_TEXT:
            kept.append("-# …")
            break
        kept.append(line)
    return "\n".join(kept)
