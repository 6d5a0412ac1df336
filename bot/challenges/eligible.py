"""Whether a dream counts in a challenge: by what the job table knows of it, never by what a message says. Pure."""

from __future__ import annotations

from collections.abc import Collection

from bot.challenges.errors import NotEligible, NotTaken
from bot.challenges.model import Challenge
from bot.challenges.schedule import stamp
from bot.jobs.model import Job, JobPicture, JobState, Result
from bot.kinds import Kind
from bot.languages import tr
from dreamcore.recipe import Recipe

_MADE = (JobState.MADE, JobState.DELIVERED)


def eligible(challenge: Challenge, job: Job | None, ordinal: int, *, member: int) -> tuple[JobPicture, Result]:
    """The picture and the dream of it that count. Raises NotEligible with the reason why not."""
    if job is None:
        raise NotEligible(tr("I do not know that dream: only dreams that I have made can be entered."))
    if job.requester != member:
        raise NotEligible(tr("That dream is somebody else's: only dreams that you asked for can be entered by you."))
    if job.place.guild != challenge.guild:
        raise NotEligible(tr("That dream was made elsewhere: it has to be made on this server."))
    if job.kind is not Kind.DREAM:
        raise NotEligible(
            tr("Only dreams of a picture can be entered: no films, grids, explanations, or pictures out of noise.")
        )
    picture = next((one for one in job.pictures if one.ordinal == ordinal), None)
    if picture is None or picture.result is None or job.state not in _MADE:
        raise NotEligible(tr("That dream is not made yet: enter it when it is there."))
    opened = challenge.opened
    if opened is None or job.created < opened:
        raise NotEligible(
            tr(
                "That dream is older than the challenge, which opened at {moment}: make a new one.",
                moment=stamp(challenge.opens_at if opened is None else opened),
            )
        )
    if challenge.plan.base is not None and picture.source != challenge.plan.base.picture:
        raise NotEligible(
            tr("In this challenge everybody dreams the same picture, and this is a dream of another one.")
        )
    if challenge.hidden and job.manner.secret != challenge.id:  # before its recipe is looked at, which would tell
        raise NotEligible(
            tr("For this challenge dreams are made for you alone: press “Dream for it” under its announcement.")
        )
    _stays(challenge, job)
    challenge.plan.constraints.check(Recipe.parse(picture.result.recipe))
    return picture, picture.result


def may_take_part(challenge: Challenge, roles: Collection[int]) -> None:
    """Raises NotTaken for somebody without any of the roles that may."""
    allowed = challenge.plan.roles
    if allowed and not set(allowed) & set(roles):
        raise NotTaken(
            tr(
                "Only members with one of these roles take part: {roles}.",
                roles=", ".join(f"<@&{one}>" for one in allowed),
            )
        )


def _stays(challenge: Challenge, job: Job) -> None:
    """What was dreamt in an age-restricted channel stays in that channel."""
    root = job.place.channel if job.place.under is None else job.place.under
    if job.manner.age_restricted and root != challenge.plan.channel:
        raise NotEligible(
            tr("That dream was made in an age-restricted channel, <#{channel}>, and has to stay there.", channel=root)
        )
