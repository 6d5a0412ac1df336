"""After the last step: as strong as asked, and at the picture's full size with its own edges."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from dreamcore import strips as strips_module
from dreamcore.finishing import as_strong_as, brought_to
from dreamcore.strips import root_mean_square, strips


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(4))


def test_what_was_dreamt_is_made_as_strong_as_asked_even_where_it_clips() -> None:
    base = torch.full((1, 3, 60, 60), 250, dtype=torch.uint8)
    base[..., :30] = 128
    detail, change = as_strong_as(0.01 * noise(1, 3, 60, 60), base, 0.06, None, 50)
    made = brought_to(base, base, detail, None)
    reached = (made.float() - base.float()).div(255).square().mean().sqrt()
    assert float(reached) == pytest.approx(0.06, rel=0.03)
    assert float(change) == pytest.approx(0.06, rel=0.03)


def test_only_what_is_visible_counts() -> None:
    base = torch.full((1, 3, 40, 40), 128, dtype=torch.uint8)
    visible = torch.zeros(1, 1, 40, 40)
    visible[..., 20:] = 1
    detail, _ = as_strong_as(0.02 * noise(1, 3, 40, 40), base, 0.05, visible, 50)
    assert float(detail[..., 20:].square().mean().sqrt()) == pytest.approx(0.05, rel=0.02)


def test_nothing_dreamt_stays_nothing() -> None:
    base = torch.randint(0, 256, (1, 3, 20, 20), dtype=torch.uint8)
    detail, _ = as_strong_as(torch.zeros(1, 3, 20, 20), base, 0.05, None, 4)
    assert torch.equal(brought_to(base, base, detail, None), base)


def test_a_dream_is_enlarged_along_the_pictures_edges() -> None:
    """A dream that only darkens the bright side must not bleed over a hard edge when it is brought up four times."""
    full = torch.full((1, 3, 256, 256), 60, dtype=torch.uint8)
    full[..., 128:] = 200
    base = full[..., ::4, ::4].contiguous()
    detail = torch.zeros(1, 3, 64, 64)
    detail[..., 32:] = -0.2
    made = brought_to(full, base, detail, None).float() - full.float()
    soft = 255 * F.interpolate(detail, (256, 256), mode="bicubic")
    wrong = (made[..., 124:128].abs().mean(), soft[..., 124:128].abs().mean())
    assert wrong[0] < 0.35 * wrong[1]
    assert made[..., 140:].mean() == pytest.approx(-51, abs=3)


def test_at_the_size_dreamt_the_guide_changes_nothing() -> None:
    full = torch.randint(20, 230, (1, 3, 48, 48), dtype=torch.uint8)
    detail = 0.05 * noise(1, 3, 48, 48)
    expected = (full.float() + 255 * detail).round().clamp(0, 255)
    assert torch.equal(brought_to(full, full, detail, None).float(), expected)


@pytest.mark.parametrize("values", [500, 5000])
def test_strips_of_any_height_give_one_result(values: int, monkeypatch: pytest.MonkeyPatch) -> None:
    full = torch.randint(0, 256, (1, 3, 90, 70), dtype=torch.uint8)
    base = torch.randint(0, 256, (1, 3, 30, 24), dtype=torch.uint8)
    detail = 0.1 * noise(1, 3, 30, 24)
    whole = brought_to(full, base, detail, None)
    size = root_mean_square(lambda rows: detail[:, :, rows], detail)
    monkeypatch.setattr(strips_module, "VALUES_AT_ONCE", values)
    assert len(list(strips(full))) > 1
    assert (brought_to(full, base, detail, None).int() - whole.int()).abs().max() <= 1
    assert float(root_mean_square(lambda rows: detail[:, :, rows], detail)) == pytest.approx(float(size), rel=1e-6)


def test_enlarging_is_bicubic_as_torch_knows_it() -> None:
    """Row by row as on the whole: the strips' own rows are those of interpolate()."""
    detail = 0.1 * noise(1, 3, 40, 40)
    flat = torch.full((1, 3, 40, 40), 128, dtype=torch.uint8)
    full = torch.full((1, 3, 120, 120), 128, dtype=torch.uint8)
    made = brought_to(full, flat, detail, None).float()
    expected = (128 + 255 * F.interpolate(detail, (120, 120), mode="bicubic")).round().clamp(0, 255)
    inner = (made - expected)[..., 8:-8, 8:-8].abs()
    assert float(inner.max()) <= 1
