"""Convolutions on the CPU whose gradient with respect to their input costs what the convolution itself costs.

torch chooses a plain matrix multiply for small convolutions on one thread, reorders channels-last data for others, and
computes the input's gradient of a first convolution (three channels, stride two) four times as slowly as need be. Here
both directions are forward convolutions of oneDNN: the gradient of a convolution is a convolution with the kernel
turned round; of a strided first one, a convolution for each phase of the stride, interleaved.
"""

from __future__ import annotations

import collections
import copy
import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dreamcore.networks.silu import laid_out, silu_backward_

#: Vector units compute this many output channels at once; fewer cost the same.
_LANES = 16

_SMALL_WEIGHT = 1 << 20  #: bytes; of a larger one only the order used last is kept, of each way
_ORDERS_KEPT = 12  #: of a small one: both ways, at six sizes


class Convolution(nn.Module):
    """A frozen `nn.Conv2d`, with the rectifier that follows it if `rectified`; float32 or bfloat16, on the CPU.

    If `activated`, what comes in goes through SiLU first: its values are then kept for the backward pass only once.
    Values come out as `dtype`. A float32 convolution that gives bfloat16 is the precise first one of such a network:
    what it sees must not be rounded, but its gradient comes rounded and needs no more than bfloat16 either.
    """

    weight: Tensor
    bias: Tensor | None
    back: Tensor | None

    def __init__(self, plain: nn.Conv2d, *, rectified: bool, dtype: torch.dtype, activated: bool = False) -> None:
        super().__init__()
        self.stride, self.dilation, self.groups = _pair(plain.stride), _pair(plain.dilation), plain.groups
        self.padding = _pair(plain.padding)
        self.kernel = _pair(plain.kernel_size)
        self.channels = plain.in_channels
        self.rectified, self.activated = rectified, activated
        self.dtype = dtype
        self._packed_weights: collections.OrderedDict[tuple[str, torch.Size], Tensor] = collections.OrderedDict()
        weight = plain.weight.detach()
        self.register_buffer("weight", laid_out(weight))
        self.register_buffer("bias", None if plain.bias is None else plain.bias.detach())
        self.register_buffer("back", self._back(weight))

    @staticmethod
    def replaces(plain: nn.Conv2d) -> bool:
        """Whether this convolution is of a kind that can be computed here."""
        numbers = plain.padding_mode == "zeros" and not isinstance(plain.padding, str)
        if not numbers or plain.weight.device.type != "cpu" or not _has_operators():
            return False
        fits = all(2 * p <= k - 1 for p, k in zip(_pair(plain.padding), _pair(plain.kernel_size), strict=True))
        return fits and _pair(plain.dilation) == (1, 1) and (_pair(plain.stride) == (1, 1) or plain.groups == 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = _Convolve.apply(x, self)
        return y

    def run(self, x: Tensor) -> Tensor:
        """The convolution itself, without autograd."""
        attribute = "relu" if self.rectified else "none"
        weight = self._packed("forward", self.weight, self.padding, self.stride, x.shape)
        y: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x, weight, self.bias, self.padding, self.stride, self.dilation, self.groups, attribute, [], ""
        )
        return y.to(self.dtype)

    def run_back(self, dy: Tensor, height: int, width: int) -> Tensor:
        """The gradient with respect to an input of this height and width."""
        if self.back is None:
            return self._torchs_back(dy, height, width)
        if self.stride == (1, 1):
            padding = [k - 1 - p for k, p in zip(self.kernel, self.padding, strict=True)]
            return self._convolve(dy, self.back, padding, self.groups)
        taps = [math.ceil(k / s) for k, s in zip(self.kernel, self.stride, strict=True)]
        phases = self._convolve(dy, self.back, [t - 1 for t in taps], 1)
        return _interleave(phases, self.channels, self.stride, self.padding, (height, width))

    def _back(self, weight: Tensor) -> Tensor | None:
        """The kernel of the gradient's convolution; None where torch's own gradient does as well."""
        if self.stride == (1, 1):
            back = _turned_round(weight, self.groups)
        elif self.channels <= 4:
            back = _phases(weight, self.stride)
        else:
            return None
        return laid_out(back.to(self.dtype))

    def _torchs_back(self, dy: Tensor, height: int, width: int) -> Tensor:
        # Of the input the operator reads only shape, type and layout.
        size = (len(dy), self.channels, height, width)
        like = torch.empty(size, dtype=dy.dtype, memory_format=torch.channels_last)
        numbers = (self.stride, self.padding, self.dilation, False, (0, 0), self.groups)
        dx: Tensor = torch.ops.aten.convolution_backward(
            dy, like, self.weight.to(dy.dtype), None, *numbers, (True, False, False)
        )[0]
        return dx

    def _convolve(self, dy: Tensor, back: Tensor, padding: list[int], groups: int) -> Tensor:
        weight = self._packed("back", back, padding, (1, 1), dy.shape)
        dx: Tensor = torch.ops.mkldnn._convolution_pointwise(
            dy, weight, None, padding, (1, 1), (1, 1), groups, "none", [], ""
        )
        return dx

    def _packed(
        self, way: str, weight: Tensor, padding: Sequence[int], stride: Sequence[int], size: torch.Size
    ) -> Tensor:
        """The weight in the order in which oneDNN reads it for inputs of this size; those used last are kept.

        For most layers one order serves all sizes, but not for all: with another size's, `inception_v1`'s last 3x3
        convolution takes thirty times as long. A film comes back to the same few sizes with every frame.
        """
        packed = self._packed_weights.pop((way, size), None)
        if packed is None:
            sizes = (list(padding), list(stride), [1, 1], self.groups, list(size))
            packed = torch._C._nn.mkldnn_reorder_conv2d_weight(weight.to_mkldnn(), *sizes)  # type: ignore[call-arg]
            most = _ORDERS_KEPT if weight.nbytes <= _SMALL_WEIGHT else 2
            while len(self._packed_weights) >= most:
                self._packed_weights.popitem(last=False)
        self._packed_weights[way, size] = packed
        return packed


def _has_operators() -> bool:
    """Whether this build of torch has oneDNN, and still calls the two operators by these private names."""
    return (
        torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and hasattr(torch.ops.mkldnn, "_convolution_pointwise")
        and hasattr(torch._C._nn, "mkldnn_reorder_conv2d_weight")
    )


class _Convolve(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, layer: Convolution) -> Tensor:
        x = laid_out(x)
        y = layer.run(F.silu(x) if layer.activated else x)
        ctx.layer, ctx.size, ctx.dtype = layer, x.shape[-2:], x.dtype
        # The convolution needs no input again: weights are frozen. Of the output, where the rectifier let it through.
        ctx.save_for_backward(x if layer.activated else None, y if layer.rectified else None)
        return y

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, dy: Tensor) -> tuple[Tensor, None]:
        x, y = ctx.saved_tensors
        if y is not None:
            dy = torch.ops.aten.threshold_backward(dy, y, 0)
        dx = ctx.layer.run_back(laid_out(dy), *ctx.size).to(ctx.dtype)
        return (dx if x is None else silu_backward_(dx, x)), None


class SharedConvolution(nn.Module):
    """Several 1x1 convolutions of one input as one: (1, C, h, w) -> a tuple of their values, all rectified.

    Wide products are quicker than narrow ones, and three gradients need no adding up.
    """

    def __init__(self, together: list[Convolution]) -> None:
        super().__init__()
        self.widths = [len(layer.weight) for layer in together]
        self.whole = copy.copy(together[0])
        self.whole._buffers = dict(together[0]._buffers)
        self.whole._packed_weights = collections.OrderedDict()
        self.whole.weight = torch.cat([layer.weight for layer in together])
        self.whole.bias = torch.cat([_bias(layer) for layer in together])
        self.whole.back = laid_out(torch.cat([layer.back for layer in together if layer.back is not None], 1))
        self.whole.rectified = True

    @staticmethod
    def takes(layer: nn.Module | None) -> bool:
        """Whether this is a 1x1 convolution that can be joined with others."""
        if not isinstance(layer, Convolution):
            return False
        return (layer.kernel, layer.stride, layer.groups, layer.activated) == ((1, 1), (1, 1), 1, False)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        parts: tuple[Tensor, ...] = _ConvolveShared.apply(x, self.whole, self.widths)
        return parts


class _ConvolveShared(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, layer: Convolution, widths: list[int]) -> tuple[Tensor, ...]:
        y = layer.run(laid_out(x))
        ctx.layer, ctx.size = layer, x.shape[-2:]
        ctx.save_for_backward(y)
        return torch.split(y, widths, 1)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *parts: Tensor) -> tuple[Tensor, None, None]:
        dy = torch.ops.aten.threshold_backward(laid_out(torch.cat(parts, 1)), ctx.saved_tensors[0], 0)
        return ctx.layer.run_back(dy, *ctx.size), None, None


def _bias(layer: Convolution) -> Tensor:
    return layer.weight.new_zeros(len(layer.weight)) if layer.bias is None else layer.bias


def _turned_round(weight: Tensor, groups: int) -> Tensor:
    """(out, in/groups, h, w) -> (in, out/groups, h, w): the kernel of the gradient's convolution."""
    outputs, inputs, height, width = weight.shape
    grouped = weight.reshape(groups, outputs // groups, inputs, height, width).transpose(1, 2)
    return grouped.flatten(0, 1).flip(2, 3)


def _phases(weight: Tensor, stride: tuple[int, int]) -> Tensor:
    """(out, in, h, w) -> (phases · in, out, taps, taps): one kernel for each place of the input within a stride.

    Place s·q + r of the padded input got w[s·j + r] from output q - j, for each j; r is the phase, j the tap.
    """
    outputs, inputs, height, width = weight.shape
    tall, wide = (math.ceil(k / s) for k, s in zip((height, width), stride, strict=True))
    padded = F.pad(weight, (0, wide * stride[1] - width, 0, tall * stride[0] - height))
    split = padded.view(outputs, inputs, tall, stride[0], wide, stride[1]).flip(2, 4)
    kernels = split.permute(3, 5, 1, 0, 2, 4).reshape(-1, outputs, tall, wide)
    spare = -len(kernels) % _LANES
    return F.pad(kernels, (0, 0, 0, 0, 0, 0, 0, spare))


def _interleave(
    phases: Tensor, channels: int, stride: tuple[int, int], padding: tuple[int, int], size: tuple[int, int]
) -> Tensor:
    """(1, phases · channels + spare, h, w) -> (1, channels, *size): phases side by side, the padding cut off.

    In float32 and colour by colour, as pictures are: one copy does all of it.
    """
    batch, _, height, width = phases.shape
    used = phases[:, : stride[0] * stride[1] * channels]
    split = used.unflatten(1, (*stride, channels)).permute(0, 3, 4, 1, 5, 2)  # type: ignore[no-untyped-call]
    whole = split.to(torch.float32, memory_format=torch.contiguous_format).contiguous()
    whole = whole.view(batch, channels, height * stride[0], width * stride[1])
    cut = whole[:, :, padding[0] : padding[0] + size[0], padding[1] : padding[1] + size[1]]
    short = [wanted - got for wanted, got in zip(size, cut.shape[2:], strict=True)]
    # The last rows and columns may lie outside every window.
    return F.pad(cut, (0, short[1], 0, short[0])) if any(short) else cut


def _pair(value: Any) -> tuple[int, int]:
    return (int(value), int(value)) if isinstance(value, int) else (int(value[0]), int(value[1]))
