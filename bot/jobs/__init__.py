"""The queue: accept, fairness, limits, dispatch, recovery. The job table is the authority; no Discord in here."""
