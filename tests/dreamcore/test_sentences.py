"""Whatever the engine says to a person can be said in another language: it remembers how it was made."""

from __future__ import annotations

import ast
import copy
import pickle
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import dreamcore
from dreamcore import errors
from dreamcore.catalogue import catalogue, network_info
from dreamcore.errors import DreamError, RecipeError
from dreamcore.picture import decode, encode, encode_within, format_for
from dreamcore.picture.decoding import Limits
from dreamcore.recipe import SETTINGS, Recipe
from dreamcore.resolve import DeviceDefaults, resolve
from dreamcore.sample import landscape
from dreamcore.sentences import Sentence, alternatives, decimal, reason
from dreamcore.styles import styles_of

PACKAGE = Path(dreamcore.__file__).parent
#: What is said in the terminal only, to whoever runs the command line or trains a network, stays English.
TERMINAL = frozenset({"__main__.py", "commandline", "files.py", "training"})
#: Where a sentence is made of what a file of ours holds; its literals stand in `networks/families.py`.
READ = frozenset({"catalogue.py"})
ERRORS = frozenset(
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, DreamError)
)
NAMED = frozenset({"UnknownKey", "UnknownLayer", "UnknownChannel", "UnknownClass", "UnknownNetwork", "Cancelled"})
LISTS = frozenset({"words", "keys", "names"})  #: names of values that are lists of what people type

DEVICE = DeviceDefaults(size=512, precision="fp32")


@cache
def modules() -> dict[str, ast.Module]:
    """Those that speak to people, by path."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE)
        if inside.parts[0] not in TERMINAL:
            found[str(inside)] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """(where, name of what is called, the call)."""
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
                yield f"{path}:{node.lineno}", called, node


def is_plain_text(node: ast.expr) -> bool:
    """A text that is written out or glued, so that nobody can translate it."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "join", "removesuffix", "replace")
    return isinstance(node, ast.JoinedStr | ast.BinOp | ast.Subscript)


def raised_with() -> Iterator[tuple[str, ast.expr]]:
    """(where, the sentence) of every error that is made."""
    for where, called, node in calls():
        if called in NAMED:
            continue  # these make their sentences themselves, of names
        at = 2 if called == "BadValue" else 0
        own = called == "super().__init__" and where.startswith(("errors.py", "picture/containers.py"))
        if (called in ERRORS or own or (called == "ValueError" and "settings.py" in where)) and len(node.args) > at:
            yield where, node.args[at]


def test_no_error_is_raised_with_a_plain_text() -> None:
    said = list(raised_with())
    assert len(said) > 60, "nothing was looked at"
    assert NAMED < ERRORS
    assert [where for where, text in said if is_plain_text(text)] == []


def made() -> Iterator[tuple[str, ast.Call, list[ast.expr]]]:
    """(where, the call, its templates) of every sentence that is made."""
    for where, called, node in calls():
        if called == "Sentence" and not where.startswith(tuple(READ)):
            yield where, node, node.args
        elif called == "Sentence.counted":
            yield where, node, node.args[:2]


def test_every_template_is_a_literal_that_the_catalogues_find() -> None:
    found = [(where, template) for where, _, templates in made() for template in templates]
    assert len(found) > 150, "nothing was looked at"
    assert [where for where, one in found if not isinstance(one, ast.Constant) or not isinstance(one.value, str)] == []


def test_templates_name_their_values_and_nothing_else() -> None:
    """Numbers are formatted before, since other languages write them otherwise, and a pipe carries names alone."""
    for where, node, templates in made():
        names = {keyword.arg for keyword in node.keywords}
        counted = {"count"} if len(node.args) == 3 else set()
        for template in templates:
            assert isinstance(template, ast.Constant)
            assert template.value, where
            fields = list(string.Formatter().parse(str(template.value))) if names | counted else []
            assert {field for _, field, _, _ in fields if field is not None} <= names | counted, where
            assert not any(width or conversion for _, _, width, conversion in fields), where
            if not counted:
                assert names <= {field for _, field, _, _ in fields}, where


def unsaid(text: str, name: str = "") -> list[str]:
    """Values of several words that are no sentences."""
    if isinstance(text, Sentence):
        values = [(key, value) for key, value in text.values.items() if isinstance(value, str)]
        return [part for key, value in values for part in unsaid(value, key)]
    return [text] if " " in text and name not in LISTS else []


RECIPES = [
    *("what", "=3", "strength", "strength=", "strength=1 strength=2", 'style="eyes', "x" * 5000),
    *("strenght=1", "zzzzzz=1", "strength=loud", "strength=1,5", "strength=9", "steps=1.5", "steps=999", "octaves=99"),
    *("objective=hope", "style=tower", "style=zzzz", "layer=4z", "layer=qqqqqqq", "layer=,", "layer=a:b", "layer=a:0"),
    *("layer=a:-1", "layer=a,a", "channel=x", "channel=1,1", "channel=99999999", "classes=zzzzz", "engine=9"),
    *("classes=owl layer=4c", "objective=class", "objective=class classes=wobble", "objective=seen layer=4c"),
    *("layer=4c,4d channel=3", "layer=4c channel=99999", "layer=*", "classes=dalmation", "style=eyes objective=class"),
]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda text: text[:30])
def test_what_is_wrong_with_a_recipe_is_a_sentence_through_and_through(recipe: str) -> None:
    with pytest.raises(RecipeError) as raised:
        resolve(Recipe.parse(recipe), network=network_info("inception_v1"), height=64, width=64, device=DEVICE, seed=1)
    assert isinstance(raised.value.sentence, Sentence)
    assert unsaid(raised.value.sentence) == []
    assert str(raised.value) == raised.value.sentence


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"hello", b"%PDF-1.4", b"\0\xff\0\xff", b"RIFF\0\0\0\0WAVE", b"<svg", b"<html", b"<?xml", b"PK\x03\x04"),
        *(b"II*\0\0\0\0\0CR", b"\0\0\0\x10ftypisom\0\0\0\0", encode(landscape(64, 48), format="PNG")[:200]),
    ],
)
def test_what_is_wrong_with_a_picture_is_a_sentence_through_and_through(data: bytes) -> None:
    with pytest.raises(DreamError) as raised:
        decode(data)
    assert isinstance(raised.value.sentence, Sentence)
    assert unsaid(raised.value.sentence) == []


@pytest.mark.parametrize("limits", [Limits(bytes=100), Limits(pixels=100), Limits(side=10)], ids=str)
def test_a_picture_beyond_a_limit_is_told_so_in_a_sentence(limits: Limits) -> None:
    with pytest.raises(DreamError) as raised:
        decode(encode(landscape(64, 48), format="PNG"), limits=limits)
    assert isinstance(raised.value.sentence, Sentence)
    assert unsaid(raised.value.sentence) == []


def test_what_is_noted_is_a_sentence() -> None:
    small = resolve(
        Recipe(octaves=16), network=network_info("daydream"), height=64, width=64, device=DEVICE, seed=1
    ).notes
    written = [encode_within(landscape(256, 256), limit_bytes=limit).note for limit in (30_000, 12_000, 3_000)]
    for note in (*small, *written):
        assert isinstance(note, Sentence), note
        assert unsaid(note) == []
    with pytest.raises(DreamError) as raised:
        format_for("dream.exe")
    assert isinstance(raised.value.sentence, Sentence)


def test_all_that_help_shows_is_a_sentence() -> None:
    for setting in SETTINGS.values():
        assert isinstance(setting.help, Sentence)
        assert not setting.range or setting.choices or isinstance(setting.range, Sentence)
    for info in catalogue().values():
        assert isinstance(info.title, Sentence)
        assert all(isinstance(style.help, Sentence) for style in styles_of(info.family).values())


def test_the_titles_of_the_catalogue_are_those_that_the_networks_are_described_with() -> None:
    """The file is made of them; only there do the catalogues of languages find them."""
    literals = {
        node.args[0].value
        for where, called, node in calls()
        if called == "Sentence" and where.startswith("networks/families.py") and isinstance(node.args[0], ast.Constant)
    }
    assert {str(info.title) for info in catalogue().values()} <= literals


def nested() -> Sentence:
    size = Sentence.counted("{count} byte", "{count} bytes", 2)
    return Sentence("It is {what}.", what=Sentence("too large: {size}", size=size))


def test_a_sentence_is_its_english_text_and_remembers_how_it_was_made() -> None:
    sentence = nested()
    assert sentence == "It is too large: 2 bytes."
    assert (sentence.template, sentence.plural) == ("It is {what}.", None)
    assert sentence.values["what"].values["size"].plural == "{count} bytes"
    assert Sentence.counted("{count} {what}", "{count} {what}s", 1, what="step") == "1 step"
    assert (
        Sentence("Braces {} stay where nothing is put into them.") == "Braces {} stay where nothing is put into them."
    )


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_sentences_cross_processes_with_all_that_is_in_them(protocol: int) -> None:
    error = DreamError(nested(), log="for the operator")
    there = pickle.loads(pickle.dumps(error, protocol))
    for sentence in (there.sentence, there.args[0], copy.deepcopy(nested())):
        assert (sentence, sentence.template, sentence.values) == (nested(), nested().template, nested().values)
        assert sentence.values["what"].values["size"].plural == "{count} bytes"
    assert there.log == "for the operator"


def test_what_is_put_into_sentences_is_translated_with_them() -> None:
    three = alternatives(["a", "b", "c"])
    assert isinstance(three, Sentence)
    assert (three, three.template, three.values["first"].template) == (
        "a or b or c",
        "{first} or {last}",
        three.template,
    )
    assert (alternatives(["a"]), decimal("64"), decimal("4.57")) == ("a", "64", "4.57")
    assert isinstance(decimal("4.57"), Sentence)
    assert isinstance(reason(ValueError(nested())), Sentence)
    assert reason(ValueError()) == ""
