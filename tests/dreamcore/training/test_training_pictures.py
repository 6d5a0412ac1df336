"""The procedural pictures: the same for the same seed, every class there, none of them always the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from training_setup import POOL

from dreamcore.training.catalogue import CLASSES, NAMES, THEMES
from dreamcore.training.pool import Pool, PoolError, PoolPlan, open_pool
from dreamcore.training.scenes import SceneRenderer


def test_a_seed_gives_the_same_pictures_again_and_another_seed_gives_others() -> None:
    first, labels = SceneRenderer(48, 5).render(24)
    again, same_labels = SceneRenderer(48, 5).render(24)
    other, _ = SceneRenderer(48, 6).render(24)
    assert torch.equal(first, again)
    assert torch.equal(labels, same_labels)
    assert (first - other).abs().mean() > 0.05


def test_there_are_enough_classes_with_names_of_their_own() -> None:
    assert len(NAMES) >= 48
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("number", range(len(CLASSES)), ids=NAMES)
def test_a_class_is_drawn_anew_every_time(number: int) -> None:
    """On the same square, without background, light or noise: the motif itself differs, and is no flat colour."""
    motif = CLASSES[number]
    rgb, opacity = motif.draw(SceneRenderer(48, 11).canvas(6))
    opacity = opacity.expand(6, 1, 48, 48).float().clamp(0, 1)
    painted = (rgb.clamp(0, 1) * opacity).expand(6, 3, 48, 48)
    assert painted.isfinite().all()
    assert painted.std((2, 3)).mean() > 0.02, "a flat picture"
    for k in range(1, 6):
        assert (painted[0] - painted[k]).abs().mean() > 0.01, "always the same picture"
    covered = opacity.mean((1, 2, 3))
    assert covered.min() > 0.02
    assert motif.fills == bool(covered.min() > 0.999), "what fills the plane says so, what does not leaves some free"


def test_a_picture_of_a_class_holds_that_class_alone() -> None:
    numbers = torch.arange(len(NAMES))
    pictures, labels = SceneRenderer(48, 3).render(len(NAMES), numbers)
    assert pictures.isfinite().all()
    assert 0 <= pictures.min() <= pictures.max() <= 1
    assert torch.equal(labels, torch.eye(len(NAMES)))


def test_labels_are_shares_of_the_motifs_and_every_class_turns_up(pool: Path) -> None:
    _, labels = Pool(pool, POOL).read(torch.arange(POOL.pictures))
    assert torch.allclose(labels.sum(1), torch.ones(POOL.pictures), atol=0.02)
    assert (labels.amax(0) == 1).all()
    motifs = (labels > 0.4).sum(1)
    assert {0, 1, 2} == set(motifs.tolist())  # 0: an empty picture, its label says "anything"


def test_themes_name_classes_only() -> None:
    assert {name for names in THEMES.values() for name in names} <= set(NAMES)


def test_a_pool_that_was_interrupted_ends_up_the_same(pool: Path, tmp_path: Path) -> None:
    half = Pool(pool, POOL, writable=True)
    before, _ = half.read(torch.arange(64))
    half.done[0] = 0
    half._pictures[:64] = 0
    after, _ = open_pool(pool, POOL).read(torch.arange(64))
    assert torch.equal(before, after)


def test_another_pool_s_files_are_refused(pool: Path) -> None:
    with pytest.raises(PoolError, match="another one"):
        open_pool(pool, PoolPlan(pictures=1024, size=32, seed=2))
