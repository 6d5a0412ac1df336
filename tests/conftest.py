"""For all tests, before torch is imported anywhere."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Threads that spin for long while they wait make a busy machine several times slower; the same as in workers.
os.environ.setdefault("GOMP_SPINCOUNT", "5000")
# One a process: there are several processes already.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long one example takes says more about the machine's other work than about us; pytest's timeout still holds.
# The same examples each time: no draw decides whether a change is right. `--hypothesis-profile roaming` draws.
QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dreambot", derandomize=True, **QUIET)
settings.register_profile("roaming", print_blob=True, **QUIET)
settings.load_profile("dreambot")
