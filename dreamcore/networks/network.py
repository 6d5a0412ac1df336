"""A network with its weights: what it is, and the eyes that can be made of it."""

from __future__ import annotations

import collections
import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from dreamcore.catalogue import NetworkInfo
from dreamcore.errors import BadValue, UnknownLayer
from dreamcore.networks.eye import Eye, plan_eye
from dreamcore.networks.graph import NamedGraph, named_graph
from dreamcore.networks.preprocessing import Preprocessing
from dreamcore.sentences import Sentence

T = TypeVar("T")

#: fp32 is exact; tf32 lets CUDA round the factors of fp32 products to 10 bits; bf16 halves memory traffic as well.
PRECISIONS = ("fp32", "tf32", "bf16")

_EYES_KEPT = 4  # each holds its own copy of the weights it uses


class Network:
    """A pretrained (or random) network.

    `info` says what it is called and what it has; `weights` is a short sum over its weights, for logs; `classes` are
    the names in the order of the logits.
    """

    def __init__(self, info: NetworkInfo, module: nn.Module, preprocessing: Preprocessing, *, weights: str) -> None:
        self.info = info
        self.weights = weights
        self.classes = info.classes
        self.preprocessing = preprocessing
        self.module = module.eval().requires_grad_(False)
        self.graph: NamedGraph = named_graph(self.module)
        self._eyes: collections.OrderedDict[tuple[object, ...], Eye] = collections.OrderedDict()
        self._kept: dict[Hashable, Any] = {}
        self._lock = threading.Lock()

    def prepare(
        self,
        layers: Sequence[str],
        *,
        device: torch.device,
        precision: str = "fp32",
        logits: bool = False,
        rectified: bool = True,
    ) -> Eye:
        """An eye for these layers (exact names, see `info.find_layers`); the same arguments give the same eye.

        rectified: False for what a layer's values are before a rectifier ends it: a silent channel has a slope there.
        Raises `UnknownLayer` for a name that is not exact.
        """
        if precision not in PRECISIONS:
            raise BadValue("precision", precision, Sentence("it is one of {words}", words=", ".join(PRECISIONS)))
        names = tuple(dict.fromkeys(layers))
        for name in names:
            if name not in self.graph.names:
                raise UnknownLayer(name, self.info.name, self.graph.names)
        key = (names, device, precision, logits, rectified)
        with self._lock:
            eye = self._eyes.pop(key, None)
            if eye is None:
                plan = plan_eye(self.graph, names, self.preprocessing, precision, logits=logits, rectified=rectified)
                eye = Eye(plan, device)
            self._eyes[key] = eye
            while len(self._eyes) > _EYES_KEPT:
                self._eyes.popitem(last=False)
        return eye

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gave the first time: it is kept as long as this network is."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
            found: T = self._kept[key]
        return found

    def classify(self, picture: Tensor) -> Tensor:
        """(1, 3, H, W) RGB in [0, 1], any size -> logits (1, classes), as the network was trained to be used."""
        with torch.no_grad():
            fitted = self.preprocessing.normalise(self.preprocessing.fit(picture.float().cpu()))
            logits: Tensor = self.module(fitted)
        return logits
