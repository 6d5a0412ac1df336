"""Rate limits: a bucket for each route and major id, and one for everything, with Discord's headers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """`requests` in `seconds`, counted for each major id (channel, server, webhook with its token)."""

    name: str
    requests: int
    seconds: float

    @property
    def hash(self) -> str:
        return hashlib.md5(self.name.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Taken:
    """How a bucket stands after a request."""

    bucket: Bucket
    remaining: int
    reset: float  # when the window ends
    reset_after: float
    refused: bool = False
    scope: str = "user"  # of a refusal: user, shared or global

    @property
    def everywhere(self) -> bool:
        return self.scope == "global"

    def headers(self) -> dict[str, str]:
        found = {
            "X-RateLimit-Limit": str(self.bucket.requests),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": f"{self.reset:.3f}",
            "X-RateLimit-Reset-After": f"{self.reset_after:.3f}",
            "X-RateLimit-Bucket": self.bucket.hash,
        }
        if self.refused:
            found["Retry-After"] = str(max(1, round(self.reset_after + 0.5)))
            found["X-RateLimit-Scope"] = self.scope
            if self.everywhere:
                found["X-RateLimit-Global"] = "true"
        return found


MESSAGES = Bucket(name="messages", requests=5, seconds=5.0)
EDITS = Bucket(name="edits", requests=5, seconds=5.0)
DELETES = Bucket(name="deletes", requests=5, seconds=1.0)
READS = Bucket(name="reads", requests=10, seconds=5.0)
REACTIONS = Bucket(name="reactions", requests=1, seconds=0.25)
TYPING = Bucket(name="typing", requests=5, seconds=5.0)
WEBHOOKS = Bucket(name="webhooks", requests=5, seconds=2.0)
CALLBACKS = Bucket(name="callbacks", requests=50, seconds=1.0)
COMMANDS = Bucket(name="commands", requests=10, seconds=10.0)
OTHER = Bucket(name="other", requests=30, seconds=5.0)
EVERYTHING = Bucket(name="global", requests=50, seconds=1.0)
OLD_EDITS = Bucket(name="old edits", requests=3, seconds=20.0)


class RateLimits:
    """Fixed windows, each beginning with its first request, as Discord's do."""

    def __init__(self, *, clock: Callable[[], float], on: bool = True) -> None:
        self._clock = clock
        self.on = on
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}  # begun, used

    def take(self, bucket: Bucket, major: str, *, counts_everywhere: bool = True) -> Taken:
        """Count a request, unless it is refused."""
        if counts_everywhere:
            everywhere = self.count(EVERYTHING, "")
            if everywhere.refused:
                return Taken(
                    bucket=bucket,
                    remaining=0,
                    reset=everywhere.reset,
                    reset_after=everywhere.reset_after,
                    refused=True,
                    scope="global",
                )
        return self.count(bucket, major)

    def count(self, bucket: Bucket, major: str, *, always: bool = False) -> Taken:
        """`always`: also where rate limits are switched off."""
        now = self._clock()
        key = (bucket.name, major)
        begun, used = self._windows.get(key, (now, 0))
        if now >= begun + bucket.seconds:
            begun, used = now, 0
        refused = (self.on or always) and used >= bucket.requests
        if not refused:
            used += 1
        self._windows[key] = (begun, used)
        remaining = max(0, bucket.requests - used) if self.on else bucket.requests
        end = begun + bucket.seconds
        return Taken(bucket=bucket, remaining=remaining, reset=end, reset_after=max(0.0, end - now), refused=refused)
