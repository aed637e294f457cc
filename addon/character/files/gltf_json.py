# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON inside a glTF, GLB or VRM file, read without trust. No bpy."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from ...common.errors import InputError

#: A description larger than this is not one of a character, and would take the memory of the machine to read.
MAX_JSON = 512 << 20
#: Blender cuts names at this many bytes; some are left for the number that tells two apart.
MAX_NAME = 63 - 5


def read_json(path: Path) -> dict[str, Any]:
    """The JSON of a .gltf or the JSON chunk of a .glb/.vrm, tidied. Raises InputError for anything malformed."""
    try:
        text = _json_bytes(path)
        # Numbers that are none stand in tables of limits, which nobody needs; names may be in any encoding.
        value = json.loads(text.decode("utf-8-sig", errors="replace"), parse_constant=lambda _name: 0.0)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path}: its glTF description is damaged ({error}). Export it or download it again."
        ) from error
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}). Check its permissions.") from error
    if not isinstance(value, dict) or not isinstance(value.get("asset"), dict):
        raise InputError(f"{path}: holds JSON, but no glTF scene. Choose the file that was exported as glTF.")
    version = str(value["asset"].get("version") or "2.0")
    if not version.startswith("2"):
        raise InputError(
            f"{path}: is glTF version {version[:20]}; Blender reads version 2. Export it again as glTF 2.0."
        )
    _name_targets(value)
    if as_map(value.get("extensions")).keys() & {"VRM", "VRMC_vrm"}:
        _name_nodes(value)
    return value


def _json_bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        head = stream.read(20)
        if head[:4] == b"glTF" and len(head) == 20:
            length, kind = struct.unpack("<I4s", head[12:20])
            if kind != b"JSON":
                raise ValueError("it does not stand at the beginning")
            return stream.read(min(length, MAX_JSON))
        text = head + stream.read(MAX_JSON)
    if len(text) >= MAX_JSON:
        raise ValueError("larger than 512 MiB")
    return text


def binary_chunk(path: Path) -> bytes:
    """The binary part of a .glb; nothing where it has none or is a .gltf."""
    with path.open("rb") as stream:
        head = stream.read(20)
        if head[:4] != b"glTF" or len(head) < 20:
            return b""
        stream.seek(20 + struct.unpack("<I", head[12:16])[0])
        chunk = stream.read(8)
        if len(chunk) < 8 or chunk[4:] != b"BIN\0":
            return b""
        return stream.read(min(struct.unpack("<I", chunk[:4])[0], path.stat().st_size))


def as_map(value: Any) -> dict[str, Any]:
    """The value if it is a mapping, else an empty one: exporters and vandals write anything anywhere."""
    return value if isinstance(value, dict) else {}


def as_maps(value: Any) -> list[dict[str, Any]]:
    """The rows of a list, an empty mapping for each that is none, so that their numbers stay; [] for no list."""
    return [as_map(row) for row in value] if isinstance(value, list) else []


def as_texts(value: Any) -> list[str]:
    """The texts in a list; none where it is no list."""
    return [row for row in value if isinstance(row, str)] if isinstance(value, list) else []


def number(value: Any, default: float = 0.0) -> float:
    """The value if it is a number of a size that means something, else the default."""
    usable = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
    return float(value) if usable else default


def item(rows: Any, index: Any) -> dict[str, Any]:
    """The mapping at a place of a list; an empty one where there is none."""
    fits = isinstance(rows, list) and isinstance(index, int) and 0 <= index < len(rows)
    return as_map(rows[index]) if fits else {}


def target_names(data: dict[str, Any], mesh: int) -> list[str]:
    """The names of a mesh's morph targets, wherever the exporter wrote them; [] where it did not."""
    row = item(data.get("meshes"), mesh)
    for place in [row, *as_maps(row.get("primitives"))]:
        names = as_map(place.get("extras")).get("targetNames")
        if isinstance(names, list) and names:
            return [str(name) for name in names]
    return []


def _name_targets(data: dict[str, Any]) -> None:
    """Move the names of morph targets to where Blender looks for them."""
    for index, mesh in enumerate(as_maps(data.get("meshes"))):
        names = target_names(data, index)
        if names:
            mesh["extras"] = {**as_map(mesh.get("extras")), "targetNames": names}


def _name_nodes(data: dict[str, Any]) -> None:
    """Give each node a name of its own that Blender keeps, so that a node can be found again by it.

    Blender keeps the names of objects and of bones apart; so do we.
    """
    taken: dict[bool, set[str]] = {True: set(), False: set()}
    last: dict[tuple[bool, str], int] = {}
    for index, node in enumerate(as_maps(data.get("nodes"))):
        mesh = item(data.get("meshes"), node.get("mesh")) if "mesh" in node else None
        given = node.get("name") or (mesh or {}).get("name") or f"Node_{index}"
        stem = str(given).encode()[:MAX_NAME].decode(errors="ignore")
        used, key, name = taken[mesh is None], (mesh is None, stem), stem
        while name in used:
            last[key] = last.get(key, 0) + 1
            name = f"{stem}.{last[key]:03d}"
        used.add(name)
        node["name"] = name
