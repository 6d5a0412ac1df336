"""What the bot's messages about a job say: pure functions of the job and of the time. No Discord here.

Plain text and attachments, no embeds: that shows the dream as large as a client can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bot.dreaming import phrases
from bot.dreaming.parsing import recipe_line
from bot.dreaming.words import duration, moment
from bot.jobs.model import NOBODY, Job, JobPicture, JobState, PictureState, Result, Standing
from bot.kinds import Kind
from bot.languages import listed, mark, number, tr, tr_count
from dreamcore.errors import RecipeError, clip
from dreamcore.text import join, pairs

MOST_TEXT = 1900  #: characters of a message; Discord takes 2,000
MOST_THREAD_NAME = 100
MOST_RECIPES = 1200  #: characters for all recipes of an answer
LONG_WAIT = 60.0  #: seconds, after which the answer comes as a new message with a mention: an edit notifies nobody
BAR = 12

SECRET = mark("Your dream for the challenge: only you see it. How it was dreamt stays hidden until the results.")
SECRET_FAILED = mark(
    "The picture could not be dreamt for the challenge: it may be damaged, far too small or far too large. "
    "Try another one."
)


def waiting_text(job: Job, standing: Standing | None, *, now: float) -> str:
    """While nobody works on it. The expected time counts down by itself."""
    return _lines(
        _spoken(phrases.EMOJI[job.kind], phrases.place(job, standing), _expected(standing, now)),
        *map(_small, job.manner.notes),
    )


def running_text(job: Job, *, share: float, standing: Standing | None, now: float) -> str:
    """While it is dreamt. `share`: of the whole job."""
    share = min(1.0, max(0.0, share))
    full = round(share * BAR)
    made = sum(picture.state is PictureState.MADE for picture in job.pictures)
    progress = [f"{'▰' * full}{'▱' * (BAR - full)} {tr('{percent}%', percent=f'{100 * share:.0f}')}"]
    if len(job.pictures) > 1:
        progress.append(tr("{made} of {count} pictures are done", made=made, count=len(job.pictures)))
    return _lines(
        _spoken(phrases.EMOJI[job.kind], phrases.under_way(job), _expected(standing, now)),
        " · ".join(progress),
        *map(_small, job.manner.notes),
    )


def restart_text(job: Job) -> str:
    """While the bot is away for a moment."""
    return f"🌙 {phrases.goes_on(job)}"


def moved_text(job: Job) -> str:
    """Left where the waiting message was, when the answer had to go another way."""
    sent = tr(
        "I may not post the dream here, so I have sent it to {member} by direct message.", member=_member(job.requester)
    )
    return f"🌙 {sent}"


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
    call = phrases.here(job, _member(job.requester)) if mention else ""
    channel = f"<#{job.home.channel}>"
    where = _why_directly(job, channel) if by_direct_message else ""
    if job.state is JobState.CANCELLED:
        return _lines(where, _cancelled(job), _reference(job))
    if not any(picture.result for picture in job.pictures):
        return _lines(where, *_failures(job), _reference(job))
    notes = (*job.manner.notes, _lost(job)) if lost else job.manner.notes
    before = [call, where, _credit(job), *_beliefs(job)]
    after = [*_figures(job, notes), *_failures(job)]
    room = MOST_TEXT - sum(len(line) + 1 for line in (*before, *after))
    recipes = [tr(SECRET)] if job.manner.secret else _recipes(job, min(MOST_RECIPES, room))
    return _lines(*before, *recipes, *after)


def thread_name(job: Job) -> str:
    """Of the thread in which the answer is given."""
    names = [_plain(picture.filename.removeprefix("SPOILER_")) for picture in job.pictures]
    name, others = clip(names[0], 60), len(names) - 1
    if not name:
        return tr_count("Dream of a picture", "Dream of {count} pictures", len(names))
    if not others:
        return clip(phrases.thread(job, name), MOST_THREAD_NAME)
    return clip(
        tr_count("Dream of {picture} and {count} more", "Dream of {picture} and {count} more", others, picture=name),
        MOST_THREAD_NAME,
    )


def in_thread_text(job: Job) -> str:
    """The answer to an interaction under which a thread hangs."""
    below = tr("What {member} asked for is dreamt in the thread below.", member=_member(job.requester))
    return f"🌙 {below}"


def stays_text(job: Job) -> str:
    """By direct message, in place of pictures that may not leave their channel."""
    stays = tr(
        "I may not post in {channel} any more, and pictures from an age-restricted channel stay there. "
        "So I cannot give you this dream.",
        channel=f"<#{job.home.channel}>",
    )
    return _lines(stays, _reference(job))


def _why_directly(job: Job, channel: str) -> str:
    if job.manner.secret:
        return tr("You asked for this in {channel}, where I can no longer show it to you alone.", channel=channel)
    return tr("I may not post in {channel}, so I bring this to you.", channel=channel)


def _expected(standing: Standing | None, now: float) -> str:
    if standing is None:
        return ""
    if standing.ready_at <= now + 1:
        return tr("It should be ready any moment now.")
    return tr("It should be ready {when}.", when=moment(standing.ready_at))


def _cancelled(job: Job) -> str:
    by = None if job.cancelled_by in (None, job.requester) else _member(job.cancelled_by)
    return _spoken("🌙", phrases.cancelled(job, _member(job.requester), by))


def _credit(job: Job) -> str:
    """Whose pictures these are, where they are not the requester's own."""
    others = dict.fromkeys(p.author for p in job.pictures if p.result and p.author not in (job.requester, NOBODY))
    if not others:
        return ""
    return tr_count(
        "A picture by {authors}, who may delete this; dreamt for {member}.",
        "Pictures by {authors}, who may delete this; dreamt for {member}.",
        sum(p.result is not None for p in job.pictures),
        authors=listed([_member(author) for author in others]),
        member=_member(job.requester),
    )


def _recipes(job: Job, room: int) -> list[str]:
    """What makes the dreams again; what several pictures have in common stands there once."""
    made = [(picture, picture.result) for picture in job.pictures if picture.result]
    if job.kind is not Kind.DREAM:  # one picture each, by a command of its own
        recipe = made[0][1].recipe
        block = _block(job, recipe_line(recipe, job.manner.prefix, job.kind), room)
        return [*block, phrases.tiles(recipe, job.manner.prefix)] if job.kind is Kind.ATLAS else block
    texts = list(dict.fromkeys(result.recipe for _, result in made))
    if len(texts) == 1:
        return _block(job, texts[0], room)
    try:
        recipes = [dict(pairs(text)) for text in texts]
    except RecipeError:
        return _block(job, texts[0], room)
    common = {k: v for k, v in recipes[0].items() if all(recipe.get(k) == v for recipe in recipes)}
    own = [
        _small(tr("{picture} with `{recipe}`", picture=_name(picture), recipe=_safe(_without(common, result.recipe))))
        for picture, result in made
    ]
    lines = [*_block(job, join(common), room), *own]
    return lines if sum(len(line) + 1 for line in lines) <= room else _block(job, join(common), room - 60, whole=False)


def _without(common: dict[str, str], recipe: str) -> str:
    return join({key: value for key, value in pairs(recipe) if common.get(key) != value})


def _block(job: Job, recipe: str, room: int, *, whole: bool = True) -> list[str]:
    """A recipe to copy. One that is too long ends between two settings, and says where all of it is to be had."""
    if whole and len(recipe) + 8 <= room:
        return [f"```\n{_safe(recipe)}\n```"]
    buttons = job.manner.buttons
    where = tr("The button Recipe gives all of it.") if buttons else tr("It is too long to stand here whole.")
    besides = max(70, len(where) + 20)
    cut = recipe[: max(0, room - besides)].rpartition(" ")[0] if len(recipe) + besides > room else recipe
    return [f"```\n{_safe(cut)} …\n```", _small(where)]


def _figures(job: Job, notes: Sequence[str]) -> list[str]:
    results = [picture.result for picture in job.pictures if picture.result]
    networks = ", ".join(dict.fromkeys(result.network for result in results))
    seconds = sum(result.seconds for result in results)
    took = tr("{seconds} s", seconds=number(seconds, 1)) if seconds < 10 else duration(seconds)
    sizes = ", ".join(dict.fromkeys(f"{result.width} × {result.height}" for result in results))
    written = _each(job, lambda result: [_written(result)] if result.note else [])
    lengths = [phrases.length(result) for result in results]
    if job.manner.secret:  # what the engine says may be about the recipe
        return [_small(sizes), *map(_small, dict.fromkeys((*notes, *written)))]
    said = _each(job, lambda result: result.notes)
    return [
        _small(" · ".join(filter(None, (networks, took, sizes, *lengths)))),
        *map(_small, dict.fromkeys((*notes, *said, *written))),
    ]


def _beliefs(job: Job) -> list[str]:
    results = [picture.result for picture in job.pictures if picture.result]
    return [phrases.believed(result.beliefs) for result in results if result.beliefs is not None]


def _written(result: Result) -> str:
    return tr("Written {how}, to fit in here.", how=result.note)


def _each(job: Job, sentences: Callable[[Result], Iterable[str]]) -> list[str]:
    """The sentences about the pictures; where there are several, with the pictures that they are about."""
    about: dict[str, list[str]] = {}
    made = [picture for picture in job.pictures if picture.result]
    for picture in made:
        assert picture.result is not None
        for sentence in dict.fromkeys(sentences(picture.result)):
            about.setdefault(clip(sentence, 300), []).append(_name(picture))
    return [
        sentence if len(names) == len(made) else f"{', '.join(names)}: {sentence}" for sentence, names in about.items()
    ]


def _failures(job: Job) -> list[str]:
    failed = [picture for picture in job.pictures if picture.state is PictureState.FAILED]
    if failed and job.manner.secret:
        return [f"⚠️ {tr(SECRET_FAILED)}"]
    sentences = [clip(picture.error or tr("This picture could not be dreamt."), 300) for picture in failed]
    if len(failed) == len(job.pictures) and len(set(sentences)) == 1:
        return [f"⚠️ {sentences[0]}"]
    room = max(60, 1000 // max(1, len(failed)))
    return [f"⚠️ {_name(p)}: {clip(sentence, room)}" for p, sentence in zip(failed, sentences, strict=True)]


def _reference(job: Job) -> str:
    """Under an answer without buttons: by it the bot finds the message again, and the operator the lines in the log."""
    return _small(tr("Reference {job}", job=job.id))


def _name(picture: JobPicture) -> str:
    return f"`{_safe(clip(picture.filename.removeprefix('SPOILER_'), 40)) or tr('picture')}`"


def _member(id: int) -> str:
    return f"<@{id}>"


def _plain(text: str) -> str:
    return " ".join("".join(c for c in text if c.isprintable() and c not in "`*_~|<>@#").split())


def _lost(job: Job) -> str:
    """Of a picture that was made and is not there."""
    if job.manner.buttons:
        return tr("A picture got lost on my side. The button Again makes another one.")
    return tr("A picture got lost on my side. Ask for it once more.")


def _safe(text: str) -> str:
    """Inside a code block, nothing ends it early."""
    return text.replace("`", "ˋ")


def _small(text: str) -> str:
    return f"-# {text}"


def _spoken(*sentences: str) -> str:
    """One after the other, those that say something."""
    return " ".join(filter(None, sentences))


def _lines(*lines: str) -> str:
    """The lines that say something, cut where a message must end."""
    kept: list[str] = []
    for line in filter(None, lines):
        if sum(map(len, kept)) + len(kept) + len(line) > MOST_TEXT:
            kept.append("-# …")
            break
        kept.append(line)
    return "\n".join(kept)
