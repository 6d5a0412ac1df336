"""Where pages lie that were made once: beside the program for the built-in network, else in the user's cache."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
from pathlib import Path
from urllib.parse import quote

import numpy as np
import platformdirs
from numpy.typing import NDArray
from PIL import Image

from dreamcore.atlas.pages import COLUMNS, AtlasPage
from dreamcore.atlas.tiles import TILE
from dreamcore.files import write

_log = logging.getLogger(__name__)

VERSION = 1  #: of the tiles: goes up when they look otherwise
QUALITY = 66  #: of the pages' WebP
READY = Path(__file__).parent / "ready"
ABOUT = "about.json"
PART = ".part"  #: a page that is not done
_LARGEST = 4 << 20  # bytes of a page's file

Tiles = NDArray[np.uint8]  #: (n, TILE, TILE, 3)


def cache_folder() -> Path:
    """atlas/ below DREAM_HOME; the platform's own folder for caches where that is not set."""
    home = os.environ.get("DREAM_HOME", "").strip()
    folder = Path(home).expanduser() if home else Path(platformdirs.user_cache_dir("dreambot", appauthor=False))
    return folder / "atlas"


def ready_folder(network: str) -> Path:
    """Where a network's pages lie that come with the program."""
    return READY / quote(network, safe="")


def ready_tiles(page: AtlasPage) -> Tiles | None:
    """The page as it comes with the program, if it does."""
    folder = ready_folder(page.network)
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return _read(folder / _name(page), page) if about.get("version") == VERSION else None


def kept_tiles(page: AtlasPage, weights: str, folder: Path) -> Tiles | None:
    """The page as it was made before with these weights; None where it was not, or is damaged."""
    return _read(_kept(page, weights, folder), page)


def kept_with_any_weights(page: AtlasPage, folder: Path) -> Tiles | None:
    """The page as it was made before, by weights that nobody has looked at since: the newest there is."""
    name = quote(Path(page.network).name, safe="")
    found = [path for path in folder.glob(f"{name}-*-{VERSION}") if (path / _name(page)).is_file()]
    newest = max(found, key=lambda path: (path / _name(page)).stat().st_mtime, default=None)
    return None if newest is None else _read(newest / _name(page), page)


def part_kept(page: AtlasPage, weights: str, folder: Path) -> bytes | None:
    """What somebody else's making of the page has come to, as a checkpoint."""
    try:
        path = _kept(page, weights, folder).with_suffix(PART)
        return path.read_bytes() if path.stat().st_size <= _LARGEST else None
    except OSError:
        return None


def keep_part(page: AtlasPage, weights: str, folder: Path, checkpoint: bytes) -> None:
    """For whoever goes on with it, though it may be for somebody else."""
    _write(_kept(page, weights, folder).with_suffix(PART), checkpoint)


def keep(page: AtlasPage, weights: str, folder: Path, tiles: Tiles) -> None:
    """Write the page down, whole or not at all. A folder that cannot be written to only costs time later."""
    path = _kept(page, weights, folder)
    _write(path, encoded(tiles))
    with contextlib.suppress(OSError):
        path.with_suffix(PART).unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(str(path), data)
    except OSError as error:
        _log.warning("A page of the atlas cannot be kept in %s: %s", path, error)


def encoded(tiles: Tiles) -> bytes:
    """The tiles in rows, as one picture."""
    rows = -(-len(tiles) // COLUMNS)
    sheet = np.zeros((rows * TILE, COLUMNS * TILE, 3), np.uint8)
    for number, tile in enumerate(tiles):
        top, left = number // COLUMNS * TILE, number % COLUMNS * TILE
        sheet[top : top + TILE, left : left + TILE] = tile
    out = io.BytesIO()
    Image.fromarray(sheet).save(out, "WEBP", quality=QUALITY, method=6)
    return out.getvalue()


def write_ready(page: AtlasPage, weights: str, tiles: Tiles) -> int:
    """Put a page where `ready_tiles` finds it; its bytes."""
    folder = ready_folder(page.network)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ABOUT).write_text(json.dumps({"version": VERSION, "weights": weights}) + "\n", encoding="utf-8")
    data = encoded(tiles)
    (folder / _name(page)).write_bytes(data)
    return len(data)


def _kept(page: AtlasPage, weights: str, folder: Path) -> Path:
    return folder / f"{quote(Path(page.network).name, safe='')}-{weights}-{VERSION}" / _name(page)


def _name(page: AtlasPage) -> str:
    return f"{quote(page.layer or '', safe='') or 'layers'}-{page.number}.webp"


def _read(path: Path, page: AtlasPage) -> Tiles | None:
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("it is too large")
        with Image.open(path, formats=("WEBP",)) as image:
            if image.size != (COLUMNS * TILE, -(-len(page.tiles) // COLUMNS) * TILE):
                raise ValueError(f"it is {image.size[0]}x{image.size[1]}")
            sheet = np.asarray(image.convert("RGB"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        _log.warning("The page %s of the atlas is damaged, it is made again: %s", path, error)
        return None
    rows = sheet.reshape(-1, TILE, COLUMNS, TILE, 3).swapaxes(1, 2)
    return np.ascontiguousarray(rows.reshape(-1, TILE, TILE, 3)[: len(page.tiles)])
