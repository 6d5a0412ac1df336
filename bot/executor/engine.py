"""The engine in a worker: the networks that are loaded, the device, one dream at a time. Imports torch."""

from __future__ import annotations

import collections
import threading

import torch

from dreamcore.catalogue import catalogue
from dreamcore.devices import choose_device
from dreamcore.dreaming import dream
from dreamcore.errors import Cancelled, UnknownNetwork
from dreamcore.networks import Network, default_network, load
from dreamcore.picture import Picture
from dreamcore.planning import device_defaults
from dreamcore.processors import keep_freed_memory
from dreamcore.progress import AskCancelled
from dreamcore.recipe import Recipe
from dreamcore.resolve import resolve
from dreamcore.sample import landscape
from dreamcore.sentences import Sentence
from dreamcore.settings import AUTO

PREFERRED = "inception_v1"
NETWORKS_KEPT = 3  #: some of torchvision's hold half a gigabyte
WARM_UP_SIDE = 128

#: Operations a second that the slowest machine does; only decides how long a first step may take.
SLOWEST = {"cpu": 3e9, "mps": 1e11, "cuda": 2e11}
FIRST_USE_SECONDS = 20.0  #: of a network, a device or a size


class Engine:
    """Dreams, in one thread; networks may be fetched and loaded in others meanwhile."""

    def __init__(self, *, device: str, threads: int, download: bool) -> None:
        torch.set_num_threads(threads)
        keep_freed_memory()
        self.device = choose_device(device)
        self._download = download
        self._networks: collections.OrderedDict[str, Network] = collections.OrderedDict()
        self._lock = threading.Lock()  # of the dictionary
        self._loading: dict[str, threading.Lock] = {}
        #: The network that dreams where a recipe names none.
        self.default = default_network(download=False)
        self.network(self.default, lambda: False)

    @property
    def gpu_memory(self) -> tuple[int, int] | None:
        """Bytes that this process holds of its GPU's memory, and all that there are. Asks no driver, so never waits."""
        if self.device.type != "cuda":
            return None
        return torch.cuda.memory_reserved(self.device), torch.cuda.get_device_properties(self.device).total_memory

    def fetch_preferred(self) -> bool:
        """Fetch the better network's weights where they may be fetched, and dream with it from then on.

        False: it did not work now, and may later.
        """
        if self.default == PREFERRED or not self._download:
            return True
        if default_network(download=True) != PREFERRED:
            return False
        self.network(PREFERRED, lambda: False)
        self.default = PREFERRED
        return True

    def warm_up(self) -> None:
        """One small dream, so that the first order does not pay for what libraries do at their first use."""
        recipe = Recipe(size=WARM_UP_SIDE, steps=1, octaves=1, seed=0)
        picture = Picture(rgb=landscape(WARM_UP_SIDE, WARM_UP_SIDE), alpha=None, format="PNG")
        dream(picture, recipe, network=self.network(self.default, lambda: False), device=self.device)

    def network_for(self, asked: str | None, stop: AskCancelled) -> tuple[Network, tuple[str, ...]]:
        """The network that a recipe asks for, and what is to be said about it. Raises RecipeError, WeightsError."""
        if asked not in (None, AUTO):
            return self.network(str(asked), stop), ()
        name = self.default
        if name == PREFERRED:
            return self.network(name, stop), ()
        note = Sentence("The weights of {best} are not here, so {network} dreamt this.", best=PREFERRED, network=name)
        return self.network(name, stop), (note,)

    def network(self, name: str, stop: AskCancelled) -> Network:
        """A network of the catalogue, and of nowhere else: a name from a stranger is never a path."""
        if name not in catalogue():
            raise UnknownNetwork(name, catalogue())
        with self._lock:
            turn = self._loading.setdefault(name, threading.Lock())
        with turn:
            with self._lock:
                if name in self._networks:
                    self._networks.move_to_end(name)
                    return self._networks[name]

            def ask(_done: int, _total: int | None) -> None:
                if stop():
                    raise Cancelled

            network = load(name, download=self._download, on_progress=ask)
            with self._lock:
                self._networks[name] = network
                while len(self._networks) > NETWORKS_KEPT:
                    oldest = next(key for key in self._networks if key not in (self.default, name))
                    del self._networks[oldest]
            return network

    def weights_of(self, name: str) -> str | None:
        """The sum over a network's weights; None while it is not loaded."""
        with self._lock:
            network = self._networks.get(name)
        return None if network is None else network.weights

    def first_step_seconds(self, picture: Picture, recipe: Recipe, network: Network) -> float:
        """The longest that the first step may take on any machine. Raises RecipeError, as the dream would."""
        resolved = resolve(
            recipe,
            network=network.info,
            height=picture.height,
            width=picture.width,
            device=device_defaults(self.device),
            seed=0,
        ).recipe
        side = min(max(picture.height, picture.width), 2 * resolved.size)
        pixels = side * side * min(picture.height, picture.width) / max(picture.height, picture.width)
        return self.step_seconds(pixels, network)

    def step_seconds(self, pixels: float, network: Network) -> float:
        """The longest that a first step over so many pixels may take on any machine."""
        return FIRST_USE_SECONDS + pixels * network.info.operations_per_pixel / SLOWEST[self.device.type]
