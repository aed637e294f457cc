# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML tables: read safely, with the line of every key kept so that a complaint can name it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .errors import InputError

#: A table of ours or a user's preset is a few kilobytes; anything larger is not one.
MAX_BYTES = 1 << 20
MAX_DEPTH = 32
#: libyaml's loader, where PyYAML was built with it (its wheels are), reads the same YAML ten times as fast.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Table:
    """A YAML mapping with the line of each key: `lines[("axes", "angle")]` is 1-based."""

    path: Path
    data: dict[str, Any]
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def where(self, *keys: str | int) -> str:
        """`file, line N` of the deepest known key on the way to `keys`."""
        for length in range(len(keys), -1, -1):
            line = self.lines.get(tuple(keys[:length]))
            if line is not None:
                return f"{self.path}, line {line}"
        return str(self.path)


def read_table(path: Path, kind: str = "preset", limit: int = MAX_BYTES) -> Table:
    """Read a YAML mapping with the safe loader; `kind` is what complaints call it, `limit` its largest size in bytes.

    Raises InputError (file, line, reason) for a missing, oversized or malformed file, a duplicate key,
    an alias (the way to make a small file explode) or a top level that is not a mapping.
    """
    try:
        if path.stat().st_size > limit:
            raise InputError(f"{path}: larger than {limit >> 20} MiB, so not a {kind}. Choose another file.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}). Check the name.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text. Save it as UTF-8.") from error
    return parse_table(text, path, kind)


def parse_table(text: str, path: Path, kind: str = "preset") -> Table:
    """As read_table, from text; `path` is only named in complaints."""
    loader = LOADER(text)
    try:
        _look_over(text, path, kind)
        node = loader.get_single_node()
        lines: dict[tuple[str | int, ...], int] = {}
        if node is not None:
            _note_lines(node, (), lines, path)
        data = loader.construct_document(node) if node is not None else {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise InputError(f"{path}{line}: not valid YAML ({problem}). Mend the line.") from error
    finally:
        loader.dispose()
    if not isinstance(data, dict):
        raise InputError(f"{path}: must hold `key: value` lines at its top level, as every {kind} does. Mend it.")
    return Table(path, data, lines)


def _look_over(text: str, path: Path, kind: str) -> None:
    """Refuse aliases and deep nesting while reading, before either can cost time or memory."""
    depth = 0
    for event in yaml.parse(text, LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise InputError(f"{path}: YAML aliases (*name) are not allowed here. Write the value out.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise InputError(f"{path}: nested too deeply to be a {kind}. Choose another file.")


def _note_lines(node: yaml.Node, keys: tuple[str | int, ...], lines: dict, path: Path) -> None:
    lines.setdefault(keys, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*keys, key.value)
            if here in lines:
                raise InputError(f"{path}, line {key.start_mark.line + 1}: `{key.value}` stands twice. Remove one.")
            lines[here] = key.start_mark.line + 1
            _note_lines(value, here, lines, path)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            here = (*keys, index)
            lines[here] = value.start_mark.line + 1
            _note_lines(value, here, lines, path)
