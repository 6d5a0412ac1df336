"""Finds the sentences in Python: Babel's own way, and besides those that stand inside of f-strings, where Babel looks
only from Python 3.12 on. They are sentences as well, one behind the other: `f"{tr('…')} {tr('…')}"`.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

from babel.messages.extract import extract_python

METHOD = f"{__name__}:extract"

Found = tuple[Any, ...]  #: line, which function says it, its literal arguments, comments


def extract(
    file: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """An extraction method for Babel."""
    source = file.read()
    yield from extract_python(io.BytesIO(source), keywords, comment_tags, dict(options))  # type: ignore[arg-type]
    for text in ast.walk(ast.parse(source)):
        if isinstance(text, ast.JoinedStr):
            for call in ast.walk(text):
                if isinstance(call, ast.Call) and (name := _called(call)) in keywords:
                    yield call.lineno, name, tuple(map(_literal, call.args)), []


def _called(call: ast.Call) -> str:
    called = call.func
    return called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""


def _literal(argument: ast.expr) -> str | None:
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None
