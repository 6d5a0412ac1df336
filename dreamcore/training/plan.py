"""What a training run does: stages of growing pictures and growing attacks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One leg of the run, with a learning rate that rises, then falls to nothing along half a cosine."""

    name: str
    size: int  # of the pictures, in pixels
    pictures: int  # seen, over all processes
    schedule: int = 0  # pictures after which the rate is nothing; 0: when all are seen. More leave the fall to the next
    attack_start: float = 0.0  # L2 radius of the attack at the beginning, in a picture of values in [0, 1] ...
    attack: float = 0.0  # ... and from the first 30 % of the stage on; 0: standard training
    learning_rate: float = 3e-3

    def radius(self, progress: float) -> float:
        return self.attack_start + (self.attack - self.attack_start) * min(1.0, progress / 0.3)


@dataclass(frozen=True, kw_only=True)
class TrainingPlan:
    """A whole run; two runs of the same plan on the same kind of machine give the same network."""

    stages: tuple[Stage, ...]
    pool_pictures: int
    pool_size: int = 96
    seed: int = 1
    batch: int = 96  # over all processes
    weight_decay: float = 0.02
    label_smoothing: float = 0.05
    average: float = 0.998  # of the averaged weights, which are the ones that are kept

    def scaled(self, factor: float) -> TrainingPlan:
        """The same run with more or fewer pictures seen in every stage."""
        stages = tuple(
            replace(
                stage,
                pictures=max(self.batch, round(stage.pictures * factor)),
                schedule=round(stage.schedule * factor),
            )
            for stage in self.stages
        )
        return replace(self, stages=stages)


#: Each plan by its name on the command line.
PLANS: Final = MappingProxyType(
    {
        # Made for two CPU cores: about an hour when they are free.
        "daydream": TrainingPlan(
            pool_pictures=81_920,
            stages=(
                Stage(name="standard-64", size=64, pictures=120_000),
                Stage(name="robust-64", size=64, pictures=120_000, attack_start=0.5, attack=4.0),
                Stage(
                    name="robust-96",
                    size=96,
                    pictures=141_408,
                    schedule=320_000,
                    attack_start=4.0,
                    attack=8.0,
                    learning_rate=2e-3,
                ),
                Stage(name="finish-96", size=96, pictures=57_600, attack_start=8.0, attack=8.0, learning_rate=1e-3),
            ),
        ),
        # Not shipped: it looks at what the shipped one imagines. Another seed, another pool, never attacked.
        "judge": TrainingPlan(
            pool_pictures=49_152, seed=78, stages=(Stage(name="judge-64", size=64, pictures=240_000),)
        ),
        # Not shipped, kept for the tests: a second network of the same shape, that sees what the shipped one dreams.
        "witness": TrainingPlan(
            pool_pictures=16_384,
            seed=79,
            stages=(
                Stage(name="standard-64", size=64, pictures=60_000),
                Stage(name="robust-64", size=64, pictures=40_000, attack_start=0.5, attack=2.0),
            ),
        ),
    }
)
