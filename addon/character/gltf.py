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
    places = [row, *(part for part in row.get("primitives") or [] if isinstance(part, dict))]
    for place in places:
        extras = place.get("extras")
        names = extras.get("targetNames") if isinstance(extras, dict) else None
        if isinstance(names, list) and names:
            return [str(name) for name in names]
    return []


def read_vrm(data: dict[str, Any]) -> Vrm | None:
    """What the VRM extension says, or None where there is none. Unknown or broken parts are left out."""
    extensions = data.get("extensions") or {}
    if isinstance(extensions.get("VRMC_vrm"), dict):
        return _vrm1(data, extensions["VRMC_vrm"])
    if isinstance(extensions.get("VRM"), dict):
        return _vrm0(data, extensions["VRM"])
    return None


def snake(name: str) -> str:
    """`leftUpperArm` -> `left_upper_arm`."""
    return "".join("_" + char.lower() if char.isupper() else char for char in name)


def _item(rows: Any, index: Any) -> dict[str, Any]:
    fits = isinstance(rows, list) and isinstance(index, int) and 0 <= index < len(rows)
    return rows[index] if fits and isinstance(rows[index], dict) else {}


def _node_name(data: dict[str, Any], index: Any) -> str:
    return str(_item(data.get("nodes"), index).get("name") or "")


def _mesh_nodes(data: dict[str, Any], mesh: Any) -> list[str]:
    nodes = data.get("nodes") or []
    return [str(node.get("name") or "") for node in nodes if isinstance(node, dict) and node.get("mesh") == mesh]


def _vrm0(data: dict[str, Any], vrm: dict[str, Any]) -> Vrm:
    rows = (vrm.get("humanoid") or {}).get("humanBones") or []
    bones = {snake(str(row.get("bone"))): _node_name(data, row.get("node")) for row in rows if isinstance(row, dict)}
    expressions: dict[str, tuple[Bind, ...]] = {}
    for group in (vrm.get("blendShapeMaster") or {}).get("blendShapeGroups") or []:
        preset = str(group.get("presetName") or "unknown").lower()
        name = preset if preset != "unknown" else str(group.get("name") or "")
        binds = [
            Bind(node, int(bind.get("index", -1)), float(bind.get("weight", 0)) / 100)
            for bind in group.get("binds") or []
            for node in _mesh_nodes(data, bind.get("mesh"))
        ]
        if name and binds:
            expressions[name] = tuple(binds)
    meta = vrm.get("meta") or {}
    return Vrm(0, _named(bones), expressions, _texts(meta), str(meta.get("title") or ""))


def _vrm1(data: dict[str, Any], vrm: dict[str, Any]) -> Vrm:
    rows = (vrm.get("humanoid") or {}).get("humanBones") or {}
    bones = {snake(role): _node_name(data, row.get("node")) for role, row in rows.items() if isinstance(row, dict)}
    expressions: dict[str, tuple[Bind, ...]] = {}
    groups = vrm.get("expressions") or {}
    for name, group in {**(groups.get("custom") or {}), **(groups.get("preset") or {})}.items():
        binds = [
            Bind(_node_name(data, bind.get("node")), int(bind.get("index", -1)), float(bind.get("weight", 0)))
            for bind in group.get("morphTargetBinds") or []
        ]
        if binds:
            expressions[name] = tuple(binds)
    meta = vrm.get("meta") or {}
    return Vrm(1, _named(bones), expressions, _texts(meta), str(meta.get("name") or ""))


def _named(bones: dict[str, str]) -> dict[str, str]:
    return {role: name for role, name in bones.items() if name}


def _texts(meta: dict[str, Any]) -> dict[str, Any]:
    """The parts of a licence block that are text, numbers or lists of text; pictures are node numbers and go."""
    kept = {key: value for key, value in meta.items() if isinstance(value, (str, bool)) and value != ""}
    lists = {key: [str(item) for item in value] for key, value in meta.items() if isinstance(value, list) and value}
    return {**kept, **lists}
