"""The house's own rules: who may import whom, what every module says of itself, how long one may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST = 340  #: lines; about 300 are meant

#: Run in processes of their own, where torch and picture libraries are at home. No other module may import them.
WORKER_MODULES = frozenset(
    {
        *(f"bot.executor.{name}" for name in ("bench", "decoder", "decoding", "engine", "fitting", "moving", "studio")),
        *(f"bot.executor.kinds.{name}" for name in ("dreams", "films", "imagined", "explained", "grids", "atlases")),
        *(f"bot.executor.sheets.{name}" for name in ("arranging", "leaf", "making", "results")),
        "bot.operations.probe",
    }
)

#: Of the engine, what a process that only talks to people may import.
LIGHT = frozenset(
    {
        "processors",
        "recipe",
        "settings",
        "text",
        "errors",
        "sentences",
        "catalogue",
        "styles",
        "resolve",
        "octaves",
        "companions",
        "work",
        "series",
        *(f"films.{name}" for name in ("curves", "headers", "lengths", "recipe", "resolving", "schedule", "work")),
        *(f"imagining.{name}" for name in ("recipe", "resolving")),
        *(f"explaining.{name}" for name in ("recipe", "words")),
        *(f"atlas.{name}" for name in ("pages", "recipe")),
    }
)

HEAVY = frozenset({"torch", "torchvision", "numpy", "PIL", "safetensors", "pillow_heif"})


@cache
def modules(package: str) -> dict[str, Path]:
    """Name -> file of every module of a package."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(name: str, path: Path) -> Iterator[str]:
    """Every module that is imported anywhere inside, also in functions; not what only type checkers read."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    skipped = {id(inner) for node in ast.walk(tree(path)) if _only_for_types(node) for inner in ast.walk(node)}
    for node in ast.walk(tree(path)):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join(
                    [*package.split(".")[: len(package.split(".")) - node.level + 1], *filter(None, [base])]
                )
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _only_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def top(module: str) -> str:
    return module.partition(".")[0]


def offenders(package: str, forbidden: frozenset[str]) -> list[str]:
    return [
        f"{name} imports {imported}"
        for name, path in modules(package).items()
        for imported in imports(name, path)
        if top(imported) in forbidden
    ]


def test_the_engine_knows_nothing_of_the_bot() -> None:
    assert offenders("dreamcore", frozenset({"bot", "discord", "distributed", "sqlalchemy", "aiohttp"})) == []


def test_queue_and_store_know_no_discord() -> None:
    assert offenders("bot/jobs", frozenset({"discord"})) == []
    assert offenders("bot/store", frozenset({"discord"})) == []


def test_the_store_knows_nothing_above_it() -> None:
    above = ("bot.dreaming", "bot.executor", "bot.client", "bot.playground")
    for package in ("bot/store", "bot/jobs"):
        for name, path in modules(package).items():
            for imported in imports(name, path):
                assert not imported.startswith(above) or imported.startswith("bot.executor.protocol"), (name, imported)


def test_the_stand_in_and_the_bot_meet_only_on_sockets() -> None:
    """Else the tests through the stand-in would prove that we agree with ourselves."""
    allowed = ("bot.playground", "bot.operations.playing")
    for name, path in modules("bot").items():
        for imported in imports(name, path):
            if not name.startswith(allowed):
                assert not imported.startswith("bot.playground"), (name, imported)
            elif name.startswith("bot.playground"):
                assert not imported.startswith(("discord", "bot.dreaming", "bot.jobs", "bot.client")), (name, imported)


def test_only_workers_import_torch_and_picture_libraries() -> None:
    for name, path in modules("bot").items():
        if name in WORKER_MODULES:
            continue
        for imported in imports(name, path):
            assert top(imported) not in HEAVY, f"{name} imports {imported}"
            if imported.startswith("dreamcore."):
                names = imported.split(".")[1:]
                assert {names[0], ".".join(names[:2])} & LIGHT, f"{name} imports {imported}"


def test_importing_all_of_the_bot_brings_no_torch_in() -> None:
    names = [name for name in modules("bot") if name not in WORKER_MODULES and not name.endswith("__main__")]
    names = [name for name in names if ".migrations." not in name]  # alembic runs these, with its own globals
    program = "\n".join(
        ["import importlib, sys", f"for name in {names}:", "    importlib.import_module(name)", "print(*sys.modules)"]
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert {"torch", "torchvision", "safetensors"} & set(done.stdout.split()) == set()


@pytest.mark.parametrize("package", ["bot", "dreamcore", "benchmarks"])
def test_every_module_says_what_it_is_for(package: str) -> None:
    assert [name for name, path in modules(package).items() if not ast.get_docstring(tree(path))] == []


@pytest.mark.parametrize("package", ["bot", "dreamcore", "benchmarks"])
def test_no_module_is_too_long_to_be_read_at_once(package: str) -> None:
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules(package).items()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}
