"""`python -m dreamcore.networks.generate` writes the catalogue again, from the networks themselves."""

from __future__ import annotations

import logging
from pathlib import Path

import torch

from dreamcore.catalogue import NetworkInfo, to_json
from dreamcore.networks import daydream, families, inception_v1
from dreamcore.networks.describe import describe

CATALOGUE = Path(__file__).with_name("catalogue.json")


def described() -> dict[str, NetworkInfo]:
    """Every network's info, read off its module on torch's meta device."""
    networks = {}
    for name in families.NAMES:
        description = families.description(name)
        with torch.device("meta"):
            module = (
                inception_v1.InceptionV1()
                if name == families.INCEPTION_V1
                else daydream.DaydreamNet(len(description.classes), batch_norm=False)
                if name == families.DAYDREAM
                else families.torchvision_module(name)
            )
        networks[name] = describe(description, module.eval())
    return networks


def catalogue_text() -> str:
    """What `catalogue.json` should hold: the same text on every machine."""
    networks = described()
    class_lists = {"imagenet": families.imagenet_classes(), "daydream": networks[families.DAYDREAM].classes}
    return to_json(networks.values(), class_lists)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    CATALOGUE.write_text(catalogue_text(), encoding="utf-8")
    logging.getLogger(__name__).info("%s is written", CATALOGUE)
