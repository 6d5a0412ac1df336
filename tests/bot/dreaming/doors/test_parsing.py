from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dreaming.parsing import (
    Command,
    Word,
    clipped,
    looks_like_talk,
    read_command,
    recipe_from_options,
    recipe_line,
)
from dreamcore.errors import BadValue, RecipeError
from dreamcore.recipe import Recipe

ME = 111222333444555666
ROLE = 999888777666555444
HER = 222333444555666777


def read(content: str, **changes: object) -> Command | None:
    return read_command(content, **{"prefix": "!", "me": ME, "my_role": ROLE, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "rest"),
    [
        ("!dream", ""),
        ("!dream layer=4c strength = 1.5", "layer=4c strength = 1.5"),
        ("  !DREAM  style=eyes ", "style=eyes"),
        ("!dreams style=eyes please", "style=eyes please"),
        ("!dream\nstyle=eyes\nseed=3", "style=eyes seed=3"),
        ("!dream `layer=4c seed=1`", "layer=4c seed=1"),
        ("!dream ```\nlayer=4c\n```", "layer=4c"),
        (f"<@{ME}> style=eyes", "style=eyes"),
        (f"<@!{ME}>, style=eyes", "style=eyes"),
        (f"<@&{ROLE}> style=eyes", "style=eyes"),
        (f"<@{ME}> dream style=eyes", "style=eyes"),
        (f"<@{ME}> !dream style=eyes", "style=eyes"),
        (f"style=eyes <@{ME}>", "style=eyes"),
        (f"<@{ME}>", ""),
    ],
)
def test_what_people_type_is_understood(content: str, rest: str) -> None:
    command = read(content)
    assert command is not None
    assert (command.word, command.rest) == (Word.DREAM, rest)


@pytest.mark.parametrize(
    "content",
    ["", "hello", "!dreamer", "!dreaming of you", "!draw", "dream", "! dream", f"I like <@{ME}> a lot", f"<@{HER}> hi"],
)
def test_what_is_said_to_others_is_left_alone(content: str) -> None:
    assert read(content) is None


@pytest.mark.parametrize(
    ("content", "word", "rest"),
    [
        ("!dream help", Word.HELP, ""),
        ("!dreams Help", Word.HELP, ""),
        ("!dream ?", Word.HELP, ""),
        ("!dream layers vgg16", Word.LAYERS, "vgg16"),
        ("!dream queue", Word.QUEUE, ""),
        (f"<@{ME}> help", Word.HELP, ""),
        ("!dream layer=4c", Word.DREAM, "layer=4c"),
        ("!dream layer = 4c", Word.DREAM, "layer = 4c"),
    ],
)
def test_words_are_not_mistaken_for_settings(content: str, word: Word, rest: str) -> None:
    command = read(content)
    assert command is not None
    assert (command.word, command.rest) == (word, rest)


def test_another_prefix_is_another_command() -> None:
    assert read("?dream", prefix="?") is not None
    assert read("!dream", prefix="?") is None
    assert read("Bot dream style=eyes", prefix="bot ") == Command(word=Word.DREAM, rest="style=eyes")


def test_members_are_taken_out_of_the_recipe_in_their_order() -> None:
    command = read(f"!dream <@{HER}> style=eyes <@!{ME}> <@{HER}>")
    assert command == Command(word=Word.DREAM, rest="style=eyes", members=(HER, ME))
    assert read(f"!dream<@{HER}>") == Command(word=Word.DREAM, members=(HER,))


def test_links_are_taken_out_of_the_recipe() -> None:
    command = read("!dream <https://example.org/a.png?x=1> style=eyes HTTP://example.org/b")
    assert command == Command(
        word=Word.DREAM, rest="style=eyes", links=("https://example.org/a.png?x=1", "HTTP://example.org/b")
    )


def test_in_a_direct_message_everything_is_for_the_bot() -> None:
    assert read("style=eyes", alone=True) == Command(word=Word.DREAM, rest="style=eyes", by_mention=True)
    assert read("", alone=True) == Command(word=Word.DREAM, by_mention=True)
    assert read("help", alone=True) == Command(word=Word.HELP, by_mention=True)


def test_talk_is_told_from_recipes() -> None:
    assert looks_like_talk("you are great")
    assert not looks_like_talk("style=eyes please")
    assert not looks_like_talk("")


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(content: str) -> None:
    for text in (content, f"!dream {content}", f"<@{ME}>{content}", f"{content}<@{ME}>"):
        command = read(text)
        if command is not None and command.word is Word.DREAM:
            with contextlib.suppress(RecipeError):
                Recipe.parse(command.rest)


recipes = st.builds(
    Recipe,
    style=st.sampled_from([None, "eyes", "great grey"]),
    strength=st.none() | st.floats(0, 4),
    steps=st.none() | st.integers(1, 200),
    channel=st.none() | st.lists(st.integers(0, 99), min_size=1, max_size=4, unique=True).map(tuple),
    octaves=st.none() | st.just("auto") | st.integers(1, 16),
    seed=st.none() | st.integers(0, 2**32 - 1),
)


@given(recipes)
def test_the_line_that_the_recipe_button_shows_makes_the_same_dream(recipe: Recipe) -> None:
    command = read(recipe_line(recipe.text, "!"))
    assert command is not None
    assert Recipe.parse(command.rest) == recipe


@given(recipes)
def test_options_and_text_make_one_recipe(recipe: Recipe) -> None:
    given_ = recipe.given()
    options = {key: given_[key] for key in ("strength", "steps", "seed") if key in given_}
    rest = recipe.but(**dict.fromkeys(options))
    assert recipe_from_options(options, rest.text) == recipe


def test_an_option_and_the_text_may_not_disagree() -> None:
    with pytest.raises(RecipeError, match="strength is given twice"):
        recipe_from_options({"strength": 2.0}, "strength=1")
    with pytest.raises(BadValue, match="channel=x does not work"):
        recipe_from_options({"channel": "x"}, "")
    assert recipe_from_options({"style": " ", "layer": None}, "") == Recipe()


def test_a_strangers_text_cannot_format_or_ping() -> None:
    assert clipped("**a** `b` <@1>\n[x](y) @everyone", 60) == "a b 1 x(y) everyone"
