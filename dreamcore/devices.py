"""Where to dream: choosing a device, what it can do, how much memory it has left."""

from __future__ import annotations

import functools
import importlib
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

import psutil
import torch
from torch import Tensor

from dreamcore.errors import DeviceError, InstallationError
from dreamcore.sentences import Sentence


def choose_device(name: str | None = None) -> torch.device:
    """The device called `name`: "auto" (or None), "cpu", "cuda", "cuda:1", "mps".

    "auto" takes the first NVIDIA GPU, then Apple's, then the CPU. Raises `DeviceError` when it is not there.
    """
    wanted = (name or "auto").strip().lower()
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "mps" if _has_mps() else "cpu"
    kind, _, number = wanted.partition(":")
    if kind not in ("cpu", "cuda", "mps") or (number and not (number.isdecimal() and number.isascii())):
        raise DeviceError(
            Sentence("There is no device “{device}”: it is one of auto, cpu, cuda, cuda:1, mps.", device=wanted[:30])
        )
    if kind == "cuda":
        _check_cuda(wanted, int(number or 0))
        return torch.device("cuda", int(number or 0))
    if kind == "mps" and not _has_mps():
        raise DeviceError(Sentence("There is no Apple GPU that PyTorch can use here; device=cpu always works."))
    if number and int(number) > 0:
        raise DeviceError(
            Sentence("There is only one {kind} here, so {device} does not exist.", kind=kind, device=wanted[:30])
        )
    return torch.device(kind)


def native_bf16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 matrices in hardware; elsewhere bf16 is slower than fp32."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type == "cpu":
        # Private names, so each is asked for only where it still exists.
        checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported", "_is_arm_bf16_supported")
        return any(bool(getattr(torch.cpu, check, bool)()) for check in checks)
    return False


def available_memory(device: torch.device) -> int:
    """Bytes that can still be taken: of the GPU's memory, or of the machine's or container's."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        reserved_but_unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(free + reserved_but_unused)
    return min(psutil.virtual_memory().available, _left_in_container())


def undisturbed(device: torch.device, *, tf32: bool = False) -> ExitStack:
    """Whatever a caller has switched on around us does not change the dream, nor keep it from having gradients.

    tf32: a GPU may round the factors of float32 convolutions to 10 bits.
    """
    stack = ExitStack()
    stack.enter_context(torch.inference_mode(False))
    stack.enter_context(torch.no_grad())
    stack.enter_context(torch.autocast(device.type, enabled=False))
    if device.type == "cuda":
        # Gradients in this thread: handing each step over to another one takes longer than telling the GPU.
        stack.enter_context(torch.autograd.grad_mode.set_multithreading_enabled(False))
        stack.enter_context(
            torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=tf32)
        )
    return stack


def sent(values: Tensor, device: torch.device) -> Tensor:
    """`values` from the CPU on the device, without waiting for it: a plain copy would, until it has done all so far."""
    return values.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else values.to(device)


@functools.lru_cache(maxsize=128)
def integers(values: tuple[int, ...], device: torch.device) -> Tensor:
    """A short list of indices on the device; kept, since sending it would make each step wait."""
    return torch.tensor(values, device=device)


@functools.lru_cache(maxsize=128)
def reals(values: tuple[float, ...], device: torch.device) -> Tensor:
    """The same for weights."""
    return torch.tensor(values, device=device)


def torchvision_models() -> ModuleType:
    """`torchvision.models`, or an `InstallationError` that says what to install.

    A CPU build of torch beside a CUDA build of torchvision (or the other way round) fails while torchvision
    registers its operators, with a message that helps nobody.
    """
    try:
        return importlib.import_module("torchvision.models")
    except ModuleNotFoundError as error:
        raise _not_installed(Sentence("torchvision is not installed"), error) from error
    except (RuntimeError, OSError, ImportError, AttributeError) as error:
        raise _not_installed(Sentence("torch and torchvision do not fit each other"), error) from error


def _not_installed(what: Sentence, error: Exception) -> InstallationError:
    return InstallationError(
        Sentence(
            "{what}: install both anew, together and from the same index"
            " (pip install --force-reinstall torch torchvision, with the same --index-url for both).",
            what=what,
        ),
        log=str(error),
    )


_UNLIMITED = 1 << 62  # bytes


def _has_mps() -> bool:
    return torch.backends.mps.is_available()


def _check_cuda(wanted: str, number: int) -> None:
    if not torch.cuda.is_available():
        raise DeviceError(Sentence("There is no NVIDIA GPU that PyTorch can use here; device=cpu always works."))
    if number >= torch.cuda.device_count():
        raise DeviceError(
            Sentence(
                "There is no {device}: this machine has {count} CUDA device(s).",
                device=wanted[:30],
                count=torch.cuda.device_count(),
            )
        )


def _left_in_container() -> int:
    """What the control group still allows; a container sees the whole machine's memory otherwise."""
    group = Path("/sys/fs/cgroup")
    try:
        limit = (group / "memory.max").read_text(encoding="ascii").strip()
        used = int((group / "memory.current").read_text(encoding="ascii"))
        statistics = (group / "memory.stat").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return _UNLIMITED
    if not limit.isdecimal():
        return _UNLIMITED
    # Files read long ago count as used, but give way when memory is wanted.
    cached = dict(zip(statistics[::2], statistics[1::2], strict=False)).get("inactive_file", "0")
    return max(0, int(limit) - used + int(cached))
