# SPDX-License-Identifier: GPL-3.0-or-later
"""Hard cases by code: the sitter made light, and what turns the one in the scene into somebody harder to understand.

The sitter has more than 100 000 vertices and takes seconds to build; it is built once, thinned out (vertices of a grid
cell become one, with its keys and weights), and every case starts from the file of that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import yaml
from mathutils import Matrix
from modelsheet.sitter.build import armature, mesh_object, parts_of
from modelsheet.sitter.materials import all_materials
from modelsheet.sitter.parameters import colour, resolve, shape_of
from modelsheet.sitter.part import Part

#: Side of a grid cell in metres, by part; the face stays finer than what is only outline.
CELLS = {"Head": 0.012, "EyeLeft": 0.009, "EyeRight": 0.009, "Lashes": 0.006, "Brows": 0.008}
CELL = 0.03
#: Of hair, whose locks lie over one another, one face in so many is kept.
HAIR = 5
#: The keys that are kept: those that make the striking expressions, and blinking.
KEPT = re.compile(
    r"(mouthSmile|mouthFrown|mouthPress|mouthDimple|cheekSquint|eyeSquint|eyeWide|eyeBlink|browOuterUp|browDown|noseSneer)"
    r"(Left|Right)|browInnerUp|jawOpen|mouthFunnel"
)


@dataclass(frozen=True)
class Sitter:
    """Three .blend files and what is true of the figure in them: on z = 0, facing -Y.

    path: the light sitter; plain: without shape keys; tiny: without, and coarser still.

    eyes: (2, 3), left and right eyeball's centre; ball: its radius. head: (2, 3), low and high corner of chin to crown,
    hair included. vertices: (N, 3) of the light one's mesh called Head, by which its place after a load is found again.
    names: its meshes.
    """

    path: Path
    plain: Path
    tiny: Path
    eyes: np.ndarray
    ball: float
    head: np.ndarray
    vertices: np.ndarray
    names: frozenset[str]


def build_light(folder: Path) -> Sitter:
    """Build the sitter once, made light, and save it in the folder with its keys, without and coarser still."""
    chosen = resolve({})
    shape = shape_of(chosen)
    parts, eye = parts_of(chosen, shape)
    kinds = (("skin", "skin"), ("eyes", "eyes"), ("hair", "hair_colour"), ("top", "top"), ("trousers", "trousers"))
    colours = {kind: colour(chosen, parameter) for kind, parameter in kinds}
    scale = shape["height"]
    for name, grain, keyed in (("tiny", 2.5, False), ("plain", 1.0, False), ("light", 1.0, True)):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        materials = all_materials(colours, chosen["feature"])
        frame = armature(eye, scale)
        made = {part.name: thin(part, grain * CELLS.get(part.name, CELL)) for part in parts}
        made = {name: part for name, part in made.items() if part.faces}
        for part in made.values():
            part.keys = part.keys if keyed else {}
            mesh_object(part, frame, materials, scale)
        bpy.ops.wm.save_as_mainfile(filepath=str(folder / f"{name}.blend"), copy=True)
    face = made["Head"]
    drop = np.linalg.norm(face.keys["jawOpen"], axis=1)
    chin = face.vertices[drop > 0.7 * drop.max(), 2].min()
    skull = np.concatenate([made[name].vertices for name in ("Head", "Hair")])
    skull = skull[skull[:, 2] >= chin]
    balls = [made[name].vertices for name in ("EyeLeft", "EyeRight")]
    return Sitter(
        path=folder / "light.blend",
        plain=folder / "plain.blend",
        tiny=folder / "tiny.blend",
        eyes=np.array([(ball.min(axis=0) + ball.max(axis=0)) / 2 for ball in balls]) * scale,
        ball=float(np.ptp(balls[0][:, 1]) / 2) * scale,
        head=np.stack([skull.min(axis=0), skull.max(axis=0)]) * scale,
        vertices=face.vertices * scale,
        names=frozenset(made),
    )


def thin(part: Part, cell: float) -> Part:
    """One vertex for each grid cell (the grid is the same on both sides of x = 0), and the faces that are left."""
    places = part.vertices
    grid = np.column_stack([places[:, 0] >= 0.0, np.floor(np.abs(places[:, 0]) / cell), np.floor(places[:, 1:] / cell)])
    _cells, first, group = np.unique(grid, axis=0, return_index=True, return_inverse=True)
    group = group.ravel()
    faces: dict[frozenset[int], tuple[int, ...]] = {}
    for face in part.faces:
        corners = tuple(dict.fromkeys(int(group[vertex]) for vertex in face))
        if len(corners) > 2:
            faces.setdefault(frozenset(corners), corners)
    kept = {name: None if value is None else value[first] for name, value in vars_of(part).items()}
    keys = {name: value[first] for name, value in part.keys.items() if KEPT.fullmatch(name)}
    weights = {name: value[first] for name, value in part.weights.items()}
    rows = list(faces.values())[:: HAIR if part.name == "Hair" else 1]
    return Part(part.name, places[first], rows, part.material, keys=keys, weights=weights, **kept)


def vars_of(part: Part) -> dict[str, np.ndarray | None]:
    """The values that a part keeps for each vertex and that may be absent."""
    return {"tint": part.tint, "coords": part.coords, "marks": part.marks}


def start(path: Path) -> None:
    """What a .blend of ours holds in the scene, and nothing else."""
    bpy.ops.wm.open_mainfile(filepath=str(path))


def rig() -> bpy.types.Object:
    """The armature in the scene."""
    return next(obj for obj in bpy.data.objects if obj.type == "ARMATURE")


def meshes() -> list[bpy.types.Object]:
    """The mesh objects in the scene."""
    return [obj for obj in bpy.context.scene.objects if obj.type == "MESH"]


def place(turn: Matrix) -> None:
    """Move everything by a matrix."""
    for obj in bpy.context.scene.objects:
        if obj.parent is None:
            obj.matrix_world = turn @ obj.matrix_world
    bpy.context.view_layer.update()


def rename_bones(names: Mapping[str, str], other: str = "x{}") -> None:
    """Give bones other names (old -> new), vertex groups with them; bones that are not in the table are numbered."""
    bones = rig().data.bones
    rest = [bone.name for bone in bones if bone.name not in names]
    every = {**names, **{old: other.format(number) for number, old in enumerate(rest)}}
    for number, old in enumerate(every):
        bones[old].name = f"in between {number}"
    for number, new in enumerate(every.values()):
        bones[f"in between {number}"].name = new


def rename_keys(recipes: Mapping[str, Mapping[str, float]]) -> None:
    """Replace all shape keys by new ones: name -> {ARKit name: weight, or `name@left`: its half at x >= 0}."""
    for mesh in meshes():
        keys = mesh.data.shape_keys
        if keys is None:
            continue
        rest = read(keys.key_blocks[0])
        steps = {block.name: read(block) - rest for block in keys.key_blocks[1:]}
        mesh.shape_key_clear()
        made = {name: mixed(steps, recipe, rest) for name, recipe in recipes.items()}
        made = {name: step for name, step in made.items() if np.abs(step).max() > 0.0}
        if made:
            mesh.shape_key_add(name="Basis", from_mix=False)
        for name, step in made.items():
            block = mesh.shape_key_add(name=name, from_mix=False)
            block.data.foreach_set("co", (rest + step).astype(np.float32).ravel())


def read(block: bpy.types.ShapeKey) -> np.ndarray:
    """(N, 3) points of a shape key."""
    flat = np.empty(len(block.data) * 3, dtype=np.float32)
    block.data.foreach_get("co", flat)
    return flat.reshape(-1, 3)


def mixed(steps: Mapping[str, np.ndarray], recipe: Mapping[str, float], rest: np.ndarray) -> np.ndarray:
    """The sum of weighted steps; those that the mesh has not count nothing."""
    total = np.zeros_like(rest)
    for name, weight in recipe.items():
        key, _at, side = name.partition("@")
        if key in steps:
            half = rest[:, :1] >= 0.0 if side == "left" else rest[:, :1] < 0.0 if side == "right" else 1.0
            total += weight * steps[key] * half
    return total


def without_rig() -> None:
    """The same meshes with no armature; no vertex group tells of one."""
    old = rig()
    for mesh in meshes():
        mesh.parent = None
        mesh.modifiers.clear()
        mesh.vertex_groups.clear()
    bpy.data.armatures.remove(old.data)


def without_keys() -> None:
    """The same meshes with no shape keys."""
    for mesh in meshes():
        mesh.shape_key_clear()


def without_names() -> None:
    """Objects, meshes, materials and the armature called by numbers."""
    for rows in (bpy.data.objects, bpy.data.meshes, bpy.data.materials, bpy.data.armatures):
        for number, block in enumerate(list(rows)):
            block.name = f"{type(block).__name__}.{number:03d}"


def without_parts(*names: str) -> None:
    """Leave meshes out."""
    for name in names:
        bpy.data.objects.remove(bpy.data.objects[name])


def joined() -> None:
    """All meshes as a single one without a name, a rig, keys or materials."""
    without_keys()
    without_rig()
    rows = sorted(meshes(), key=lambda mesh: mesh.name != "Head")  # the first one's vertices stay first
    with bpy.context.temp_override(active_object=rows[0], selected_editable_objects=rows, selected_objects=rows):
        bpy.ops.object.join()
    rows[0].data.materials.clear()
    rows[0].name = rows[0].data.name = "Object"


def under(name: str) -> None:
    """Hang everything on an empty object called `name`."""
    root = bpy.data.objects.new(name, None)
    bpy.context.scene.collection.objects.link(root)
    for obj in bpy.context.scene.objects:
        if obj is not root and obj.parent is None:
            obj.parent = root
    bpy.context.view_layer.update()


def second(turn: Matrix, name: str) -> None:
    """A copy of the sitter beside the first, called `name`, moved by a matrix; its meshes are called `Head.001` ..."""
    before = list(bpy.context.scene.objects)
    copies = {obj: obj.copy() for obj in before}
    for obj, copy in copies.items():
        if obj.data is not None:
            copy.data = obj.data.copy()
        if obj.type != "MESH":
            copy.name = name
        bpy.context.scene.collection.objects.link(copy)
    for obj, copy in copies.items():
        if obj.parent is not None:
            copy.parent = copies[obj.parent]
            copy.matrix_parent_inverse = obj.matrix_parent_inverse.copy()
        for modifier in copy.modifiers:
            if modifier.type == "ARMATURE":
                modifier.object = copies[modifier.object]
        if copy.parent is None:
            copy.matrix_world = turn @ obj.matrix_world
    bpy.context.view_layer.update()


def world(mesh: bpy.types.Object) -> np.ndarray:
    """(N, 3) world places of a mesh's own vertices."""
    flat = np.empty(len(mesh.data.vertices) * 3, dtype=np.float32)
    mesh.data.vertices.foreach_get("co", flat)
    return move(np.array(mesh.matrix_world), flat.reshape(-1, 3))


def fit(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(4, 4) matrix that takes the points `source` to `target`, by least squares."""
    rows = np.column_stack([source, np.ones(len(source))])
    found = np.eye(4)
    found[:3] = np.linalg.lstsq(rows, target, rcond=None)[0].T
    return found


def move(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points (..., 3) moved by a matrix."""
    return np.asarray(points, float) @ matrix[:3, :3].T + matrix[:3, 3]


NAMES: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "hard_names.yaml").read_text(encoding="utf-8"))
BONES = ["Hips", "Spine", "Spine1", "Spine2", "Neck", "Head"]
LIMBS = ["Eye", "Shoulder", "Arm", "ForeArm", "Hand", "UpLeg", "Leg", "Foot", "ToeBase"]


def sides(text: str) -> list[str]:
    """`eye_<L|R>` -> [eye_L, eye_R]; a text without sides -> itself."""
    if "<" not in text:
        return [text]
    return [re.sub(r"<([^|>]*)\|([^|>]*)>", rf"\{side}", text) for side in (1, 2)]


def bone_names(scheme: str) -> dict[str, str]:
    """The sitter's bone -> its name in a scheme of hard_names.yaml."""
    row = NAMES["bones"][scheme]
    ours = [*BONES, *(f"<Left|Right>{limb}" for limb in LIMBS)]
    pairs = [
        (old, new) for one, two in zip(ours, row, strict=True) for old, new in zip(sides(one), sides(two), strict=True)
    ]
    return dict(pairs)


def key_recipes(scheme: str) -> dict[str, dict[str, float]]:
    """A scheme's keys of hard_names.yaml, for rename_keys."""
    found: dict[str, dict[str, float]] = {}
    for name, recipe in NAMES["keys"][scheme]["names"].items():
        row = {recipe: 1.0} if isinstance(recipe, str) else recipe
        for number, spelled in enumerate(sides(name)):
            found[spelled] = {sides(key)[number % len(sides(key))]: weight for key, weight in row.items()}
    return found


def vrm(
    data: dict[str, Any], version: int, roles: Mapping[str, str], expressions: Mapping[str, Mapping[str, float]]
) -> None:
    """Make a glTF's JSON that of a VRM, version 0 or 1.

    roles: VRM's bone -> node's name. expressions: preset or own name -> {shape key: weight of 0..1}.
    """
    nodes = {node.get("name"): number for number, node in enumerate(data["nodes"])}
    bones = {role: nodes[name] for role, name in roles.items()}
    targets = [mesh.get("extras", {}).get("targetNames", []) for mesh in data["meshes"]]
    binds = {
        name: [
            (number, names.index(key), weight)
            for key, weight in recipe.items()
            for number, names in enumerate(targets)
            if key in names
        ]
        for name, recipe in expressions.items()
    }
    if version == 0:
        groups = [
            {
                "name": name,
                "presetName": name if name in PRESETS else "unknown",
                "binds": [{"mesh": mesh, "index": index, "weight": 100 * weight} for mesh, index, weight in rows],
            }
            for name, rows in binds.items()
        ]
        block: dict[str, Any] = {
            "humanoid": {"humanBones": [{"bone": role, "node": node} for role, node in bones.items()]},
            "blendShapeMaster": {"blendShapeGroups": groups},
            "meta": {"title": "Ada", "author": "Bob"},
        }
        data["extensions"] = {"VRM": block}
        return
    owner = {node["mesh"]: number for number, node in enumerate(data["nodes"]) if "mesh" in node}
    made = {
        name: {
            "morphTargetBinds": [
                {"node": owner[mesh], "index": index, "weight": weight} for mesh, index, weight in rows
            ]
        }
        for name, rows in binds.items()
    }
    data["extensions"] = {
        "VRMC_vrm": {
            "specVersion": "1.0",
            "humanoid": {"humanBones": {role: {"node": node} for role, node in bones.items()}},
            "expressions": {
                "preset": {name: row for name, row in made.items() if name in PRESETS},
                "custom": {name: row for name, row in made.items() if name not in PRESETS},
            },
            "meta": {"name": "Ada", "authors": ["Bob"]},
        }
    }


#: The presets of VRM 0.x and 1.0 that the cases use; any other name is a custom one.
PRESETS = frozenset({"joy", "angry", "sorrow", "happy", "surprised", "sad"})
#: The sitter's bone -> VRM's name for it.
VRM_BONES = bone_names("vrm")
