"""A run that is interrupted, damaged or of another version: a clear sentence, and nothing good is lost."""

from __future__ import annotations

import fcntl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from dreamcore.training import __main__ as command_line
from dreamcore.training import checkpoints, robust
from dreamcore.training.checkpoints import Checkpoint, CheckpointError
from dreamcore.training.plan import Stage
from dreamcore.training.robust import Run, Trainer, train


def differences(one: dict[str, Tensor], other: dict[str, Tensor]) -> list[str]:
    return [name for name in one if not torch.equal(one[name], other[name])]


@pytest.mark.parametrize("at", [2, 4])
def test_an_interrupted_run_goes_on_and_ends_up_the_same(
    at: int, short_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(replace(short_run, folder=tmp_path / "whole"))
    monkeypatch.setattr(robust, "CHECKPOINT_EVERY", 0.0)
    steps, real = [0], Trainer.step

    def interrupted(trainer: Trainer, stage: Stage, progress: float) -> Tensor:
        if steps[0] == at:
            raise KeyboardInterrupt
        steps[0] += 1
        return real(trainer, stage, progress)

    monkeypatch.setattr(Trainer, "step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(short_run)
    monkeypatch.setattr(Trainer, "step", real)
    resumed = train(short_run)
    assert steps[0] == at
    assert (resumed.stage, resumed.step) == (2, 0)
    assert differences(whole.averaged, resumed.averaged) == []


def test_a_damaged_checkpoint_is_named_and_the_one_before_is_still_good(short_run: Run) -> None:
    train(short_run)
    last = short_run.folder / "last.pt"
    last.write_bytes(last.read_bytes()[:5000])
    with pytest.raises(CheckpointError, match="damaged") as caught:
        train(short_run)
    assert "previous.pt" in caught.value.sentence
    assert Checkpoint.load(short_run.folder / "previous.pt").stage == 1


def test_a_checkpoint_of_another_version_is_refused(short_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    train(short_run)
    monkeypatch.setattr(checkpoints, "CHECKPOINT_VERSION", 2)
    with pytest.raises(CheckpointError, match="version 1, this program reads version 2"):
        train(short_run)


def test_a_crash_while_a_checkpoint_is_written_loses_nothing(short_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    good = train(short_run)

    def full_disk(content: object, file: Any) -> None:
        file.write(b"half of it")
        raise OSError("no space left")

    monkeypatch.setattr(torch, "save", full_disk)
    with pytest.raises(OSError, match="no space"):
        replace(good, step=99).save(short_run.folder)
    kept = checkpoints.last_checkpoint(short_run.folder)
    assert kept is not None
    assert differences(kept.averaged, good.averaged) == []


def test_another_run_s_checkpoint_is_refused(short_run: Run) -> None:
    train(short_run)
    with pytest.raises(CheckpointError, match="another one"):
        train(replace(short_run, plan=replace(short_run.plan, seed=2)))


def test_two_programs_never_work_on_one_run(short_run: Run) -> None:
    short_run.folder.mkdir()
    with (short_run.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CheckpointError, match="being worked on already"):
            train(short_run)


def test_a_stage_may_be_made_shorter_on_the_way(short_run: Run) -> None:
    train(short_run)
    assert robust.run_identity(short_run) == robust.run_identity(replace(short_run, plan=short_run.plan.scaled(0.5)))


def test_a_stage_may_leave_the_fall_of_its_rate_to_the_next(short_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    progress: dict[str, list[float]] = {"plain": [], "attacked": []}
    real = Trainer.step

    def noted(trainer: Trainer, stage: Stage, done: float) -> Tensor:
        progress[stage.name].append(done)
        return real(trainer, stage, done)

    monkeypatch.setattr(Trainer, "step", noted)
    first, second = short_run.plan.stages
    train(replace(short_run, plan=replace(short_run.plan, stages=(replace(first, schedule=80), second))))
    assert progress == {"plain": [0, 0.1, 0.2], "attacked": [0, 1 / 3, 2 / 3]}


def test_the_command_says_one_sentence_for_a_missing_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = command_line.main(["export", str(tmp_path / "none.pt"), "--to", str(tmp_path / "x"), "--provenance", "test"])
    assert code == 1
    assert capsys.readouterr().err == f"There is no checkpoint {tmp_path / 'none.pt'}.\n"
