"""What a challenge does not take, each with one sentence.

Refusal (bot.errors)
└── ChallengeRefusal
    ├── NoChallenge    there is no such challenge here any more
    ├── NoEntry        there is no such entry any more
    ├── NotNow         the challenge is in another state
    ├── BadPlan        what was written into the draft does not work
    ├── BadTime        what was typed is no moment, or none that works here
    ├── NotEligible    the dream does not count in this challenge
    └── NotTaken       a vote or an entry is not taken: used up, one's own, blocked, no role
"""

from __future__ import annotations

from bot.errors import Refusal


class ChallengeRefusal(Refusal):
    """Base class."""


class NoChallenge(ChallengeRefusal):
    """There is no such challenge here any more."""


class NoEntry(ChallengeRefusal):
    """There is no such entry any more."""


class NotNow(ChallengeRefusal):
    """The challenge is in another state."""


class BadPlan(ChallengeRefusal):
    """What was written into the draft does not work."""


class BadTime(ChallengeRefusal):
    """What was typed is no moment, or none that works here."""


class NotEligible(ChallengeRefusal):
    """The dream does not count in this challenge."""


class NotTaken(ChallengeRefusal):
    """A vote or an entry is not taken."""
