"""Pages of what a network's layers see: looked up at once where they were made, else made in parts and kept."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from bot.executor.protocol import Encoded, Made, Paused
from bot.kinds import Kind
from dreamcore.atlas.keeping import ready_folder
from dreamcore.errors import DreamError
from tests.bot.executor.conftest import PATIENCE, Cluster, order

NOT_SHIPPED = "network=daydream layer=mixed3a.double_a"  #: shallow and with few channels: quickly made, in four parts


def looked_up(cluster: Cluster, recipe: str, language: str = "en", byte_limit: int = 10 << 20) -> Encoded | None:
    return cluster.run(cluster.executor.atlas(recipe, language=language, byte_limit=byte_limit))


def pixels(data: bytes) -> NDArray[np.int16]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.int16)


@pytest.mark.skipif(not ready_folder("daydream").is_dir(), reason="the built-in network's pages are not there")
def test_the_built_in_networks_pages_are_there_at_once(cluster: Cluster) -> None:
    english, german = (looked_up(cluster, "network=daydream", language) for language in ("en", "de"))

    assert english is not None
    assert german is not None
    assert english.format == "JPEG"
    assert Image.open(io.BytesIO(english.data)).size[0] > 1000
    assert english.data != german.data, "its lettering is in the reader's language"
    small = looked_up(cluster, "network=daydream", byte_limit=len(english.data) // 2)
    assert small is not None
    assert len(small.data) <= len(english.data) // 2


def test_a_page_that_there_is_not_is_a_sentence(cluster: Cluster) -> None:
    with pytest.raises(DreamError, match="no page 99"):
        looked_up(cluster, "network=daydream page=99")


def test_a_page_is_made_once_in_parts_by_whoever_has_their_turn(cluster: Cluster) -> None:
    assert looked_up(cluster, NOT_SHIPPED) is None
    wanted = dataclasses.replace(order(NOT_SHIPPED), kind=Kind.ATLAS, picture=None, part=0.0)
    first = cluster.dream(wanted).result(PATIENCE)
    other = cluster.dream(dataclasses.replace(wanted, job="another")).result(PATIENCE)
    assert isinstance(first, Paused), first
    assert isinstance(other, Paused), other
    assert other.share > first.share, "who asks meanwhile goes on with what is there"

    outcome = cluster.dream(
        dataclasses.replace(wanted, attempt=2, checkpoint=first.checkpoint, share=first.share, part=1e9)
    ).result(PATIENCE)
    assert isinstance(outcome, Made), outcome
    assert (outcome.format, outcome.recipe, outcome.network) == ("JPEG", NOT_SHIPPED, "daydream")
    found = looked_up(cluster, NOT_SHIPPED)
    assert found is not None
    assert np.abs(pixels(found.data) - pixels(outcome.data)).mean() < 4, "the same, but for how it was kept"
    again = cluster.dream(dataclasses.replace(wanted, job="late", attempt=3)).result(PATIENCE)
    assert isinstance(again, Made), "it is there by now"
    assert again.data == found.data
