"""What the tests of training share."""

from dreamcore.training.pool import PoolPlan

SIZE = 32
POOL = PoolPlan(pictures=1024, size=SIZE, seed=1)
