"""The libraries that films need and that not everyone has installed."""

from __future__ import annotations

import importlib
from typing import Any

from dreamcore.errors import InstallationError
from dreamcore.sentences import Sentence


def av() -> Any:
    """PyAV, which reads and writes video. Raises InstallationError that names what to install."""
    try:
        library = importlib.import_module("av")
    except ImportError as error:
        raise InstallationError(
            Sentence("Video needs PyAV, which is not installed here: pip install “dreambot[film]”."), log=repr(error)
        ) from error
    importlib.import_module("av.logging").set_libav_level(library.logging.PANIC)  # what is said of strangers' files
    return library


def cv2() -> Any:
    """OpenCV, which finds how moving pictures move. Raises InstallationError that names what to install."""
    try:
        return importlib.import_module("cv2")
    except ImportError as error:
        raise InstallationError(
            Sentence("Moving pictures need OpenCV, which is not installed here: pip install “dreambot[film]”."),
            log=repr(error),
        ) from error
