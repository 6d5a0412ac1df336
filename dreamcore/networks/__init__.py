"""What can dream: networks by name, their weights, and eyes - the part of a network that a dream looks through."""

from dreamcore.networks.calibration import random_weights
from dreamcore.networks.eye import LOGITS, Eye
from dreamcore.networks.loading import available, default_network, load
from dreamcore.networks.network import PRECISIONS, Network
from dreamcore.networks.weight_files import WeightFolders

__all__ = [
    "LOGITS",
    "PRECISIONS",
    "Eye",
    "Network",
    "WeightFolders",
    "available",
    "default_network",
    "load",
    "random_weights",
]
