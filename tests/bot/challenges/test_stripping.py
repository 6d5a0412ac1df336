"""Nobody reads a hidden recipe out of an entry's file."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.challenges.stripping import without_texts
from dreamcore.picture import read_recipe
from dreamcore.picture.encoding import encode
from tests.bot.challenges.arena import ANNA, BEN, PLAN, arena, recipe
from tests.bot.jobs.fakes import in_loop

RGB = np.random.default_rng(5).integers(0, 255, (48, 64, 3), dtype=np.uint8)


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        return picture.tobytes()


@pytest.mark.parametrize(("kind", "quality"), [("PNG", None), ("JPEG", 90), ("WEBP", 80), ("WEBP", 100)])
@pytest.mark.parametrize("alpha", [None, RGB[..., 0]])
def test_the_recipe_goes_and_the_pixels_stay(kind: str, quality: int | None, alpha: np.ndarray | None) -> None:
    whole = encode(RGB, alpha, format=kind, recipe=recipe(), quality=quality)
    assert read_recipe(whole) == recipe()
    stripped = without_texts(whole)
    assert read_recipe(stripped) is None
    assert b"inception" not in stripped
    assert pixels(stripped) == pixels(whole)
    assert without_texts(stripped) == stripped


@given(st.binary(max_size=60), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"\xff\xd8\xff\xe1"]))
def test_no_bytes_break_it(data: bytes, head: bytes) -> None:
    without_texts(head + data)


@in_loop
async def test_an_entry_is_stripped_where_recipes_are_hidden(tmp_path: Path) -> None:
    whole = encode(RGB, None, format="PNG", recipe=recipe())
    async with arena(tmp_path) as house:
        for anonymous, inside in ((True, None), (False, recipe())):
            challenge = await house.open(dataclasses.replace(PLAN, anonymous=anonymous))
            entry = (await house.enter(challenge, ANNA if anonymous else BEN, data=whole)).entry
            kept = await house.challenges.entries.picture(entry)
            assert kept is not None
            assert read_recipe(kept) == inside
