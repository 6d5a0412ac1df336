"""Letters of many scripts: names are written whole or not at all, and nothing in them reaches beyond its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from dreamcore.sheets import lettering, wall
from dreamcore.sheets.lettering import Face, can_write, line, lines


@pytest.mark.parametrize(
    "name", ["Øystein", "Александр", "Ελένη", "ნინო", "สมชาย", "𝓛𝓾𝓷𝓪", "★ Bob ♪", "Ａｎｎ", "Việt"]
)
def test_names_of_many_scripts_are_written(name: str) -> None:
    for face in Face:
        assert can_write(name, face)
        assert line(name, face, 40, within=1000).width > 40


@pytest.mark.skipif(not lettering._shapes(), reason="FriBiDi is not installed")
@pytest.mark.parametrize("name", ["الحالمة", "דנה", "नमिता", "Ann دانة"])
def test_names_in_joined_and_right_to_left_scripts_are_written(name: str) -> None:
    assert can_write(name)


def test_without_fribidi_such_names_give_way_instead_of_being_garbled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering, "_shapes", lambda: False)
    lettering._font_for.cache_clear()
    try:
        assert [can_write(name) for name in ("الحالمة", "דנה", "नमिता", "Ann")] == [False, False, False, True]
    finally:
        lettering._font_for.cache_clear()


def test_an_emoji_in_a_name_is_left_out_and_the_name_stays() -> None:
    assert can_write("Ann 🎉")
    assert line("Ann 🎉", Face.BOLD, 40, within=1000).width == line("Ann", Face.BOLD, 40, within=1000).width


def test_what_steers_text_or_piles_up_marks_does_nothing() -> None:
    plain = line("evil", Face.BOLD, 40, within=1000).width
    assert line("ev\u202eil\n\0", Face.BOLD, 40, within=1000).width == plain
    piled = Image.new("RGB", (300, 300))
    line("a" + "\u0301" * 200, Face.BOLD, 40, within=1000).draw(piled, 100, 250, wall.CREAM)
    box = piled.getbbox()
    assert box is not None
    assert box[1] > 150


def test_a_system_font_is_used_where_the_others_have_not_the_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget() -> None:
        for known in (lettering._font_for, lettering._fonts, lettering._system):
            known.cache_clear()

    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "NotoSansCJK-Bold.ttc").write_bytes(b"no font")
    (tmp_path / "deep" / "NotoSansCJKjp-Bold.otf").write_bytes(lettering._packaged("figbo")._data)
    monkeypatch.setattr(Face.BOLD, "_value_", (("music",), "Bold"))
    try:
        for folders, expected in (((), False), ((str(tmp_path), str(tmp_path / "missing")), True)):
            monkeypatch.setattr(lettering, "_SYSTEM_FOLDERS", folders)
            forget()
            assert can_write("Ann") is expected
    finally:
        monkeypatch.undo()
        forget()


def test_a_line_does_not_end_where_two_words_belong_together() -> None:
    for space, ends in ((" ", "one two"), ("\N{NO-BREAK SPACE}", "one")):
        text = f"one two{space}three"
        within = line("one two", Face.PLAIN, 40, within=1000).width + 5
        first, _ = lines(text, Face.PLAIN, 40, within=within, most=3)[:2]
        assert "".join(run.text for run in first.runs) == ends
