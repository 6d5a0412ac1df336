"""Where Discord is: its real address, or the playground's.

discord.py keeps its addresses in class attributes, so this is the one place that changes another library's state. It
does so once, before the first client is made, and only to a loopback address (`config` refuses any other).
"""

from __future__ import annotations

from urllib.parse import urlsplit

import discord.asset
import discord.gateway
import discord.http
import yarl


def use_api(api: str) -> None:
    """Make discord.py speak to the API at `api`, and read pictures from the same origin."""
    parts = urlsplit(api)
    origin = f"{parts.scheme}://{parts.netloc}"
    discord.http.Route.BASE = api.rstrip("/")
    discord.asset.Asset.BASE = origin
    # Asked for only after a session could not be resumed; before that, the server names its gateway itself.
    scheme = "wss" if parts.scheme == "https" else "ws"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"{scheme}://{parts.netloc}/gateway/")
