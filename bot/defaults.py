"""Every variable of the environment that the bot reads."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Every variable with its default, as `.env.example` has it. Empty: not set.
DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "DISCORD_TOKEN": "",
        "DISCORD_API": "",
        "DREAM_HOME": "",
        "DREAM_NETWORKS": "",
        "DATABASE_URL": "",
        "DREAM_PREFIX": "!",
        "DREAM_SETTINGS": "",
        "DREAM_GUILDS": "",
        "DREAM_PERSONAL_INSTALL": "no",
        "DREAM_KEEP_DAYS": "7",
        "DREAM_KEEP_SIZE": "5",
        "DREAM_MAX_UPLOAD": "25",
        "DREAM_FILM_SECONDS": "30",
        "DREAM_LIMIT_HOUR": "10",
        "DREAM_LIMIT_DAY": "0",
        "DREAM_LIMIT_WAITING": "3",
        "DREAM_LIMIT_SERVER_HOUR": "0",
        "DREAM_LIMIT_SERVER_DAY": "0",
        "DREAM_LIMIT_SERVER_WAITING": "100",
        "DREAM_LIMIT_QUEUE": "1000",
        "DREAM_LIMIT_FILMS": "2",
        "DREAM_LIMIT_GRIDS": "10",
        "DREAM_LIMIT_PERSONAL": "5",
        "DREAM_SCHEDULER": "",
        "DREAM_SCHEDULER_CA": "",
        "DREAM_SCHEDULER_CERT": "",
        "DREAM_SCHEDULER_KEY": "",
        "DREAM_WORKERS": "0",
        "DREAM_DEVICE": "auto",
        "DREAM_THREADS": "0",
        "DREAM_DOWNLOAD": "yes",
        "DREAM_HUNG_AFTER": "30",
        "DREAM_METRICS": "",
        "DREAM_REPORTS": "",
        "DREAM_LOG": "text",
        "DREAM_LOG_LEVEL": "INFO",
        "DREAM_LOG_FILE": "",
    }
)
