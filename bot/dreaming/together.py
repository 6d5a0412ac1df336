"""Pictures that belong together: the one that is dreamt, and those that go beside it, a guide and a mask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.dreaming.pictures import Found
from bot.errors import NoPicture
from bot.kinds import Role
from bot.languages import mark, tr

_TOO_FEW = {
    (Role.GUIDE,): mark(
        "Two pictures are needed, the one to dream and the guide, whose likeness is to grow: "
        "post both in one message, or answer the first with the guide."
    ),
    (Role.MASK,): mark(
        "Two pictures are needed, the one to dream and the mask, which says where: "
        "post both in one message, or answer the first with the mask."
    ),
    (Role.GUIDE, Role.MASK): mark(
        "Three pictures are needed, the one to dream, the guide and the mask, in this order: "
        "post them in one message, or answer the first with the others."
    ),
}
_TOO_MANY = mark(
    "These are {count} pictures, and {needed} are needed: the one to dream first, then what goes beside it."
)


@dataclass(frozen=True, kw_only=True)
class Together:
    """One picture, and what goes beside it."""

    picture: Found
    beside: Mapping[Role, Found]


def told_apart(found: Sequence[Found], roles: Sequence[Role]) -> Together:
    """Which picture is which: the one that is dreamt comes first, the others in the order of `roles`.

    Raises NoPicture for too few and too many.
    """
    needed = 1 + len(roles)
    if len(found) < needed:
        raise NoPicture(tr(_TOO_FEW[tuple(roles)]))
    if len(found) > needed:
        raise NoPicture(tr(_TOO_MANY, count=len(found), needed=needed))
    return Together(picture=found[0], beside=dict(zip(roles, found[1:], strict=True)))
