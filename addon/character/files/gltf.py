# SPDX-License-Identifier: GPL-3.0-or-later
"""What a VRM says of itself: who is who among its bones, its expressions, its terms. No bpy.

Blender's importer drops all of this.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .gltf_json import as_map, as_maps, item, number, read_json, target_names

__all__ = ["Bind", "Vrm", "read_json", "read_vrm", "snake", "target_names"]


@dataclass(frozen=True)
class Bind:
    """One morph target that an expression moves: the name of the node's mesh, the key's number in Blender, 0..1."""

    mesh: str
    target: int
    weight: float


@dataclass(frozen=True)
class Vrm:
    """What a VRM file says of itself. version 0 faces +Y once imported into Blender, version 1 faces -Y.

    binary: the expressions that are only on or off.
    """

    version: int
    bones: dict[str, str] = field(default_factory=dict)
    expressions: dict[str, tuple[Bind, ...]] = field(default_factory=dict)
    licence: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    #: Expressions that are either fully on or off.
    binary: frozenset[str] = frozenset()


def read_vrm(data: dict[str, Any]) -> Vrm | None:
    """What the VRM extension says, or None where there is none. Unknown or broken parts are left out."""
    extensions = as_map(data.get("extensions"))
    if isinstance(extensions.get("VRMC_vrm"), dict):
        return _vrm1(data, extensions["VRMC_vrm"])
    if isinstance(extensions.get("VRM"), dict):
        return _vrm0(data, extensions["VRM"])
    return None


def snake(name: str) -> str:
    """`leftUpperArm` -> `left_upper_arm`."""
    return "".join("_" + char.lower() if char.isupper() else char for char in name)


def _node_name(data: dict[str, Any], index: Any) -> str:
    return str(item(data.get("nodes"), index).get("name") or "")


def _vrm0(data: dict[str, Any], vrm: dict[str, Any]) -> Vrm:
    rows = as_maps(as_map(vrm.get("humanoid")).get("humanBones"))
    bones = {snake(str(row.get("bone"))): _node_name(data, row.get("node")) for row in rows}
    users: dict[int, list[int]] = {}
    for index, node in enumerate(as_maps(data.get("nodes"))):
        if isinstance(node.get("mesh"), int):
            users.setdefault(node["mesh"], []).append(index)
    expressions: dict[str, list[Bind]] = {}
    binary = set()
    for group in as_maps(as_map(vrm.get("blendShapeMaster")).get("blendShapeGroups")):
        preset = str(group.get("presetName") or "unknown").lower()
        name = preset if preset != "unknown" else str(group.get("name") or "")
        for bind in as_maps(group.get("binds")):
            mesh = bind.get("mesh")
            for node_index in users.get(mesh, []) if isinstance(mesh, int) else []:
                expressions.setdefault(name, []).append(_bind(data, node_index, bind))
        if group.get("isBinary") is True:
            binary.add(name)
    meta = as_map(vrm.get("meta"))
    return Vrm(0, _named(bones), _usable(expressions), _texts(meta), str(meta.get("title") or ""), frozenset(binary))


def _vrm1(data: dict[str, Any], vrm: dict[str, Any]) -> Vrm:
    rows = as_map(as_map(vrm.get("humanoid")).get("humanBones"))
    bones = {snake(role): _node_name(data, as_map(row).get("node")) for role, row in rows.items()}
    groups = as_map(vrm.get("expressions"))
    every = {**as_map(groups.get("custom")), **as_map(groups.get("preset"))}
    expressions = {
        name: [_bind(data, bind.get("node"), bind) for bind in as_maps(as_map(group).get("morphTargetBinds"))]
        for name, group in every.items()
    }
    binary = frozenset(name for name, group in every.items() if as_map(group).get("isBinary") is True)
    meta = as_map(vrm.get("meta"))
    return Vrm(1, _named(bones), _usable(expressions), _texts(meta), str(meta.get("name") or ""), binary)


def _bind(data: dict[str, Any], node_index: Any, bind: dict[str, Any]) -> Bind:
    """A bind with its weight as written."""
    mesh = item(data.get("meshes"), item(data.get("nodes"), node_index).get("mesh"))
    place = _place(mesh, int(number(bind.get("index"), -1)))
    return Bind(_node_name(data, node_index), place, number(bind.get("weight")))


def _place(mesh: dict[str, Any], target: int) -> int:
    """A target's number among those that Blender imports: the ones that move no point of any primitive are left out."""
    primitives = [as_maps(row.get("targets")) for row in as_maps(mesh.get("primitives"))]
    before = range(max(0, target)) if any(primitives) else ()
    return target - sum(not any("POSITION" in item(targets, index) for targets in primitives) for index in before)


def _usable(expressions: dict[str, list[Bind]]) -> dict[str, tuple[Bind, ...]]:
    """Expressions that move a shape, with weights 0..1, each target once.

    VRM 0.x counts to 100 and 1.0 to 1; some exporters mix them up, so the largest weight of the file tells.
    """
    largest = max((bind.weight for binds in expressions.values() for bind in binds), default=0.0)
    unit = 100.0 if largest > 1.0 else 1.0
    found = {}
    for name, binds in expressions.items():
        rows = _distinct(Bind(bind.mesh, bind.target, min(bind.weight / unit, 1.0)) for bind in binds)
        if name and rows:
            found[name] = rows
    return found


def _distinct(binds: Iterable[Bind]) -> tuple[Bind, ...]:
    rows = {(bind.mesh, bind.target): bind for bind in binds if bind.mesh and bind.target >= 0 and bind.weight > 0}
    return tuple(rows.values())


def _named(bones: dict[str, str]) -> dict[str, str]:
    return {role: name for role, name in bones.items() if name}


def _texts(meta: dict[str, Any]) -> dict[str, Any]:
    """The parts of a licence block that are text, truth values or lists of text; pictures are node numbers and go."""
    kept = {key: value for key, value in meta.items() if isinstance(value, str | bool) and value != ""}
    lists = {key: [str(item) for item in value] for key, value in meta.items() if isinstance(value, list) and value}
    return {**kept, **lists}
