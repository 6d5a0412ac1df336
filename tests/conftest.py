"""For all tests, before torch is imported anywhere."""

from __future__ import annotations

import os

# Threads that spin for long while they wait make a busy machine several times slower; the same as in workers.
os.environ.setdefault("GOMP_SPINCOUNT", "5000")
