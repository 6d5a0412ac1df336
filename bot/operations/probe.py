"""What this machine can dream with, as one JSON object: `python -m bot.operations.probe DEVICE`.

A process of its own, because it imports torch, and because a broken installation may bring it down.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable

from dreamcore.errors import DreamError


def main(device: str) -> None:
    """Print what was found. A part that fails says why, under its own name and `_error`."""
    found: dict[str, object] = {}
    for name, look in {
        "torch": lambda: str(importlib.import_module("torch").__version__),
        "torchvision": _torchvision,
        "device": lambda: _device(device),
        "memory": _memory,
        "weights": _weights,
    }.items():
        _note(found, name, look)
    json.dump(found, sys.stdout)


def _note(found: dict[str, object], name: str, look: Callable[[], object]) -> None:
    try:
        found[name] = look()
    except DreamError as error:
        found[f"{name}_error"] = error.sentence
    except Exception as error:  # whatever a broken library does
        found[f"{name}_error"] = f"{type(error).__name__}: {error}"


def _torchvision() -> str:
    from dreamcore.devices import torchvision_models

    torchvision_models()
    return str(importlib.import_module("torchvision").__version__)


def _device(name: str) -> dict[str, object]:
    """The device that would dream, and the GPUs that torch sees."""
    import torch

    from dreamcore.devices import available_memory, choose_device

    chosen = choose_device(name)
    cuda = torch.version.cuda is not None and torch.cuda.is_available()
    return {
        "chosen": str(chosen),
        "gpus": [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())] if cuda else [],
        "memory": available_memory(chosen),
        "cuda_build": torch.version.cuda,
        "threads": torch.get_num_threads(),
    }


def _memory() -> int:
    """Bytes of main memory that can still be taken, here and in this container."""
    import torch

    from dreamcore.devices import available_memory

    return available_memory(torch.device("cpu"))


def _weights() -> dict[str, object]:
    """Whether the best network's weights are here, and from where they would be fetched."""
    from dreamcore.catalogue import network_info
    from dreamcore.networks import WeightFolders, available, default_network

    folders = WeightFolders.from_environment()
    best = "inception_v1"
    return {
        "best": best,
        "here": available(best, folders=folders),
        "default": default_network(folders=folders, download=False),
        "folder": str(folders.data),
        "address": network_info(best).source,
    }


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "auto")
