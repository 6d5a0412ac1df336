"""What a challenge asks of a dream's recipe: written as text in a form, and held against what was really dreamt. Pure.

>>> Constraints.parse("network=inception_v1 layers=4c,4d strength=0.5-2 seed=7").text
'network=inception_v1 layers=4c,4d strength=0.5-2 seed=7'
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.challenges.errors import BadPlan, NotEligible
from bot.languages import tr
from dreamcore import text as recipe_text
from dreamcore.catalogue import NetworkInfo, catalogue, network_info
from dreamcore.errors import RecipeError, clip
from dreamcore.recipe import SETTINGS, Recipe
from dreamcore.settings import AUTO, Term
from dreamcore.styles import SURPRISE, style_recipe, styles_of

KEYS = ("network", "layers", "strength", "seed", "style", "secret_style")
MOST_LAYERS = 16
_MOST = SETTINGS["strength"].maximum or 4.0
_NUMBER = r"[0-9]{1,3}(?:\.[0-9]{1,4})?"
_RANGE = re.compile(rf"({_NUMBER})?\s*(-|–|\.\.\.?|…|\bto\b)\s*({_NUMBER})?|({_NUMBER})")


@dataclass(frozen=True, kw_only=True)
class Constraints:
    """Every field that is not None, or not empty, has to be met."""

    network: str | None = None
    layers: tuple[str, ...] = ()  # names, levels, aliases or globs; all layers of a dream have to be among them
    least: float | None = None  # of strength
    most: float | None = None
    seed: int | None = None
    style: str | None = None
    secret: bool = False  # the style is revealed with the results

    @classmethod
    def parse(cls, text: str) -> Constraints:
        """What somebody typed. Raises BadPlan, and RecipeError for what is no list of key=value."""
        return cls.read(text).checked()

    @classmethod
    def read(cls, text: str) -> Constraints:
        """The same for what `text` has written, though a network or a style may be there no more."""
        given = dict(recipe_text.pairs(text))
        for key in given:
            if key not in KEYS:
                known = ", ".join(KEYS).replace("_", "-")
                raise BadPlan(tr("A challenge cannot ask for “{key}”. It can ask for: {known}.", key=key, known=known))
        if "style" in given and "secret_style" in given:
            raise BadPlan(tr("Give either style or secret-style, not both."))
        least, most = _strength(given["strength"]) if "strength" in given else (None, None)
        style = given.get("secret_style", given.get("style"))
        network = given.get("network")
        return cls(
            network=None if network in (None, AUTO) else str(network).lower(),
            layers=_layers(given.get("layers", "")),
            least=least,
            most=most,
            seed=_seed(given["seed"]) if "seed" in given else None,
            style=None if style is None else style.strip().lower(),
            secret="secret_style" in given,
        )

    @property
    def text(self) -> str:
        """As `parse` reads it."""
        return recipe_text.join(self._texts(self.secret))

    @property
    def shown(self) -> str:
        """For members, before the results: without what is secret."""
        return recipe_text.join({key: value for key, value in self._texts(True).items() if key != "secret_style"})

    def checked(self) -> Constraints:
        """Itself, when some dream could meet it. Raises BadPlan, RecipeError."""
        if self.style is not None and self.layers:
            raise BadPlan(tr("A style has its own layers: give either a style or layers."))
        if self.style == SURPRISE:
            raise BadPlan(tr("The style surprise is another one each time, so a challenge cannot ask for it."))
        networks = [network_info(self.network)] if self.network is not None else list(catalogue().values())
        if self.style is not None and not any(self.style in styles_of(one.family) for one in networks):
            style_recipe(self.style, networks[0], 0)  # says which there are
        for pattern in self.layers:
            _somewhere(pattern, networks)
        return self

    def fitted(self, recipe: Recipe) -> Recipe:
        """A recipe for this challenge: what is asked for takes the place of what does not meet it."""
        changes: dict[str, object] = {}
        if self.network is not None:
            changes["network"] = self.network
        if self.style is not None:
            subject = dict.fromkeys(("layer", "channel", "classes", "objective"))
            changes |= {**subject, "style": self.style}
        elif self.layers and not self._allows(recipe):
            subject = dict.fromkeys(("style", "channel", "classes", "objective"))
            changes |= {**subject, "layer": (Term(self.layers[0]),)}
        if self.least is not None or self.most is not None:
            usual = 1.0 if recipe.strength is None else recipe.strength
            changes["strength"] = min(max(usual, self.least or 0.0), _MOST if self.most is None else self.most)
        if self.seed is not None:
            changes["seed"] = self.seed
        return recipe.but(**changes)

    def check(self, made: Recipe) -> None:
        """Raise NotEligible where the dream of this resolved recipe does not meet it."""
        if self.network is not None and made.network != self.network:
            raise NotEligible(
                tr(
                    "This dream was made by the network {made}, and the challenge asks for {network}.",
                    made=made.network,
                    network=self.network,
                )
            )
        if self.style is not None and not self._has_style(made):
            raise NotEligible(
                tr("This challenge has a secret style: make your dream for it from the challenge itself.")
                if self.secret
                else tr(
                    "This dream was not made with the style {style}, which the challenge asks for.", style=self.style
                )
            )
        if self.layers and not self._among(made):
            raise NotEligible(
                tr(
                    "This dream uses other layers than the challenge allows: {layers}.",
                    layers=", ".join(self.layers),
                )
            )
        strength = 1.0 if made.strength is None else made.strength
        if self.least is not None and strength < self.least:
            raise NotEligible(
                tr(
                    "This dream has strength {strength}; the challenge asks for at least {least}.",
                    strength=f"{strength:g}",
                    least=f"{self.least:g}",
                )
            )
        if self.most is not None and strength > self.most:
            raise NotEligible(
                tr(
                    "This dream has strength {strength}; the challenge allows at most {most}.",
                    strength=f"{strength:g}",
                    most=f"{self.most:g}",
                )
            )
        if self.seed is not None and made.seed != self.seed:
            raise NotEligible(
                tr(
                    "This dream was made with seed={made}; the challenge asks for seed={seed}.",
                    made=made.seed,
                    seed=self.seed,
                )
            )

    def _has_style(self, made: Recipe) -> bool:
        """Its layers and channels are the style's; more or less of it is the same style."""
        assert self.style is not None
        network = network_info(made.network or "")
        try:
            looks = style_recipe(self.style, network, 0)
        except RecipeError:
            return False
        wanted = {info.name for term in looks.layer or () for info in network.find_layers(term.name)}
        return (
            {term.name for term in made.layer or ()} == wanted
            and set(made.channel or ()) == set(looks.channel or ())
            and not made.classes
        )

    def _among(self, made: Recipe) -> bool:
        allowed = _named(self.layers, network_info(made.network or ""))
        return bool(made.layer) and all(term.name in allowed for term in made.layer or ())

    def _allows(self, recipe: Recipe) -> bool:
        """Whether a recipe that is not resolved yet names only layers that are allowed, in some network."""
        asked = recipe.network if self.network is None else self.network
        networks = catalogue().values() if asked in (None, AUTO) else [network_info(str(asked))]
        wanted = [term.name for term in recipe.layer or ()]
        return bool(wanted) and any(
            all((named := _named([one], network)) and named <= _named(self.layers, network) for one in wanted)
            for network in networks
        )

    def _texts(self, secret: bool) -> dict[str, str]:
        texts = {
            "network": self.network,
            "layers": ",".join(self.layers) or None,
            "strength": _range(self.least, self.most),
            "seed": None if self.seed is None else str(self.seed),
            "secret_style" if self.secret and secret else "style": self.style,
        }
        return {key: value for key, value in texts.items() if value is not None}


def _strength(typed: str) -> tuple[float | None, float | None]:
    match = _RANGE.fullmatch(typed.strip().lower())
    numbers: list[str | None] = [None, None]
    if match is not None and match[4] is not None:
        numbers = [match[4], match[4]]
    elif match is not None:
        numbers = [match[1], match[3]]
    least, most = (None if one is None else float(one) for one in numbers)
    if (least is None and most is None) or max(least or 0.0, most or 0.0) > _MOST:
        raise BadPlan(
            tr(
                "“{typed}” is no range of strengths: write strength=0.5-2, with numbers from 0 to {most}.",
                typed=clip(typed),
                most=f"{_MOST:g}",
            )
        )
    if least is not None and most is not None and least > most:
        least, most = most, least
    return least, most


def _range(least: float | None, most: float | None) -> str | None:
    if least is None and most is None:
        return None
    if least == most:
        return f"{least:g}"
    return f"{'' if least is None else f'{least:g}'}-{'' if most is None else f'{most:g}'}"


def _seed(typed: str) -> int:
    seed = Recipe.parse(recipe_text.join({"seed": typed})).seed
    assert seed is not None
    return seed


def _layers(typed: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name for part in typed.split(",") if (name := part.strip())))
    if len(names) > MOST_LAYERS:
        raise BadPlan(tr("A challenge names at most {most} layers.", most=MOST_LAYERS))
    return names


def _somewhere(pattern: str, networks: Iterable[NetworkInfo]) -> None:
    """Raises UnknownLayer where none of the networks has it."""
    error: RecipeError | None = None
    for network in networks:
        try:
            network.find_layers(pattern)
            return
        except RecipeError as caught:
            error = error or caught
    if error is not None:
        raise error


def _named(patterns: Iterable[str], network: NetworkInfo) -> set[str]:
    """The network's layers that are meant; what it does not have is left out."""
    found: set[str] = set()
    for pattern in patterns:
        try:
            found.update(info.name for info in network.find_layers(pattern))
        except RecipeError:
            continue
    return found


FREE = Constraints()  #: any dream
