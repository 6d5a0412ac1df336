"""For all tests, before torch is imported anywhere."""

from __future__ import annotations

import os

from hypothesis import settings

# Threads that spin for long while they wait make a busy machine several times slower; the same as in workers.
os.environ.setdefault("GOMP_SPINCOUNT", "5000")

# How long one example takes says more about the machine's other work than about us; pytest's timeout still holds.
settings.register_profile("dreambot", deadline=None)
settings.load_profile("dreambot")
