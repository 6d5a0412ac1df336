"""Where weights lie, how they are read without trusting them, and whether they fit."""

from __future__ import annotations

import hashlib
import os
import pickle
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import torch
from torch import Tensor

from dreamcore.errors import WeightsError
from dreamcore.networks.download import Progress, download
from dreamcore.sentences import Sentence


@dataclass(frozen=True, kw_only=True)
class WeightFolders:
    """The folders in which weights are looked for, in this order; downloads go into `data`."""

    given: Path | None  # DREAM_NETWORKS: the operator's own collection; never written to
    data: Path  # networks/ below DREAM_HOME
    torch_cache: Path  # where torchvision keeps what it fetched for other programs

    @classmethod
    def from_environment(cls) -> WeightFolders:
        """As DREAM_NETWORKS and DREAM_HOME say; the platform's own folder for data where they say nothing."""
        given = os.environ.get("DREAM_NETWORKS", "").strip()
        home = os.environ.get("DREAM_HOME", "").strip() or platformdirs.user_data_dir("dreambot", appauthor=False)
        return cls(
            given=Path(given).expanduser() if given else None,
            data=Path(home).expanduser() / "networks",
            torch_cache=Path(torch.hub.get_dir()) / "checkpoints",
        )

    def find(self, weights: WeightFile) -> Path | None:
        """The first of the folders' files that goes by one of the names."""
        folders = [folder for folder in (self.given, self.data, self.torch_cache) if folder is not None]
        for folder in folders:
            for name in weights.names:
                path = folder / name
                if path.is_file():
                    return path
        return None


@dataclass(frozen=True, kw_only=True)
class WeightFile:
    """One public file of weights."""

    names: tuple[str, ...]  # what it may be called in a folder; the first is what a download is called
    address: str
    sha256_prefix: str = ""  # as far as it is published

    def locate(self, folders: WeightFolders, *, fetch: bool, on_progress: Progress | None = None) -> Path:
        """The path of the file, fetched if need be. Raises `WeightsError`."""
        path = folders.find(self)
        if path is not None:
            return path
        target = folders.data / self.names[0]
        if not fetch:
            raise WeightsError(
                Sentence(
                    "The weights {name} are not here; they are at {address}, put them into {folder}.",
                    name=self.names[0],
                    address=self.address,
                    folder=str(target.parent),
                )
            )
        return download(self.address, target, sha256_prefix=self.sha256_prefix, on_progress=on_progress)


def read_state_dict(path: Path) -> dict[str, Tensor]:
    """The tensors of a file that `torch.save` wrote, and nothing else: no code in it is run.

    Raises `WeightsError` when it is missing, damaged, or holds more than tensors.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of unusual pickles, which then fail with a sentence
            stored = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise WeightsError(Sentence("There is no file {name}.", name=path.name), log=f"no file {path}") from None
    except pickle.UnpicklingError as error:
        raise WeightsError(
            Sentence(
                "{name} is not a plain file of weights (it is damaged, or holds code, which is never run).",
                name=path.name,
            ),
            log=f"{path}: {error}",
        ) from error
    except Exception as error:  # the unpickler meets any other file with whatever its bytes lead it to
        raise WeightsError(
            Sentence("{name} is damaged or no file of weights.", name=path.name), log=f"{path}: {error!r}"
        ) from error
    if isinstance(stored, Mapping) and isinstance(stored.get("state_dict"), Mapping):
        stored = stored["state_dict"]  # as training programs save it
    if not isinstance(stored, Mapping) or not all(isinstance(value, Tensor) for value in stored.values()):
        raise WeightsError(Sentence("{name} does not hold a state dict (names with tensors).", name=path.name))
    return {str(name).removeprefix("module."): value for name, value in stored.items()}


def check_fit(tensors: Mapping[str, Tensor], expected: Mapping[str, Tensor], *, what: str) -> None:
    """Names and shapes must be exactly the expected ones. Raises `WeightsError` naming the first that is not."""
    missing = [name for name in expected if name not in tensors]
    surplus = [name for name in tensors if name not in expected]
    wrong = [n for n in expected if n in tensors and tensors[n].shape != expected[n].shape]
    if missing:
        detail = Sentence("{tensor} is missing", tensor=missing[0])
    elif surplus:
        detail = Sentence("{tensor} is not expected", tensor=surplus[0])
    elif wrong:
        found, right = (tuple(t[wrong[0]].shape) for t in (tensors, expected))
        detail = Sentence(
            "{tensor} has the shape {found} instead of {right}", tensor=wrong[0], found=str(found), right=str(right)
        )
    else:
        broken = [n for n, t in tensors.items() if t.is_floating_point() and not bool(t.isfinite().all())]
        if not broken:
            return
        raise WeightsError(
            Sentence("{name} holds values that are not numbers (in {tensor}).", name=what, tensor=broken[0])
        )
    count = len(missing) + len(surplus) + len(wrong)
    if count == 1:
        raise WeightsError(Sentence("{name} does not fit the network: {detail}.", name=what, detail=detail))
    raise WeightsError(
        Sentence(
            "{name} does not fit the network: {detail}, and {more} more do not fit.",
            name=what,
            detail=detail,
            more=count - 1,
        )
    )


def digest(tensors: Mapping[str, Tensor]) -> str:
    """sha256 over names and values, the names sorted, the values as little-endian float32: equal weights, equal sum."""
    total = hashlib.sha256()
    for name in sorted(tensors):
        total.update(name.encode())
        total.update(tensors[name].detach().float().cpu().contiguous().numpy().astype("<f4").tobytes())
    return total.hexdigest()
