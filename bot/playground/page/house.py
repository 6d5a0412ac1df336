"""What all tabs of the page share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.playground.friendly import Friendly
from bot.playground.model import Message
from bot.playground.page.messages import MessageViews
from bot.playground.page.sight import Sight
from bot.playground.page.switches import Switches
from bot.playground.page.uploads import Uploads
from bot.playground.page.views import Views
from bot.playground.page.wire import Wire
from bot.playground.standin import StandIn


@dataclass(frozen=True, kw_only=True)
class House:
    standin: StandIn
    friendly: Friendly
    prefix: str
    sight: Sight
    views: Views
    messages: MessageViews
    uploads: Uploads
    wire: Wire
    switches: Switches
    supervised: bool  # whether somebody can start the bot again
    present: Callable[[], set[int]]  # whom a tab shows
    people_changed: Callable[[], None]  # somebody has come or gone
    faults_changed: Callable[[], None]
    dismiss: Callable[[Message], None]  # out of its reader's sight, in all their tabs
    begin_anew: Callable[[], bool]  # start the bot again; False: it is being started already, or nobody can
