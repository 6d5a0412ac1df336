"""The training loop: standard or adversarial, one process a core or one on a GPU, resumable at every checkpoint.

One single-thread process a core with ONE exchange of gradients a step is faster than one process with several
threads, and far more patient with busy neighbours.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import math
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import torch
import torch.distributed as distributed
import torch.nn.functional as F
from torch import Tensor, nn
from torch.multiprocessing.spawn import spawn

from dreamcore.networks.daydream import DaydreamNet
from dreamcore.training.attacks import attacked, half_precision, soft_cross_entropy
from dreamcore.training.catalogue import NAMES
from dreamcore.training.checkpoints import Checkpoint, CheckpointError, last_checkpoint
from dreamcore.training.judge import JudgeNet
from dreamcore.training.plan import Stage, TrainingPlan
from dreamcore.training.pool import Pool, PoolPlan, open_pool
from dreamcore.training.reporting import Progress

CHECKPOINT_EVERY: Final = 120.0  #: seconds
REPORT_EVERY: Final = 20.0


@dataclass(frozen=True, kw_only=True)
class Run:
    """Everything a training process needs to know."""

    folder: Path
    pool: Path
    plan: TrainingPlan
    network: str = "daydream"  # or "judge"
    processes: int = 1
    device: str = "cpu"
    parent: int = field(default_factory=os.getpid)  # the process that began it: without it, nobody waits

    @property
    def pool_plan(self) -> PoolPlan:
        return PoolPlan(pictures=self.plan.pool_pictures, size=self.plan.pool_size, seed=self.plan.seed)


def new_network(kind: str, classes: int) -> nn.Module:
    return JudgeNet(classes) if kind == "judge" else DaydreamNet(classes, batch_norm=True)


def run_identity(run: Run) -> str:
    """What must agree between a checkpoint and the run that goes on from it; lengths of stages may be changed."""
    plan = asdict(replace(run.plan, stages=tuple(replace(stage, pictures=0, schedule=0) for stage in run.plan.stages)))
    text = json.dumps([run.network, run.processes, list(NAMES), plan], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def augmented(pictures: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """Bytes (n, 3, H, H) -> a common random crop, mirrored or not, at `size` pixels, in [0, 1], channels-last."""
    full = pictures.shape[-1]

    def draw(low: int, high: int) -> int:
        return int(torch.randint(low, high + 1, (), generator=generator, device=generator.device))

    crop = draw(int(full * 0.72), full)
    top, left = draw(0, full - crop), draw(0, full - crop)
    x = pictures[:, :, top : top + crop, left : left + crop].float() / 255
    if draw(0, 1):
        x = x.flip(3)
    if crop != size:
        x = F.interpolate(x, (size, size), mode="bilinear", antialias=crop > size)
    return x.clamp(0, 1).contiguous(memory_format=torch.channels_last)


class Trainer:
    """One process's part in a run."""

    def __init__(self, run: Run, rank: int, pool: Pool, report: Callable[[Progress], None] | None) -> None:
        self.run, self.rank, self.pool, self.report = run, rank, pool, report
        self.device = torch.device(run.device)
        self.batch = run.plan.batch // run.processes
        torch.manual_seed(run.plan.seed)
        net = new_network(run.network, len(NAMES))
        self.net = net.to(self.device).to(memory_format=torch.channels_last).train()
        self.parameters = list(self.net.parameters())
        self.stage_number = self.step_number = 0
        self.seconds = 0.0
        self._begin_stage()

    # ---- state

    def _begin_stage(self) -> None:
        matrices = [parameter for parameter in self.parameters if parameter.dim() > 1]
        others = [parameter for parameter in self.parameters if parameter.dim() == 1]
        groups: list[dict[str, Any]] = [
            {"params": matrices, "weight_decay": self.run.plan.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.98))
        self.average = [parameter.detach().clone() for parameter in self.parameters]

    def _exchanged(self, tensor: Tensor) -> Tensor:
        """The mean over all processes."""
        if self.run.processes > 1:
            distributed.all_reduce(tensor)
            tensor /= self.run.processes
        return tensor

    def _average_statistics(self) -> None:
        """Batch norm's running statistics, averaged over the processes: each has seen its own pictures."""
        buffers = [b for name, b in self.net.named_buffers() if "running" in name]
        flat = self._exchanged(torch.cat([buffer.flatten() for buffer in buffers]))
        for buffer, part in zip(buffers, torch.split(flat, [b.numel() for b in buffers]), strict=True):
            buffer.copy_(part.view_as(buffer))

    def _state(self) -> dict[str, Tensor]:
        return {name: t.detach().cpu().clone().contiguous() for name, t in self.net.state_dict().items()}

    def _averaged_state(self) -> dict[str, Tensor]:
        state = self._state()
        for (name, _), mean in zip(self.net.named_parameters(), self.average, strict=True):
            state[name] = mean.detach().cpu().clone().contiguous()
        return state

    def save(self) -> None:
        self._average_statistics()
        if self.rank == 0:
            Checkpoint(
                stage=self.stage_number,
                step=self.step_number,
                run=run_identity(self.run),
                classes=NAMES,
                network=self._state(),
                averaged=self._averaged_state(),
                optimizer=self.optimizer.state_dict(),
                seconds=self.seconds,
            ).save(self.run.folder)

    def restore(self, checkpoint: Checkpoint) -> None:
        if checkpoint.run != run_identity(self.run):
            raise CheckpointError(
                f"The run in {self.run.folder} is another one (its plan, classes or number of processes differ). "
                "Name another folder, or go on with the command that began it."
            )
        self.net.load_state_dict(checkpoint.network)
        self.stage_number, self.step_number, self.seconds = checkpoint.stage, checkpoint.step, checkpoint.seconds
        self._begin_stage()
        if checkpoint.step:
            self.optimizer.load_state_dict(checkpoint.optimizer)
        for (name, _), mean in zip(self.net.named_parameters(), self.average, strict=True):
            mean.copy_(checkpoint.averaged[name])

    # ---- work

    def _generator(self, device: str, offset: int = 0) -> torch.Generator:
        """This step's randomness: from its number alone, so that a resumed run draws the same."""
        number = ((self.run.plan.seed * 31 + self.stage_number) * 1_000_003 + self.step_number) * 64 + self.rank
        return torch.Generator(device).manual_seed(number + offset)

    def step(self, stage: Stage, progress: float) -> Tensor:
        """One optimizer step; gives (loss, accuracy) of this process's batch."""
        chance, device_chance = self._generator("cpu"), self._generator(self.run.device, offset=32)
        rows = torch.randint(0, len(self.pool), (self.batch,), generator=chance)
        pictures, labels = (t.to(self.device, non_blocking=True) for t in self.pool.read(rows))
        x = augmented(pictures, stage.size, chance)
        radius = stage.radius(progress)
        if radius > 0:
            x = attacked(self.net, x, labels, radius=radius, generator=device_chance)
            x = x.contiguous(memory_format=torch.channels_last)
        with half_precision(self.device):
            logits = self.net(x)
        smoothing = self.run.plan.label_smoothing
        loss = soft_cross_entropy(logits, labels * (1 - smoothing) + smoothing / len(NAMES)).mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._share_gradients()
        rate = stage.learning_rate * min(1.0, (progress + 1e-3) / 0.06)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * (0.5 + 0.5 * math.cos(math.pi * progress)) + 1e-6
        self.optimizer.step()
        self.step_number += 1
        decay = min(self.run.plan.average, self.step_number / (self.step_number + 20))
        with torch.no_grad():
            torch._foreach_lerp_(self.average, [p.detach() for p in self.parameters], 1 - decay)
        hits = labels.gather(1, logits.argmax(1)[:, None]) > 0
        return torch.stack([loss.detach(), hits.float().mean()])

    def _share_gradients(self) -> None:
        gradients = [p.grad for p in self.parameters if p.grad is not None]
        flat = self._exchanged(torch.cat([gradient.flatten() for gradient in gradients]))
        flat = flat * (1.0 / (flat.norm() + 1e-6)).clamp(max=1.0)
        for gradient, part in zip(gradients, torch.split(flat, [g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))

    def train(self) -> None:
        """Go through what is left of the plan; a checkpoint every two minutes and at the end of every stage."""
        while self.stage_number < len(self.run.plan.stages):
            stage = self.run.plan.stages[self.stage_number]
            self._train_stage(stage)
            with torch.no_grad():  # the next stage starts from the averaged weights
                for parameter, mean in zip(self.parameters, self.average, strict=True):
                    parameter.copy_(mean)
            self.stage_number, self.step_number = self.stage_number + 1, 0
            self._begin_stage()
            self.save()
            if self.rank == 0:
                torch.save(self._state(), self.run.folder / f"{stage.name}.pt")

    def _train_stage(self, stage: Stage) -> None:
        steps = max(1, stage.pictures // self.run.plan.batch)
        schedule = max(steps, stage.schedule // self.run.plan.batch)
        first, began, before = self.step_number, time.monotonic(), self.seconds
        reported = saved = 0.0
        averages: Tensor | None = None
        while self.step_number < steps:
            figures = self.step(stage, self.step_number / schedule)
            averages = figures if averages is None else averages * 0.98 + figures * 0.02
            # every process must come to the same decision: the first one's clock counts
            elapsed = torch.tensor([time.monotonic() - began])
            if self.run.processes > 1:
                distributed.broadcast(elapsed, 0)
            passed = float(elapsed)
            self.seconds = before + passed
            if self.run.parent not in (os.getpid(), os.getppid()):
                raise SystemExit("the program that began this run is gone")
            if passed - saved > CHECKPOINT_EVERY:
                saved = passed
                self.save()
            if self.report and self.rank == 0 and (passed - reported > REPORT_EVERY or self.step_number == steps):
                reported = passed
                speed = (self.step_number - first) / passed
                loss, accuracy = averages.tolist()
                self.report(
                    Progress(
                        stage=stage.name,
                        done=self.step_number / steps,
                        pictures_a_second=speed * self.run.plan.batch,
                        loss=loss,
                        accuracy=accuracy,
                        radius=stage.radius(self.step_number / schedule),
                        seconds_left=(steps - self.step_number) / speed,
                    )
                )


def _work(rank: int, run: Run, report: Callable[[Progress], None] | None) -> None:
    if run.processes > 1 or run.device == "cpu":
        torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    if run.processes > 1:
        meeting = (run.folder / "meeting").resolve()
        distributed.init_process_group("gloo", f"file://{meeting}", rank=rank, world_size=run.processes)
    trainer = Trainer(run, rank, Pool(run.pool, run.pool_plan), report)
    checkpoint = last_checkpoint(run.folder)
    if checkpoint:
        trainer.restore(checkpoint)
    trainer.train()
    if run.processes > 1:
        distributed.destroy_process_group()


def train(run: Run, report: Callable[[Progress], None] | None = None) -> Checkpoint:
    """Train, or go on training, in `run.folder`; `report` must be a function of a module (it goes to a process).

    Raises `CheckpointError` before any work when the folder's checkpoint cannot be gone on from.
    """
    run.folder.mkdir(parents=True, exist_ok=True)
    with (run.folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CheckpointError(f"The run in {run.folder} is being worked on already.") from error
        return _train_alone(run, report)


def _train_alone(run: Run, report: Callable[[Progress], None] | None) -> Checkpoint:
    checkpoint = last_checkpoint(run.folder)
    if checkpoint and checkpoint.run != run_identity(run):
        Trainer(run, 0, Pool(run.pool, run.pool_plan), None).restore(checkpoint)  # raises, with the sentence
    open_pool(run.pool, run.pool_plan, processes=run.processes, device=run.device)
    (run.folder / "meeting").unlink(missing_ok=True)
    if run.processes == 1:
        _work(0, run, report)
    else:
        spawn(_work, (run, report), nprocs=run.processes, daemon=True)  # type: ignore[no-untyped-call]
    finished = last_checkpoint(run.folder)
    assert finished is not None
    return finished
