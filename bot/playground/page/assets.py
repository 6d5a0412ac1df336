"""The files of the page, read from disk at each request, so that a reload shows what has just been changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent / "assets"
SAMPLES = "samples/samples.json"

#: What a browser may be told. By our own table: the system's differs from machine to machine.
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
}


def find(path: str) -> Path | None:
    """The file of an address; None for what is no file in the folder, or of no kind that a page needs.

    >>> find("../server.py"), find("index.html").name
    (None, 'index.html')
    """
    steps = path.split("/")
    if any(not step or step.startswith(".") or "\\" in step or "\0" in step or ":" in step for step in steps):
        return None
    found = ROOT.joinpath(*steps).resolve()
    if found.suffix not in TYPES or not found.is_relative_to(ROOT) or not found.is_file():
        return None
    return found


def samples() -> list[dict[str, Any]]:
    """Pictures for those who have none at hand: path, title, alt, credit."""
    path = ROOT / SAMPLES
    if not path.is_file():
        return []
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found
