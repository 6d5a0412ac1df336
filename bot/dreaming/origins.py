"""Where pictures were posted: what comes from an age-restricted channel stays there, whatever door it is asked at."""

from __future__ import annotations

import discord

from bot.dreaming.asks import Ask
from bot.dreaming.rules import Origin
from bot.dreaming.scenes import is_age_restricted, parent_of
from bot.jobs.model import Job


def origin_of(client: discord.Client, channel: int) -> Origin | None:
    """A channel or thread that the bot knows."""
    known = client.get_channel(channel)
    if known is None:
        return None
    return Origin(root=parent_of(known) or channel, age_restricted=is_age_restricted(known))


def origins_of(client: discord.Client, ask: Ask) -> list[Origin]:
    """Of the pictures that are asked for, as far as anybody knows. Avatars have none."""
    scene = ask.scene
    here = Origin(root=scene.root, age_restricted=scene.age_restricted)
    posted = dict.fromkeys(one.origin for one in ask.to_fetch if one.origin is not None)
    found = [here if channel == scene.channel else origin_of(client, channel) for channel in posted]
    kept = [] if ask.stays_in is None else [Origin(root=ask.stays_in, age_restricted=True)]
    return [*kept, *(origin for origin in found if origin is not None)]


def stays_in(client: discord.Client, job: Job) -> int | None:
    """The age-restricted channel that a job's pictures came from."""
    root = job.place.channel if job.place.under is None else job.place.under
    if job.manner.age_restricted:
        return root
    origin = origin_of(client, root)  # it may have become so since
    attachments = [*(one.attachment for one in job.pictures), *(one.attachment for one in job.companions)]
    posted = any(id_ is not None for id_ in attachments)
    return root if posted and origin is not None and origin.age_restricted else None
