"""Devices by name, and libraries that do not fit each other."""

from __future__ import annotations

import importlib

import pytest
import torch

from dreamcore import devices
from dreamcore.errors import DeviceError, InstallationError


def test_the_cpu_is_always_there() -> None:
    assert devices.choose_device("cpu") == torch.device("cpu")
    assert devices.choose_device(" CPU ") == torch.device("cpu")


def test_auto_takes_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert devices.choose_device(None) == devices.choose_device("auto") == torch.device("cpu")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert devices.choose_device("auto") == torch.device("mps")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert devices.choose_device("auto") == torch.device("cuda", 0)
    assert devices.choose_device("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(DeviceError, match="2 CUDA"):
        devices.choose_device("cuda:2")


@pytest.mark.parametrize("name", ["tpu", "cuda:", "cuda:x", "cuda:-1", "cpu:3", "cuda:²", ""])
def test_devices_that_are_not_there_are_one_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    if name == "":
        assert devices.choose_device(name).type == "cpu"
        return
    with pytest.raises(DeviceError):
        devices.choose_device(name)


def test_memory_and_precision_of_the_cpu() -> None:
    assert devices.available_memory(torch.device("cpu")) > 1 << 20
    assert devices.native_bf16(torch.device("cpu")) in (True, False)
    assert not devices.native_bf16(torch.device("meta"))


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("operator torchvision::nms does not exist"),
        AttributeError("partially initialized module 'torchvision' has no attribute 'extension'"),
        ModuleNotFoundError("No module named 'torchvision'"),
        OSError("undefined symbol"),
    ],
)
def test_libraries_that_do_not_fit_are_one_sentence(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_name: str) -> None:
        raise error

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(InstallationError, match="same index") as raised:
        devices.torchvision_models()
    assert raised.value.log == str(error)
