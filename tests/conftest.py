"""For all tests, before torch is imported anywhere."""

from __future__ import annotations

import os

# Threads that spin while they wait for one another make a busy machine several times slower; the same as in workers.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
