"""What a door has understood, as it will be dreamt: with the server's defaults, locks and ways to answer. Pure."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.dreaming.pictures import Found
from bot.dreaming.scenes import Scene
from bot.jobs.manner import Manner
from bot.jobs.model import AskedPicture, Door, Place
from bot.kinds import Kind, Role
from bot.languages import current, speaking, tell
from bot.recipes import AnyRecipe, beside, kind_of
from dreamcore.atlas.recipe import AtlasRecipe
from dreamcore.imagining.recipe import ImagineRecipe

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Everything but the pictures' bytes. `ask_for` makes one."""

    scene: Scene
    door: Door
    place: Place
    recipe: AnyRecipe  # as it will be dreamt here
    found: tuple[Found, ...] = ()  # to be downloaded
    kept: tuple[AskedPicture, ...] = ()  # there already: sources of an earlier dream, or the none of what needs none
    seconds: Mapping[Role, Found | AskedPicture] = field(default_factory=dict)  # a guide, a mask; kept ones, too
    stays_in: int | None = None  # the age-restricted channel that the kept ones came from
    cause: str
    parent: str | None = None
    notes: tuple[str, ...] = ()
    secret: int = 0  # see Manner

    @property
    def kind(self) -> Kind:
        return kind_of(self.recipe)

    @property
    def requester(self) -> int:
        return self.scene.member

    @property
    def authors(self) -> tuple[int, ...]:
        """Who made the pictures, each once."""
        return tuple(dict.fromkeys(one.author for one in (*self.found, *self.kept, *self.seconds.values())))

    @property
    def to_fetch(self) -> tuple[Found, ...]:
        """All that is to be downloaded."""
        return (*self.found, *(one for one in self.seconds.values() if isinstance(one, Found)))

    @property
    def count(self) -> int:
        """How many pictures are to be dreamt."""
        return len(self.found) + len(self.kept)

    def manner(self, *, age_restricted: bool) -> Manner:
        """How it is answered; stays as it is now, whatever is set later."""
        effective = self.scene.effective
        language = current() if self.place.ephemeral else self.scene.language
        with speaking(language):  # they were made for whoever asked
            notes = tuple(tell(note) for note in self.notes)
        return Manner(
            thread=self._in_thread(),
            spoilers=effective["spoilers"] == "always",
            buttons=effective["buttons"],
            age_restricted=age_restricted,
            secret=self.secret,
            language=language,
            prefix=effective["prefix"],
            notes=notes,
        )

    def _in_thread(self) -> bool:
        """Whether it gets a thread of its own. What is asked for in a thread is answered in there."""
        scene, place = self.scene, self.place
        wanted = scene.effective["answer"] == "thread" and scene.guild is not None and scene.under is None
        if not wanted or place.ephemeral or not place.reachable:
            return False
        if not scene.may_thread:
            log.info("no thread in channel %d, so it is a reply: Create Public Threads is missing", scene.channel)
        return scene.may_thread


def ask_for(
    scene: Scene,
    *,
    door: Door,
    place: Place,
    recipe: AnyRecipe,
    cause: str,
    found: tuple[Found, ...] = (),
    kept: tuple[AskedPicture, ...] = (),
    seconds: Mapping[Role, Found | AskedPicture] | None = None,
    stays_in: int | None = None,
    parent: str | None = None,
    notes: tuple[str, ...] = (),
) -> Ask:
    """recipe: as the person has asked for it. notes: sentences for them, to which the settings add theirs.

    Raises RecipeError where the recipe reads a second picture that is not there.
    """
    seconds = seconds or {}
    applied = scene.effective.apply(recipe)
    fitting, unused = beside(applied.recipe, seconds)
    if isinstance(recipe, ImagineRecipe | AtlasRecipe) and not kept:
        kept = (AskedPicture(data=None, filename=f"{_called(recipe)}.png", author=scene.member),)
    return Ask(
        scene=scene,
        door=door,
        place=place,
        recipe=fitting,
        found=found,
        kept=kept,
        seconds=seconds,
        stays_in=stays_in,
        cause=cause,
        parent=parent,
        notes=(*notes, *applied.notes, *unused),
    )


def _called(recipe: ImagineRecipe | AtlasRecipe) -> str:
    """What is imagined, or shown, as the name of a picture."""
    if isinstance(recipe, AtlasRecipe):
        return "-".join(
            filter(None, (recipe.network, (recipe.layer or "layers").replace("/", "-"), f"{recipe.page or 1}"))
        )
    terms = (*(recipe.classes or ()), *(recipe.layer or ()))
    return "_".join(term.name.replace("/", "-") for term in terms) or "imagined"
