from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "'audioop'", DeprecationWarning)  # imported by discord.py where it still exists
    import discord  # noqa: F401
