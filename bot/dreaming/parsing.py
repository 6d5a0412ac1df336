"""What somebody typed, read into a command. Pure: text in, values out; recipes are read by `Recipe.parse`."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.kinds import Kind
from bot.languages import tr
from bot.recipes import AnyRecipe, read_recipe
from dreamcore import text as recipe_text
from dreamcore.errors import BadValue, RecipeError, clip
from dreamcore.recipe import GUIDE, SETTINGS, Recipe
from dreamcore.sentences import reason


class Word(enum.Enum):
    """What a message asks for."""

    DREAM = "dream"
    HELP = "help"
    LAYERS = "layers"
    QUEUE = "queue"
    CANCEL = "cancel"


@dataclass(frozen=True, kw_only=True)
class Command:
    """A message that speaks to the bot."""

    word: Word
    kind: Kind = Kind.DREAM  # what DREAM makes
    rest: str = ""  # a recipe's text for DREAM, what is to be shown for LAYERS
    members: tuple[int, ...] = ()  # mentioned, in the order typed, each once
    links: tuple[str, ...] = ()
    by_mention: bool = False


_WORDS = {
    "help": Word.HELP,
    "?": Word.HELP,
    "layers": Word.LAYERS,
    "layer": Word.LAYERS,
    "atlas": Word.LAYERS,
    "styles": Word.LAYERS,
    "networks": Word.LAYERS,
    "queue": Word.QUEUE,
    "cancel": Word.CANCEL,
}
_KINDS = {
    "film": Kind.FILM,
    "movie": Kind.FILM,
    "imagine": Kind.IMAGINE,
    "explain": Kind.EXPLAIN,
    "grid": Kind.GRID,
    "series": Kind.GRID,
}
_GUIDED = ("guide", "guided")  #: the second picture says what grows
_MENTION = re.compile(r"<@!?(\d{1,20})>")
_LINK = re.compile(r"<?(https?://[^\s<>]+)>?", re.IGNORECASE)
_BEFORE_SETTINGS = re.compile(r"[^=]*?(?=(?:\b[^\W\d][\w-]*\s*=)|$)")
_GREETING = r"[\s,:;.!–-]*"


def read_command(
    content: str, *, prefix: str, me: int, my_role: int | None = None, alone: bool = False
) -> Command | None:
    """The command that a message is; None for one that does not speak to the bot.

    me, my_role: how the bot is mentioned; people often pick its role. alone: a direct message, where all is for the
    bot.

    >>> read_command("!dream layer=4c <@123>", prefix="!", me=1)  # doctest: +NORMALIZE_WHITESPACE
    Command(word=<Word.DREAM: 'dream'>, kind=<Kind.DREAM: 'dream'>, rest='layer=4c', members=(123,), links=(),
            by_mention=False)
    >>> read_command("!dream imagine dumbbell", prefix="!", me=1).kind
    <Kind.IMAGINE: 'imagine'>
    >>> read_command("!dream guide layer=4c", prefix="!", me=1).rest
    'objective=guide layer=4c'
    >>> read_command("!dreamer", prefix="!", me=1) is None
    True
    """
    text = content.strip()
    rest = _after_prefix(text, prefix)
    if rest is not None:
        return _command(rest, by_mention=False)
    rest = _after_mention(text, me, my_role)
    if rest is None and alone:
        rest = text
    if rest is None:
        return None
    after = _after_prefix(rest, prefix)
    if after is None:
        after = _after_prefix(rest, "")
    return _command(rest if after is None else after, by_mention=True)


def _after_prefix(text: str, prefix: str) -> str | None:
    """What stands after `!dream` (or `!dreams`); None where that does not begin the text."""
    head = text[: len(prefix)]
    if head.casefold() != prefix.casefold():
        return None
    match = re.match(r"dreams?(?=\s|<|$)", text[len(prefix) :], re.IGNORECASE)
    return text[len(prefix) + match.end() :] if match else None


def _after_mention(text: str, me: int, my_role: int | None) -> str | None:
    """The text without the bot's mention at its beginning, or at its end; None where there is none."""
    names = rf"<@!?{me}>" + (rf"|<@&{my_role}>" if my_role is not None else "")
    if begin := re.match(rf"(?:{names}){_GREETING}", text):
        return text[begin.end() :]
    if end := re.search(rf"(?:{names})\s*$", text):
        return text[: end.start()]
    return None


def _command(rest: str, *, by_mention: bool) -> Command:
    rest = rest.replace("`", " ")  # a recipe copied with the fence around it
    members = tuple(dict.fromkeys(int(number) for number in _MENTION.findall(rest)))
    rest = _MENTION.sub(" ", rest)
    links = tuple(dict.fromkeys(_LINK.findall(rest)))
    rest = " ".join(_LINK.sub(" ", rest).split())
    first, _, more = rest.partition(" ")
    kind = None
    if not more.lstrip().startswith("="):
        if (word := _WORDS.get(first.casefold())) is not None:
            return Command(word=word, rest=more, by_mention=by_mention)
        kind = _KINDS.get(word_ := first.casefold().rstrip(":,"))
        if word_ in _GUIDED:
            rest = f"objective={GUIDE} {more}"
    return Command(
        word=Word.DREAM,
        kind=kind or Kind.DREAM,
        rest=rest if kind is None else more,
        members=members,
        links=links,
        by_mention=by_mention,
    )


def recipe_from_words(kind: Kind, options: Mapping[str, str], text: str, *, subject: str = "") -> AnyRecipe:
    """The recipe of a slash command whose options are texts: these, and `text` for all the rest. Raises RecipeError.

    subject: what stands before the first setting, where this kind of work takes that.

    >>> recipe_from_words(Kind.FILM, {"strength": "0.5..2"}, "zoom=1.2").text
    'zoom=1.2 strength=0.5..2'
    """
    named = _BEFORE_SETTINGS.match(text)
    free, settings = (named[0], text[named.end() :]) if named and kind is Kind.IMAGINE else ("", text)
    written = dict(recipe_text.pairs(settings))
    chosen = {key: value.strip() for key, value in options.items() if value.strip()}
    for key in chosen:
        if key in written:
            raise RecipeError(tr("{key} is given twice, as an option and inside settings:. Keep one of them.", key=key))
        if re.search(r"[\"“”„«»=]", chosen[key]):
            raise RecipeError(
                tr("{key}: takes a value only. Write other settings, as key=value, into settings:.", key=key)
            )
    return read_recipe(kind, f"{subject} {free} {recipe_text.join({**chosen, **written})}".strip())


def recipe_from_options(options: Mapping[str, object], text: str) -> Recipe:
    """The recipe of a slash command: its options, and `text` for all the rest. Raises RecipeError.

    >>> recipe_from_options({"strength": 2.0, "layer": "4c"}, "seed=3").text
    'layer=4c strength=2 seed=3'
    """
    written = Recipe.parse(text).given()
    chosen: dict[str, object] = {}
    for key, value in options.items():
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        if key in written:
            raise RecipeError(tr("{key} is given twice, as an option and inside recipe:. Keep one of them.", key=key))
        try:
            chosen[key] = SETTINGS[key].parse(value.strip()) if isinstance(value, str) else value
        except ValueError as error:
            raise BadValue(key, str(value), reason(error)) from None
    return Recipe(**{**written, **chosen})


def recipe_line(recipe: str, prefix: str, kind: Kind = Kind.DREAM) -> str:
    """A recipe as the command that makes it again.

    >>> recipe_line("layer=4c seed=1", "!"), recipe_line("seconds=4", "!", Kind.FILM)
    ('!dream layer=4c seed=1', '!dream film seconds=4')
    """
    word = "" if kind is Kind.DREAM else f" {kind.value}"
    return f"{prefix}dream{word} {recipe.replace('`', chr(39))}".rstrip()


def looks_like_talk(text: str) -> bool:
    """Whether a text after a mention is talk and no recipe: words, and not one `key=value`."""
    return bool(text) and "=" not in text


def clipped(text: str, limit: int) -> str:
    """Text from a stranger on one line, without anything that Discord would make bold, a link or a ping."""
    plain = re.sub(r"[`*_~|<>@\[\]\\]", "", text)
    return clip(" ".join(plain.split()), limit)
