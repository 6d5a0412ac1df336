"""The command line as a person uses it: real processes, real files, one sentence when something is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dreamcore.__main__ import main
from dreamcore.commandline.shared import typed
from dreamcore.picture import decode, encode, read_recipe
from dreamcore.recipe import Recipe
from dreamcore.sample import landscape

QUICK = ["network=daydream", "precision=fp32", "steps=2", "octaves=1", "seed=5", "layer=mixed3b"]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    path.write_bytes(encode(landscape(96, 64), None, format="PNG"))
    return path


def sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on stderr: exactly one line."""
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("dreamcore: ")
    assert "Traceback" not in lines[0]
    return lines[0]


def test_a_photo_becomes_a_dream_that_tells_how_it_was_made(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "dream.png"
    command = [sys.executable, "-m", "dreamcore", "dream", str(photo), str(out), *QUICK]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    recipe = read_recipe(out.read_bytes())
    assert recipe is not None
    assert recipe in done.stderr
    assert decode(out.read_bytes()).rgb.shape == (64, 96, 3)

    told = subprocess.run(
        [sys.executable, "-m", "dreamcore", "recipe", str(out)], capture_output=True, text=True, check=True
    )
    again = tmp_path / "again.png"
    assert main(["dream", str(photo), str(again), "--quiet", *told.stdout.split()]) == 0
    assert np.array_equal(decode(again.read_bytes()).rgb, decode(out.read_bytes()).rgb)


def test_standard_streams_carry_pictures(photo: Path) -> None:
    command = [sys.executable, "-m", "dreamcore", "dream", "-", "-", "--format", "jpeg", "--quiet", *QUICK]
    done = subprocess.run(command, input=photo.read_bytes(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert decode(done.stdout).format == "JPEG"


def test_a_folder_is_dreamt_whole_and_bad_files_do_not_stop_the_rest(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.png", "c.png"):
        (folder / name).write_bytes(photo.read_bytes())
    (folder / "b.jpg").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("left alone")
    out = tmp_path / "out"
    assert main(["dream", str(folder), str(out), "--quiet", "--format", "webp", *QUICK]) == 2
    assert sorted(path.name for path in out.iterdir()) == ["a.webp", "c.webp"]
    said = capsys.readouterr().err
    assert "b.jpg" in said
    assert "1 of 3" in said


def test_a_dream_fits_where_it_must(photo: Path, tmp_path: Path) -> None:
    assert main(["dream", str(photo), str(tmp_path / "small.png"), "--fit", "4k", "--quiet", *QUICK]) == 0
    written = [path for path in tmp_path.iterdir() if path.stem == "small"]
    assert len(written) == 1
    assert written[0].stat().st_size <= 4096
    assert read_recipe(written[0].read_bytes()) is not None


def test_the_recipe_of_a_dream_can_be_taken_on(photo: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.webp", tmp_path / "second.png"
    assert main(["dream", str(photo), str(first), "--quiet", *QUICK]) == 0
    assert main(["dream", str(photo), str(second), "--quiet", "--recipe-of", str(first), "strength=0.5"]) == 0
    before, after = (Recipe.parse(read_recipe(path.read_bytes()) or "") for path in (first, second))
    assert after == before.but(strength=0.5)


def test_a_value_with_spaces_survives_the_shell(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "dream.png"
    arguments = [*QUICK[:-1], "layer=mixed3b, mixed3a:0.5"]
    assert main(["dream", str(photo), str(out), "--quiet", *arguments]) == 0
    assert "layer=mixed3b,mixed3a:0.5" in (read_recipe(out.read_bytes()) or "")


@pytest.mark.parametrize("arguments", [["layer=4c", "size=64", "seed=1"], ["layer=4c size=64", "seed=1"]])
def test_a_whole_recipe_may_stand_in_one_argument(arguments: list[str]) -> None:
    assert Recipe.parse(typed(arguments)) == Recipe.parse("layer=4c size=64 seed=1")


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["dream", "nowhere.png", "out.png"], "There is no file nowhere.png"),
        (["dream", "{photo}", "out.gif"], "gif"),
        (["dream", "{photo}", "{photo}"], "overwrite the picture itself"),
        (["dream", "{photo}", "missing/out.png"], "There is no folder missing"),
        (["dream", "{photo}", "out.png", "strenght=1"], "Did you mean strength?"),
        (["dream", "{photo}", "out.png", "network=incption_v1"], "inception_v1"),
        (["dream", "{photo}", "out.png", "network=daydream", "layer=mixed9z"], "has no layer"),
        (["dream", "{photo}", "out.png", "--device", "cuda99"], "no device “cuda99”"),
        (["dream", "{folder}", "-"], "OUT must be one too"),
        (["dream", "{folder}/empty", "out"], "no pictures"),
        (["recipe", "{photo}"], "no recipe"),
        (["recipe", "{folder}"], "is a folder"),
        (["layers", "nosuchnet"], "nosuchnet"),
        (["layers", "daydream", "nosuchlayer"], "no layer"),
        (["estimate", "0x40", "network=daydream"], "at least one pixel"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_code_2(
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    needed: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    filled = [argument.format(photo=photo, folder=tmp_path) for argument in arguments]
    assert main(filled) == 2
    assert needed.lower() in sentence(capsys).lower()
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize(
    "arguments", [[], ["dream"], ["dream", "a", "b", "--threads", "0"], ["wibble"], ["networks", "now"]]
)
def test_a_wrong_command_is_one_sentence_too(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "--help" in sentence(capsys)


def test_an_existing_dream_is_replaced_whole_or_not_at_all(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "dream.png"
    out.write_bytes(b"the old dream")

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    assert main(["dream", str(photo), str(out), "--quiet", *QUICK]) == 2
    assert "No space left" in sentence(capsys)
    assert out.read_bytes() == b"the old dream"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dream.png", "photo.png"]
    monkeypatch.undo()
    assert main(["dream", str(photo), str(out), "--quiet", *QUICK]) == 0
    assert decode(out.read_bytes()).format == "PNG"


def test_everything_there_is_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["networks"]) == 0
    assert main(["layers", "inception_v1", "inception_4?/output"]) == 0
    assert main(["styles", "inception_v1"]) == 0
    assert main(["styles", "daydream"]) == 0
    said = capsys.readouterr().out
    for needed in ("daydream", "vgg16", "inception_4c/output", "parts", "style=eyes", "surprise"):
        assert needed in said


def test_the_cost_is_told_before(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate", str(photo), *QUICK]) == 0
    assert main(["estimate", "4000x3000", "network=daydream", "size=1024", "--memory", "64M"]) == 0
    small, large = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Dreamt")]
    assert "96x64" in small
    assert "tiles" in large


def test_a_first_dream_needs_no_words_at_all(tmp_path: Path) -> None:
    environment = {**os.environ, "DREAM_NETWORKS": str(tmp_path), "DREAM_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "dreamcore", "first", "--no-download", "steps=1", "octaves=1"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    where = Path(done.stdout.strip().removeprefix("The dream is in "))
    assert decode(where.read_bytes()).width == 768
    assert "network=daydream" in (read_recipe(where.read_bytes()) or "")


def test_a_grid_and_an_explanation_are_made_of_a_photo(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quick = ["network=daydream", "steps=1", "octaves=1", "size=64", "seed=5"]
    for command, settings in (("grid", ["layer=edges,parts"]), ("explain", [])):
        out = tmp_path / f"{command}.jpg"
        assert main([command, str(photo), str(out), *settings, *quick]) == 0
        said = capsys.readouterr().err
        assert "dreams, about" in said
        assert (read_recipe(out.read_bytes()) or "").startswith(f"{command} network=daydream")
        assert decode(out.read_bytes()).width >= 1200


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["grid", "layer=edges"], "several values"),
        (["grid", "layer=edges,nix", "network=daydream"], "no layer “nix”"),
        (["grid", "strength=1,9"], "0 to 4"),
        (["explain", "layer=4c"], "leave layer= out"),
    ],
)
def test_a_sheet_that_cannot_be_is_one_sentence(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str], said: str
) -> None:
    out = tmp_path / "sheet.png"
    assert main([command[0], str(photo), str(out), "--quiet", *command[1:]]) == 2
    assert said in sentence(capsys)
    assert not out.exists()
    assert main([command[0], str(tmp_path), str(out), "strength=1,2" if command[0] == "grid" else "strength=1"]) == 2
    assert "one picture" in sentence(capsys)


def test_a_guide_and_a_mask_come_as_files(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out, mask = tmp_path / "dream.png", tmp_path / "mask.png"
    half = np.zeros((10, 10, 3), np.uint8)
    half[:, :5] = 255
    mask.write_bytes(encode(half, None, format="PNG"))
    assert main(["dream", str(photo), str(out), "--guide", str(photo), "--mask", str(mask), *QUICK]) == 0
    recipe = read_recipe(out.read_bytes())
    assert recipe is not None
    assert "objective=guide" in recipe
    assert "region=mask" in recipe
    made, before = decode(out.read_bytes()).rgb, decode(photo.read_bytes()).rgb
    assert np.array_equal(made[:, 54:], before[:, 54:])
    assert not np.array_equal(made[:, :40], before[:, :40])
    capsys.readouterr()
    assert main(["estimate", str(photo), "--guide", str(photo), "--mask", str(mask), *QUICK]) == 0
    assert "objective=guide" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "needed"),
    [
        (["--guide", "notes.txt"], "--guide notes.txt"),
        (["--mask", "nothing.png"], "--mask nothing.png: There is no file nothing.png."),
        (["objective=guide"], "needs a second picture"),
        (["region=mask"], "needs a second picture"),
        (["region=sky"], "No sky was found"),
    ],
)
def test_what_is_wrong_with_a_second_picture_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, more: list[str], needed: str
) -> None:
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(1).integers(0, 255, (64, 96, 3), dtype=np.uint8)
    Path("photo.png").write_bytes(encode(random, None, format="PNG"))
    Path("notes.txt").write_text("no picture")
    assert main(["dream", "photo.png", "dream.png", "--quiet", *QUICK, *more]) == 2
    assert needed in sentence(capsys)
    assert not Path("dream.png").exists()
