"""The link with which the owner of a server lets the bot in, and exactly what it asks for.

    view channels                     1 << 10
    send messages                     1 << 11
    embed links                       1 << 14   help and the lists of layers, asked for by a message
    attach files                      1 << 15   the dreams
    read message history              1 << 16   a reply's picture, the last picture, recovery after a restart
    send messages in threads          1 << 38

Nothing else: it deletes only its own messages, reacts with nothing, manages nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlencode

#: What the bot needs, by the names that Discord shows.
NEEDED: Mapping[str, int] = MappingProxyType(
    {
        "View Channels": 1 << 10,
        "Send Messages": 1 << 11,
        "Embed Links": 1 << 14,
        "Attach Files": 1 << 15,
        "Read Message History": 1 << 16,
        "Send Messages in Threads": 1 << 38,
    }
)

#: All of them, as the link carries them.
PERMISSIONS = sum(NEEDED.values())

SCOPES = "bot applications.commands"

_AUTHORIZE = "https://discord.com/oauth2/authorize"


def invite_link(application_id: int | str) -> str:
    """For a server's owner.

    >>> invite_link(81384788765712384)
    'https://discord.com/oauth2/authorize?client_id=81384788765712384&scope=bot+applications.commands&permissions=274878024704'
    """
    query = {"client_id": application_id, "scope": SCOPES, "permissions": PERMISSIONS}
    return f"{_AUTHORIZE}?{urlencode(query)}"


def personal_link(application_id: int | str) -> str:
    """For a person who wants the bot for themselves, where DREAM_PERSONAL_INSTALL allows it."""
    query = {"client_id": application_id, "scope": "applications.commands", "integration_type": 1}
    return f"{_AUTHORIZE}?{urlencode(query)}"


def missing(permissions: int) -> tuple[str, ...]:
    """The names of what is needed and not in `permissions`."""
    return tuple(name for name, bit in NEEDED.items() if not permissions & bit)
