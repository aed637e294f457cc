# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON inside a glTF, GLB or VRM file, and what VRM says in it. No bpy: Blender's importer drops all of this."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..common.errors import InputError


@dataclass(frozen=True)
class Bind:
    """One morph target that an expression moves: the name of the node's mesh, the target's number, 0..1."""

    mesh: str
    target: int
    weight: float


@dataclass(frozen=True)
class Vrm:
    """What a VRM file says of itself. version 0 faces +Y once imported into Blender, version 1 faces -Y."""

    version: int
    bones: dict[str, str] = field(default_factory=dict)
    expressions: dict[str, tuple[Bind, ...]] = field(default_factory=dict)
    licence: dict[str, Any] = field(default_factory=dict)
    title: str = ""


def read_json(path: Path) -> dict[str, Any]:
    """The JSON of a .gltf or the JSON chunk of a .glb/.vrm. Raises InputError for anything malformed."""
    try:
        with path.open("rb") as stream:
            head = stream.read(20)
            if head[:4] == b"glTF" and len(head) == 20:
                length, kind = struct.unpack("<I4s", head[12:20])
                data = stream.read(min(length, path.stat().st_size)) if kind == b"JSON" else b""
            else:
                data = head + stream.read()
        value = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path}: its glTF description is damaged ({error}). Export it or download it again."
        ) from error
    if not isinstance(value, dict) or not isinstance(value.get("asset"), dict):
        raise InputError(f"{path}: holds JSON, but no glTF scene. Choose the file that was exported as glTF.")
    return value


def target_names(data: dict[str, Any], mesh: int) -> list[str]:
    """The names of a mesh's morph targets, wherever the exporter wrote them; [] where it did not."""
    row = _item(data.get("meshes"), mesh)
    for place in [row, *_maps(row.get("primitives"))]:
        names = _map(place.get("extras")).get("targetNames")
        if isinstance(names, list) and names:
            return [str(name) for name in names]
    return []


def read_vrm(data: dict[str, Any]) -> Vrm | None:
    """What the VRM extension says, or None where there is none. Unknown or broken parts are left out."""
    extensions = _map(data.get("extensions"))
    if isinstance(extensions.get("VRMC_vrm"), dict):
        return _vrm1(data, extensions["VRMC_vrm"])
    if isinstance(extensions.get("VRM"), dict):
        return _vrm0(data, extensions["VRM"])
    return None


def snake(name: str) -> str:
    """`leftUpperArm` -> `left_upper_arm`."""
    return "".join("_" + char.lower() if char.isupper() else char for char in name)


def _map(value: Any) -> dict[str, Any]:
    """The value if it is a mapping, else an empty one: exporters and vandals write anything anywhere."""
    return value if isinstance(value, dict) else {}


def _maps(value: Any) -> list[dict[str, Any]]:
    """The mappings in a list; none where it is no list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _number(value: Any, default: float = 0.0) -> float:
    usable = isinstance(value, int | float) and abs(value) < 1e9
    return float(value) if usable else default


def _item(rows: Any, index: Any) -> dict[str, Any]:
    fits = isinstance(rows, list) and isinstance(index, int) and 0 <= index < len(rows)
    return _map(rows[index]) if fits else {}


def _node_name(data: dict[str, Any], index: Any) -> str:
    return str(_item(data.get("nodes"), index).get("name") or "")


def _vrm0(data: dict[str, Any], vrm: dict[str, Any]) -> Vrm:
    rows = _maps(_map(vrm.get("humanoid")).get("humanBones"))
    bones = {snake(str(row.get("bone"))): _node_name(data, row.get("node")) for row in rows}
    expressions: dict[str, tuple[Bind, ...]] = {}
    for group in _maps(_map(vrm.get("blendShapeMaster")).get("blendShapeGroups")):
        preset = str(group.get("presetName") or "unknown").lower()
        name = preset if preset != "unknown" else str(group.get("name") or "")
        binds = [
            Bind(str(node.get("name") or ""), int(_number(bind.get("index"), -1)), _number(bind.get("weight")) / 100)
            for bind in _maps(group.get("binds"))
            for node in _maps(data.get("nodes"))
            if node.get("mesh") == bind.get("mesh")
        ]
        if name and binds:
            expressions[name] = tuple(binds)
    meta = _map(vrm.get("meta"))
    return Vrm(0, _named(bones), expressions, _texts(meta), str(meta.get("title") or ""))


def _vrm1(data: dict[str, Any], vrm: dict[str, Any]) -> Vrm:
    rows = _map(_map(vrm.get("humanoid")).get("humanBones"))
    bones = {snake(role): _node_name(data, _map(row).get("node")) for role, row in rows.items()}
    expressions: dict[str, tuple[Bind, ...]] = {}
    groups = _map(vrm.get("expressions"))
    for name, group in {**_map(groups.get("custom")), **_map(groups.get("preset"))}.items():
        binds = [
            Bind(_node_name(data, bind.get("node")), int(_number(bind.get("index"), -1)), _number(bind.get("weight")))
            for bind in _maps(_map(group).get("morphTargetBinds"))
        ]
        if binds:
            expressions[name] = tuple(binds)
    meta = _map(vrm.get("meta"))
    return Vrm(1, _named(bones), expressions, _texts(meta), str(meta.get("name") or ""))


def _named(bones: dict[str, str]) -> dict[str, str]:
    return {role: name for role, name in bones.items() if name}


def _texts(meta: dict[str, Any]) -> dict[str, Any]:
    """The parts of a licence block that are text, truth values or lists of text; pictures are node numbers and go."""
    kept = {key: value for key, value in meta.items() if isinstance(value, str | bool) and value != ""}
    lists = {key: [str(item) for item in value] for key, value in meta.items() if isinstance(value, list) and value}
    return {**kept, **lists}
