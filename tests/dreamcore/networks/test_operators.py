"""The operators that are our own, against torch's."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dreamcore.networks import lrn
from dreamcore.networks.convolution import Convolution, SharedConvolution
from dreamcore.networks.inception_v1 import InceptionV1
from dreamcore.networks.lrn import LocalResponseNorm
from dreamcore.networks.memory import peak_bytes
from dreamcore.networks.pooling import MaxPool, MeanPool
from dreamcore.networks.silu import SiLU


@pytest.mark.parametrize("channels", [1, 3, 7])
def test_response_norm_equals_torchs_with_its_gradient(channels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lrn, "_PIECE", 4 * channels)  # several pieces, the last one short
    norm = LocalResponseNorm(size=5, alpha=0.3, k=2.0)
    x = torch.randn(2, channels, 3, 5, dtype=torch.float64, requires_grad=True)
    assert torch.allclose(norm(x), F.local_response_norm(x, 5, 0.3, 0.75, 2.0))
    assert torch.autograd.gradcheck(norm, (x,))


def test_response_norm_of_bfloat16_takes_its_statistics_in_float32() -> None:
    x = (torch.randn(1, 16, 8, 8) * 200).bfloat16()
    right = F.local_response_norm(x.float(), 5, 1e-4, 0.75, 1.0)
    y = LocalResponseNorm()(x)
    assert y.dtype is torch.bfloat16
    assert torch.allclose(y.float(), right, rtol=2**-8)


KINDS = [
    # in, out, kernel, stride, padding, groups
    (3, 64, 7, 2, 3, 1),
    (3, 32, 6, 2, 2, 1),
    (3, 24, 11, 4, 2, 1),
    (3, 16, 4, 4, 0, 1),
    (3, 32, 3, 2, 0, 1),
    (3, 16, 3, 1, 1, 1),
    (16, 32, 5, 1, 2, 1),
    (16, 16, 5, 1, 2, 16),
    (24, 48, 1, 1, 0, 1),
    (16, 32, 4, 2, 1, 1),
    (16, 24, 1, 2, 0, 1),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(33, 40), (32, 47), (23, 21)])
def test_convolutions_equal_torchs_with_their_gradients(kind: tuple[int, ...], size: tuple[int, int]) -> None:
    plain = nn.Conv2d(*kind[:5], groups=kind[5]).requires_grad_(False)
    assert Convolution.replaces(plain)
    own = Convolution(plain, rectified=True, dtype=torch.float32)
    x = torch.randn(1, kind[0], *size, requires_grad=True)
    y, right = own(x), plain(x).relu()
    assert torch.allclose(y, right, atol=1e-5)
    dy = torch.randn_like(right)
    slope, right_slope = (torch.autograd.grad(values, x, dy)[0] for values in (y, right))
    assert slope.shape == x.shape
    assert torch.allclose(slope, right_slope, atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("kind", [(16, 32, 3, 1, 1, 1), (16, 32, 4, 2, 1, 1), (48, 32, 1, 1, 0, 1)])
def test_a_convolution_with_the_silu_before_it_equals_torchs(kind: tuple[int, ...], dtype: torch.dtype) -> None:
    plain = nn.Conv2d(*kind[:5], groups=kind[5]).to(dtype).requires_grad_(False)
    own = Convolution(plain, rectified=False, dtype=dtype, activated=True)
    x = torch.randn(1, 64, 20, 23).to(dtype).contiguous(memory_format=torch.channels_last).requires_grad_()
    part = x[:, 8 : 8 + kind[0]]  # a cut along the channels, which torch's SiLU is slow for
    y, right = own(part), plain(F.silu(part))
    assert y.dtype is dtype
    assert torch.allclose(y, right, rtol=1e-4 if dtype is torch.float32 else 2**-7, atol=1e-5)
    before = x.detach().clone()
    dy = torch.randn_like(right)
    slope, again, right_slope = (torch.autograd.grad(values, x, dy, retain_graph=True)[0] for values in (y, y, right))
    assert torch.equal(slope, again)  # nothing that was kept for it has been overwritten
    assert torch.equal(x, before)
    error = (slope - right_slope).float().norm() / right_slope.float().norm()
    assert float(error) < (1e-5 if dtype is torch.float32 else 1e-2)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_silu_equals_torchs_with_its_gradient_for_any_layout(dtype: torch.dtype) -> None:
    x = torch.randn(1, 40, 9, 7).to(dtype).requires_grad_()
    for part in (x, x[:, 3:19], x.contiguous(memory_format=torch.channels_last)[:, 16:], x.mean((2, 3))):
        y, right = SiLU()(part), F.silu(part)
        dy = torch.randn_like(right)
        slopes = [torch.autograd.grad(values, x, dy, retain_graph=True)[0] for values in (y, right)]
        for own, torchs in ((y, right), slopes):
            assert torch.allclose(own, torchs, rtol=2**-7 if dtype is torch.bfloat16 else 1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_convolution_that_has_seen_one_size_is_right_for_another(kind: tuple[int, ...]) -> None:
    plain = nn.Conv2d(*kind[:5], groups=kind[5]).requires_grad_(False)
    own = Convolution(plain, rectified=False, dtype=torch.float32)
    for size in ((24, 24), (131, 96), (12, 300)):
        x = torch.randn(1, kind[0], *size, requires_grad=True)
        y, right = own(x), plain(x)
        assert torch.allclose(y, right, atol=1e-5)
        slopes = [torch.autograd.grad(values.sum(), x)[0] for values in (y, right)]
        assert torch.allclose(*slopes, atol=1e-4)


def test_convolutions_of_other_kinds_are_left_to_torch() -> None:
    for plain in (
        nn.Conv2d(8, 8, 3, padding="same"),
        nn.Conv2d(8, 8, 3, padding_mode="reflect"),
        nn.Conv2d(8, 8, 3, stride=2, groups=8),
        nn.Conv2d(8, 8, 3, dilation=2),
        nn.Conv2d(8, 8, 1, padding=1),
    ):
        assert not Convolution.replaces(plain)


def test_convolutions_of_one_input_are_the_same_together() -> None:
    plain = [nn.Conv2d(12, width, 1).requires_grad_(False) for width in (5, 16, 3)]
    own = [Convolution(layer, rectified=True, dtype=torch.float32) for layer in plain]
    shared = SharedConvolution(own)
    x = torch.randn(1, 12, 9, 7, requires_grad=True)
    seen, right = shared(x), [layer(x).relu() for layer in plain]
    weights = [torch.randn_like(values) for values in right]
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(seen, right, strict=True))
    slopes = [torch.autograd.grad(values, x, weights)[0] for values in (seen, right)]
    assert torch.allclose(*slopes, atol=1e-5)
    alone = torch.autograd.grad(shared(x)[1].sum(), x)[0]  # the others get no gradient at all
    assert torch.allclose(alone, torch.autograd.grad(plain[1](x).relu().sum(), x)[0], atol=1e-5)


@pytest.mark.parametrize(("stride", "padding", "ceil_mode"), [(1, 1, False), (2, 0, True), (2, 1, False)])
def test_pools_equal_torchs_with_their_gradients(stride: int, padding: int, ceil_mode: bool) -> None:
    plain = nn.MaxPool2d(3, stride, padding, ceil_mode=ceil_mode)
    x = torch.randn(1, 4, 12, 9).contiguous(memory_format=torch.channels_last).requires_grad_()
    y, right = MaxPool(plain)(x), plain(x)
    assert torch.equal(y, right)
    dy = torch.randn_like(right)
    slopes = [torch.autograd.grad(values, x, dy)[0] for values in (y, right)]
    assert torch.allclose(*slopes, atol=1e-6)


@pytest.mark.parametrize("window", [2, (2, 3), 3])
def test_means_equal_torchs_with_their_gradients(window: int | tuple[int, int]) -> None:
    plain = nn.AvgPool2d(window)
    assert MeanPool.replaces(plain)
    x = torch.randn(1, 5, 13, 10).contiguous(memory_format=torch.channels_last).requires_grad_()
    y, right = MeanPool(plain)(x), plain(x)
    assert torch.equal(y, right)
    dy = torch.randn_like(right)
    slopes = [torch.autograd.grad(values, x, dy)[0] for values in (y, right)]
    assert torch.allclose(*slopes, atol=1e-6)


def test_means_of_windows_that_overlap_are_left_to_torch() -> None:
    for plain in (nn.AvgPool2d(3, 2), nn.AvgPool2d(2, padding=1), nn.AvgPool2d(2, ceil_mode=True)):
        assert not MeanPool.replaces(plain)


def caffe_size(size: int, kernel: int, stride: int, padding: int) -> int:
    """Caffe's rule: round up, then leave out a window that would begin in the padding."""
    out = -(-(size + 2 * padding - kernel) // stride) + 1
    return out - 1 if padding and (out - 1) * stride >= size + padding else out


@pytest.mark.parametrize("side", [31, 32, 33, 47, 64, 97, 113, 224])
def test_pools_of_inception_v1_have_the_sizes_of_caffe(side: int) -> None:
    with torch.device("meta"):
        network = InceptionV1()
        shape = network._run(torch.empty(1, 3, side, side), "conv1/7x7_s2", "pool1/3x3_s2").shape
    after_convolution = (side + 6 - 7) // 2 + 1
    assert shape[2] == caffe_size(after_convolution, 3, 2, 0)
    with torch.device("meta"):
        block = network._run(torch.empty(1, 192, side, side), "inception_3a/pool")
    assert block.shape[2] == caffe_size(side, 3, 1, 1) == side


def test_peak_memory_counts_what_lives_at_one_time() -> None:
    def compute() -> torch.Tensor:
        first = torch.zeros(1000)
        second = first + 1
        del first
        return second * 2

    assert peak_bytes(compute) == 2 * 4000
