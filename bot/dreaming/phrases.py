"""How a piece of work is called in what the bot says about it, by its kind. Pure; a plain dream keeps its own words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dreaming.words import duration
from bot.executor.protocol import Belief, Beliefs
from bot.jobs.model import Job, Result, Standing
from bot.kinds import Kind
from bot.languages import listed, mark, number, tr, tr_count
from dreamcore.atlas.pages import AtlasPage
from dreamcore.atlas.recipe import AtlasRecipe
from dreamcore.catalogue import network_info
from dreamcore.errors import DreamError

MOST_BELIEVED = 3  #: names of what a network takes a picture for

EMOJI = {Kind.DREAM: "🌙", Kind.FILM: "🎞️", Kind.IMAGINE: "✨", Kind.EXPLAIN: "🔎", Kind.GRID: "🗂️", Kind.ATLAS: "🧭"}

_WORK = {
    Kind.FILM: mark("A film: about {time} of work."),
    Kind.IMAGINE: mark("A picture out of noise: about {time} of work."),
    Kind.EXPLAIN: mark("Every level of the network, one after the other: about {time} of work."),
    Kind.GRID: mark("A sheet with many dreams: about {time} of work."),
    Kind.ATLAS: mark("A page of what a network sees: about {time} of work."),
}
_UNDER_WAY = {
    Kind.DREAM: mark("Dreaming …"),
    Kind.FILM: mark("Dreaming your film, frame by frame …"),
    Kind.IMAGINE: mark("Imagining …"),
    Kind.EXPLAIN: mark("Dreaming level by level …"),
    Kind.GRID: mark("Dreaming your sheet, one dream after the other …"),
    Kind.ATLAS: mark("Drawing the page, tile by tile …"),
}
_HERE = {
    Kind.DREAM: mark("{member}, your dream is here."),
    Kind.FILM: mark("{member}, your film is here."),
    Kind.IMAGINE: mark("{member}, what you wanted imagined is here."),
    Kind.EXPLAIN: mark("{member}, your explanation is here."),
    Kind.GRID: mark("{member}, your sheet is here."),
    Kind.ATLAS: mark("{member}, the page is here."),
}
_THREADS = {
    Kind.DREAM: mark("Dream of {picture}"),
    Kind.FILM: mark("Film of {picture}"),
    Kind.IMAGINE: mark("Imagined: {picture}"),
    Kind.EXPLAIN: mark("What each level sees in {picture}"),
    Kind.GRID: mark("Many dreams of {picture}"),
    Kind.ATLAS: mark("What the network sees: {picture}"),
}


def place(job: Job, standing: Standing | None) -> str:
    """Where it stands in the queue; of what takes long, how long it takes."""
    if job.kind is not Kind.DREAM:
        return " ".join((*([work(job.kind, standing.seconds)] if standing is not None else []), _turn(standing)))
    if standing is None or standing.ahead <= 0:
        return tr_count("Your dream is next.", "Your {count} dreams are next.", len(job.pictures))
    return tr_count(
        "Your dream is in the queue: one dream comes before it.",
        "Your dream is in the queue: {count} dreams come before it.",
        standing.ahead,
    )


def _turn(standing: Standing | None) -> str:
    if standing is None or standing.ahead <= 0:
        return tr("It is next.")
    return tr_count(
        "It is in the queue: one dream comes before it.",
        "It is in the queue: {count} dreams come before it.",
        standing.ahead,
    )


def work(kind: Kind, seconds: float) -> str:
    """How much work it is, before it is begun."""
    return tr(_WORK[kind], time=duration(seconds))


def under_way(job: Job) -> str:
    return tr(_UNDER_WAY[job.kind])


def here(job: Job, member: str) -> str:
    """It is there, after a long wait."""
    return tr(_HERE[job.kind], member=member)


def goes_on(job: Job) -> str:
    """While the bot is away for a moment."""
    if job.kind is not Kind.DREAM:
        return tr(
            "I am being restarted. What you asked for goes on as soon as I am back; there is nothing to do for you."
        )
    return tr_count(
        "I am being restarted. Your dream goes on as soon as I am back; there is nothing to do for you.",
        "I am being restarted. Your dreams go on as soon as I am back; there is nothing to do for you.",
        len(job.pictures),
    )


def cancelled(job: Job, member: str, canceller: str | None) -> str:
    """canceller: None where it was who had asked for it."""
    if job.kind is not Kind.DREAM:
        if canceller is None:
            return tr("This was cancelled.")
        return tr("This, which {member} asked for, was cancelled by {canceller}.", member=member, canceller=canceller)
    if canceller is None:
        return tr("This dream was cancelled.")
    return tr("This dream of {member} was cancelled by {canceller}.", member=member, canceller=canceller)


def thread(job: Job, picture: str) -> str:
    """The name of the thread that it is answered in."""
    return tr(_THREADS[job.kind], picture=picture)


def length(result: Result) -> str:
    """How long a film is; nothing for what stands still."""
    if result.lasts is None:
        return ""
    return tr("{seconds} s long, {frames} frames", seconds=number(result.lasts, 1), frames=result.frames)


def dreamt_by_text(page: AtlasPage, prefix: str, more: str = "") -> str:
    """How what a page's tiles show is dreamt, with each tile's text to copy. more: what stands before it."""
    parted = [tile.text.rpartition("=") for tile in page.tiles]
    heads = dict.fromkeys(f"{head}=" for head, _, _ in parted)
    ways = [
        tr(
            "`{command}` with one of these: {values}",
            command=f"{prefix}dream {more}{head}…",
            values=" ".join(f"`{value}`" for one, _, value in parted if f"{one}=" == head),
        )
        for head in heads
    ]
    return "\n".join(ways)


def tiles(recipe: str, prefix: str) -> str:
    """The same, of a page that was made; nothing for one that cannot be read any more."""
    try:
        asked = AtlasRecipe.parse(recipe)
        return dreamt_by_text(asked.page_of(network_info(str(asked.network))), prefix, f"network={asked.network} ")
    except DreamError:
        return ""


def believed(beliefs: Beliefs) -> str:
    """What the network takes a picture for, as it was posted and as it was dreamt."""
    return tr(
        "In the picture the network sees {before}; in its own dream of it, {after}.",
        before=_names(beliefs.before),
        after=_names(beliefs.after),
    )


def _names(beliefs: Sequence[Belief]) -> str:
    return listed(
        [
            # Translators: what a network sees, and how sure it is: tabby (34 %)
            tr("{name} ({percent} %)", name=one.name, percent=f"{100 * one.share:.0f}")
            for one in beliefs[:MOST_BELIEVED]
        ]
    )
