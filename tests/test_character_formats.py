# SPDX-License-Identifier: GPL-3.0-or-later
"""One small figure through every format, turned, scaled and laid down: always found to be the same person."""

from __future__ import annotations

import json
import math
import re
import struct
import types
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

bpy = pytest.importorskip("bpy")

import addon_utils  # noqa: E402
import bmesh  # noqa: E402
from mathutils import Matrix, Vector  # noqa: E402
from modelsheet.character.files.importers import clear, import_file  # noqa: E402
from modelsheet.character.files.sniff import sniff  # noqa: E402
from modelsheet.character.load import adopt, load_file  # noqa: E402
from modelsheet.character.measure import measure  # noqa: E402
from modelsheet.character.overrides import Overrides  # noqa: E402
from modelsheet.character.tidy.cleanup import clean  # noqa: E402
from modelsheet.common.blender import has_importer, node_tree  # noqa: E402
from modelsheet.common.errors import InputError  # noqa: E402

#: Boxes of a figure that faces -Y, 1.8 high: bone -> (low corner, high corner).
BOXES = {
    "Hips": ((-0.16, -0.1, 0.85), (0.16, 0.1, 1.05)),
    "Spine": ((-0.17, -0.1, 1.05), (0.17, 0.1, 1.48)),
    "Neck": ((-0.05, -0.05, 1.48), (0.05, 0.05, 1.56)),
    "Head": ((-0.09, -0.11, 1.56), (0.09, 0.1, 1.8)),
    "LeftArm": ((0.17, -0.05, 1.36), (0.45, 0.05, 1.46)),
    "LeftForeArm": ((0.45, -0.05, 1.36), (0.7, 0.05, 1.46)),
    "LeftHand": ((0.7, -0.05, 1.37), (0.85, 0.05, 1.45)),
    "LeftUpLeg": ((0.03, -0.08, 0.45), (0.16, 0.08, 0.85)),
    "LeftLeg": ((0.03, -0.07, 0.08), (0.15, 0.07, 0.45)),
    "LeftFoot": ((0.03, -0.2, 0.0), (0.15, 0.07, 0.08)),
}
PARENTS = {
    "Spine": "Hips",
    "Neck": "Spine",
    "Head": "Neck",
    "LeftArm": "Spine",
    "LeftForeArm": "LeftArm",
    "LeftHand": "LeftForeArm",
    "LeftUpLeg": "Hips",
    "LeftLeg": "LeftUpLeg",
    "LeftFoot": "LeftLeg",
}


def both_sides() -> dict[str, tuple[Vector, Vector]]:
    """All boxes, the left ones mirrored."""
    found = {}
    for name, (low, high) in BOXES.items():
        found[name] = (Vector(low), Vector(high))
        if name.startswith("Left"):
            found[name.replace("Left", "Right")] = (
                Vector((-high[0], low[1], low[2])),
                Vector((-low[0], high[1], high[2])),
            )
    return found


def figure(name: str = "Figure", rig: bool = True, places: Matrix | None = None) -> bpy.types.Object:
    """Build the figure in the scene, its root moved by `places`; returns the root."""
    boxes = both_sides()
    mesh = bpy.data.meshes.new(f"{name} body")
    work = bmesh.new()
    owners = []
    for bone, (low, high) in boxes.items():
        made = bmesh.ops.create_cube(work, size=1.0)["verts"]
        middle, size = (low + high) / 2, high - low
        for vertex in made:
            vertex.co = Vector(a * b for a, b in zip(vertex.co, size, strict=True)) + middle
        owners += [bone] * len(made)
    work.to_mesh(mesh)
    work.free()
    body = bpy.data.objects.new(f"{name} body", mesh)
    bpy.context.scene.collection.objects.link(body)
    root = body
    if rig:
        root = skeleton(name, boxes)
        for bone in boxes:
            members = [index for index, owner in enumerate(owners) if owner == bone]
            body.vertex_groups.new(name=bone).add(members, 1.0, "REPLACE")
        body.parent = root
        body.modifiers.new("Armature", "ARMATURE").object = root
    if places is not None:
        root.matrix_world = places
    bpy.context.view_layer.update()
    return root


def skeleton(name: str, boxes: dict[str, tuple[Vector, Vector]]) -> bpy.types.Object:
    """An armature whose bones start where the boxes hang."""
    data = bpy.data.armatures.new(name)
    rig = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for bone, (low, high) in boxes.items():
        made = data.edit_bones.new(bone)
        middle = (low + high) / 2
        if "Arm" in bone or "Hand" in bone:
            inner, outer = (low.x, high.x) if bone.startswith("Left") else (high.x, low.x)
            made.head, made.tail = (inner, middle.y, middle.z), (outer, middle.y, middle.z)
        elif "Leg" in bone or "Foot" in bone:
            made.head, made.tail = (middle.x, 0.0, high.z), (middle.x, 0.0, low.z)
        else:
            made.head, made.tail = (middle.x, 0.0, low.z), (middle.x, 0.0, high.z)
    for bone in boxes:
        parent = PARENTS.get(bone.replace("Right", "Left"))
        if parent:
            side = parent.replace("Left", "Right") if bone.startswith("Right") else parent
            data.edit_bones[bone].parent = data.edit_bones[side]
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


WRITERS: dict[str, Callable[[str], object]] = {
    "glb": lambda path: bpy.ops.export_scene.gltf(filepath=path, export_format="GLB"),
    "gltf": lambda path: bpy.ops.export_scene.gltf(filepath=path, export_format="GLTF_SEPARATE"),
    "fbx": lambda path: bpy.ops.export_scene.fbx(filepath=path, add_leaf_bones=False),
    "usdc": lambda path: bpy.ops.wm.usd_export(filepath=path, export_armatures=True),
    "usdz": lambda path: bpy.ops.wm.usd_export(filepath=path, export_armatures=True),
    "obj": lambda path: bpy.ops.wm.obj_export(filepath=path),
    "stl": lambda path: bpy.ops.wm.stl_export(filepath=path),
    "ply": lambda path: bpy.ops.wm.ply_export(filepath=path),
    "dae": lambda path: bpy.ops.wm.collada_export(filepath=path),
    "blend": lambda path: bpy.ops.wm.save_as_mainfile(filepath=path, copy=True),
}
RIGGED = {"glb", "gltf", "fbx", "usdc", "usdz", "dae", "blend"}


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format_brings_the_same_figure(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"figure.{suffix}"
    if suffix == "dae" and not has_importer("collada"):
        path.write_text('<?xml version="1.0"?>\n<COLLADA/>', encoding="utf-8")
        with pytest.raises(InputError, match="no longer reads COLLADA"):
            load_file(path, Overrides())
        return
    clear()
    figure()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Blender's exporters are not under test
        WRITERS[suffix](str(path))
    loaded = load_file(path, Overrides())
    facts = loaded.facts
    assert (facts.kind, facts.body) == ("humanoid", "full")
    assert facts.height == pytest.approx(1.8, rel=0.02)
    assert facts.facing == pytest.approx((0.0, -1.0, 0.0), abs=0.03)
    assert facts.head.height == pytest.approx(0.24, abs=0.06)
    assert (loaded.armature is not None) == (suffix in RIGGED)
    assert (facts.rig == "mixamo") == (suffix in RIGGED)
    body = measure(loaded)
    assert len(body.parts["head"]) >= 8
    assert ("left_hand" in body.parts) == (suffix in RIGGED)


@pytest.mark.parametrize(
    ("turn", "facing"),
    [
        (Matrix.Rotation(math.radians(37), 4, "Z"), (math.sin(math.radians(37)), -math.cos(math.radians(37)))),
        (Matrix.Rotation(math.pi, 4, "Z"), (0.0, 1.0)),
        (Matrix.Translation((300, -50, 20)) @ Matrix.Scale(100, 4), (0.0, -1.0)),
        (Matrix.Rotation(math.radians(90), 4, "Z") @ Matrix.Scale(0.01, 4), (1.0, 0.0)),
    ],
)
def test_place_turn_and_scale_do_not_matter(turn: Matrix, facing: tuple[float, float]) -> None:
    clear()
    figure(places=turn)
    facts = adopt("figure", "", Overrides(), {}).facts
    assert facts.facing[:2] == pytest.approx(facing, abs=0.02)
    assert (facts.kind, facts.body) == ("humanoid", "full")
    assert facts.head.height / facts.height == pytest.approx(0.24 / 1.8, abs=0.03)


@pytest.mark.parametrize("rig", [True, False])
@pytest.mark.parametrize("angle", [90, -90])
def test_the_lying_are_stood_up(rig: bool, angle: int) -> None:
    clear()
    figure(rig=rig, places=Matrix.Rotation(math.radians(angle), 4, "X"))
    loaded = adopt("figure", "", Overrides(), {})
    assert loaded.facts.body == "full"
    assert loaded.facts.height == pytest.approx(1.8, rel=0.02)
    assert any("stood up" in warning for warning in loaded.warnings)
    points = measure(loaded).vertices
    upper = points[points[:, 2] > points[:, 2].min() + 1.6]
    assert np.ptp(upper[:, 0]) < 0.25


def test_of_several_characters_one_is_chosen_and_the_others_are_named() -> None:
    clear()
    figure("Ada")
    figure("Bob", places=Matrix.Translation((2, 0, 0)) @ Matrix.Rotation(math.pi, 4, "Z"))
    bpy.ops.mesh.primitive_plane_add(size=20)
    loaded = adopt("scene", "", Overrides(character="bob"), {})
    assert loaded.facts.name == "Bob"
    assert loaded.facts.facing == pytest.approx((0.0, 1.0, 0.0), abs=0.02)
    assert [facts.name for facts in loaded.others] == ["Ada"]
    assert loaded.facts.height == pytest.approx(1.8, rel=0.02)
    assert {obj.name for obj in bpy.data.objects if obj.type == "MESH" and not obj.hide_render} == {"Bob body"}


def test_a_saved_action_does_not_pose_the_character(tmp_path: Path) -> None:
    clear()
    rig = figure()
    bone = rig.pose.bones["Spine"]
    bone.rotation_mode = "XYZ"
    bone.rotation_euler = (1.2, 0.0, 0.0)
    bone.keyframe_insert("rotation_euler", frame=1)
    path = tmp_path / "bent.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    loaded = load_file(path, Overrides())
    assert loaded.facts.height == pytest.approx(1.8, rel=0.02)


def test_scripts_in_a_blend_file_never_run(tmp_path: Path) -> None:
    clear()
    figure()
    mark = tmp_path / "ran"
    text = bpy.data.texts.new("evil.py")
    text.write(f"open({str(mark)!r}, 'w').close()\n")
    text.use_module = True
    driver = bpy.context.scene.objects["Figure"].driver_add("location", 0).driver
    driver.expression = f"open({str(mark)!r}, 'w').close() or 0"
    path = tmp_path / "evil.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    mark.unlink(missing_ok=True)
    load_file(path, Overrides())
    assert not mark.exists()


@pytest.mark.parametrize("suffix", ["glb", "blend", "obj"])
def test_files_without_faces_are_refused(suffix: str, tmp_path: Path) -> None:
    clear()
    skeleton("Bones", both_sides())
    path = tmp_path / f"bones.{suffix}"
    if suffix == "obj":
        path.write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\n", encoding="utf-8")
    else:
        WRITERS[suffix](str(path))
    with pytest.raises(InputError, match="nothing to photograph"):
        load_file(path, Overrides())


def rewrite(path: Path, target: Path, change: Callable[[dict], object]) -> None:
    """Copy a GLB with its JSON changed."""
    raw = path.read_bytes()
    length = struct.unpack("<I", raw[12:16])[0]
    data = json.loads(raw[20 : 20 + length])
    change(data)
    text = json.dumps(data).encode()
    text += b" " * (-len(text) % 4)
    rest = raw[20 + length :]
    header = struct.pack("<4sII", b"glTF", 2, 20 + len(text) + len(rest)) + struct.pack("<I4s", len(text), b"JSON")
    target.write_bytes(header + text + rest)


@pytest.mark.parametrize(("version", "facing"), [(0, 1.0), (1, -1.0)])
def test_vrm_maps_name_the_bones_and_the_front(version: int, facing: float, tmp_path: Path) -> None:
    clear()
    rig = figure(places=Matrix.Rotation(math.pi if version == 0 else 0.0, 4, "Z"))
    names = {bone.name: f"b{number}" for number, bone in enumerate(rig.data.bones)}
    for old, new in names.items():
        rig.data.bones[old].name = new
    WRITERS["glb"](str(tmp_path / "figure.glb"))

    def add_vrm(data: dict) -> None:
        nodes = {node.get("name"): number for number, node in enumerate(data["nodes"])}
        roles = {"hips": "Hips", "head": "Head", "neck": "Neck", "spine": "Spine"}
        for side in ("Left", "Right"):
            pairs = {"UpperArm": "Arm", "LowerArm": "ForeArm", "Hand": "Hand", "UpperLeg": "UpLeg", "LowerLeg": "Leg"}
            roles |= {side.lower() + role: side + bone for role, bone in pairs.items()}
        found = {role: nodes[names[bone]] for role, bone in roles.items()}
        if version == 0:
            rows = [{"bone": role, "node": node} for role, node in found.items()]
            block = {"VRM": {"humanoid": {"humanBones": rows}, "meta": {"title": "Ada", "author": "Bob"}}}
        else:
            rows = {role: {"node": node} for role, node in found.items()}
            block = {"VRMC_vrm": {"humanoid": {"humanBones": rows}, "meta": {"name": "Ada", "authors": ["Bob"]}}}
        data["extensions"] = block

    rewrite(tmp_path / "figure.glb", tmp_path / "ada.vrm", add_vrm)
    loaded = load_file(tmp_path / "ada.vrm", Overrides())
    assert (loaded.facts.name, loaded.facts.rig) == ("Ada", f"VRM {version}.x")
    assert loaded.facts.facing == pytest.approx((0.0, facing, 0.0), abs=0.02)
    assert loaded.facts.evidence["facing"].startswith("VRM version")
    assert loaded.bones["left_upper_arm"] == names["LeftArm"]
    assert "Bob" in str(loaded.facts.licence)


@pytest.mark.parametrize("name", ["", "node", "頭" * 30])
def test_a_vrm_is_understood_by_numbers_where_names_say_nothing(name: str, tmp_path: Path) -> None:
    clear()
    figure()
    body = bpy.data.objects["Figure body"]
    body.shape_key_add(name="Basis")
    for _number in range(2):
        key = body.shape_key_add(name="key")
        for index in range(24, 32):
            key.data[index].co.z += 0.02
    WRITERS["glb"](str(tmp_path / "figure.glb"))

    def numb(data: dict) -> None:
        nodes = {node.get("name"): number for number, node in enumerate(data["nodes"])}
        roles = {"hips": "Hips", "head": "Head", "leftUpperArm": "LeftArm", "rightUpperArm": "RightArm"}
        roles |= {"leftLowerArm": "LeftForeArm", "leftHand": "LeftHand", "leftUpperLeg": "LeftUpLeg"}
        humanoid = {"humanBones": {role: {"node": nodes[bone]} for role, bone in roles.items()}}
        bind = {"node": nodes["Figure body"], "index": 1, "weight": 1.0}
        happy = {"preset": {"happy": {"morphTargetBinds": [bind]}}}
        data["extensions"] = {"VRMC_vrm": {"humanoid": humanoid, "expressions": happy}}
        for row in [*data["nodes"], *data["meshes"]]:
            row["name"] = name
        targets = data["meshes"][0].pop("extras")["targetNames"]
        data["meshes"][0]["primitives"][0]["extras"] = {"targetNames": targets}

    rewrite(tmp_path / "figure.glb", tmp_path / "ada.vrm", numb)
    loaded = load_file(tmp_path / "ada.vrm", Overrides())
    assert loaded.armature is not None
    heads = {role: loaded.armature.pose.bones[bone].head.z for role, bone in loaded.bones.items()}
    assert heads["head"] == pytest.approx(1.56, abs=0.01)
    assert heads["hips"] == pytest.approx(0.85, abs=0.01)
    assert [(drive.mesh, drive.key) for drive in loaded.own["happy"]] == [(loaded.meshes[0].name, "key.001")]


@pytest.mark.parametrize(
    ("extension", "texture", "mend"),
    [
        ("KHR_texture_basisu", {"extensions": {"KHR_texture_basisu": {"source": 0}}}, "ktxdecompress"),
        ("EXT_texture_avif", {"extensions": {"EXT_texture_avif": {"source": 0}}}, "PNG"),
        ("KHR_texture_basisu", {"source": 0, "extensions": {"KHR_texture_basisu": {"source": 1}}}, None),
        ("NOBODY_knows_this", {}, "Export it"),
        ("KHR_materials_of_tomorrow", {}, None),
        ("VRMC_materials_mtoon", {}, None),
    ],
)
def test_extensions_that_blender_lacks_are_named_unless_they_do_no_harm(
    extension: str, texture: dict, mend: str | None, tmp_path: Path
) -> None:
    clear()
    figure()
    WRITERS["glb"](str(tmp_path / "figure.glb"))
    names = {"extensionsRequired": [extension], "extensionsUsed": [extension]}
    images = {"textures": [texture], "images": [{"uri": "a.png"}, {"uri": "a.ktx2"}]} if texture else {}
    rewrite(tmp_path / "figure.glb", tmp_path / "b.glb", lambda data: data.update(names | images))
    if mend is None:
        assert load_file(tmp_path / "b.glb", Overrides()).facts.kind == "humanoid"
        return
    with pytest.raises(InputError, match=rf"needs {extension}.*{mend}"):
        load_file(tmp_path / "b.glb", Overrides())


def packed(raw: bytes, stride: int) -> bytes:
    """A meshopt stream of version 1 whose deltas are written out byte by byte."""
    rows = np.frombuffer(raw, np.uint8).reshape(-1, stride)
    change = np.diff(rows, axis=0, prepend=np.zeros((1, stride), np.uint8))
    change = change << 1 ^ np.where(change & 128, 255, 0).astype(np.uint8)
    block = min(8192 // stride & ~15, 256)
    made = bytearray(b"\xa1")
    for start in range(0, len(rows), block):
        made += b"\xff" * (stride // 4) + change[start : start + block].T.tobytes()
    return bytes(made) + bytes(max(stride + stride // 4, 24))


def pack(path: Path, target: Path, extension: str) -> None:
    """Copy a GLB with its attributes compressed into a second buffer."""
    raw = path.read_bytes()
    length = struct.unpack("<I", raw[12:16])[0]
    data, blob = json.loads(raw[20 : 20 + length]), raw[28 + length :]
    pieces = bytearray()
    for number, view in enumerate(data["bufferViews"]):
        rows = [row for row in data["accessors"] if row["bufferView"] == number]
        part = blob[view.get("byteOffset", 0) :][: view["byteLength"]]
        wide = view.get("target") == 34962 and len(part) % rows[0]["count"] == 0
        stride = len(part) // rows[0]["count"] if wide else 0
        if stride and stride % 4 == 0:
            stream = packed(part, stride)
            more = {"buffer": 0, "byteOffset": len(pieces), "byteLength": len(stream)}
            more |= {"byteStride": stride, "count": len(part) // stride, "mode": "ATTRIBUTES"}
            view |= {"buffer": 1, "byteStride": stride, "extensions": {extension: more}}
            part = stream
        else:
            view |= {"byteOffset": len(pieces)}
        pieces += part + bytes(-len(part) % 4)
    data["buffers"] = [
        {"byteLength": len(pieces)},
        {"byteLength": 1 << 20, "extensions": {extension: {"fallback": True}}},
    ]
    data["extensionsRequired"] = data["extensionsUsed"] = [extension]
    assert any("extensions" in view for view in data["bufferViews"])
    text = json.dumps(data).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sIII4s", b"glTF", 2, 28 + len(text) + len(pieces), len(text), b"JSON")
    target.write_bytes(head + text + struct.pack("<I4s", len(pieces), b"BIN\0") + pieces)


def blenders_pack(target: Path, extension: str) -> None:
    """Export the scene with Blender's own compression; skips where it has none."""
    if "export_meshopt_compression_enable" not in bpy.ops.export_scene.gltf.get_rna_type().properties:
        pytest.skip("this Blender writes no meshopt")
    options = {"export_meshopt_compression_enable": True, "export_meshopt_extension": extension}
    bpy.ops.export_scene.gltf(filepath=str(target), export_format="GLB", **options)


@pytest.mark.parametrize("by", ["hand", "Blender"])
@pytest.mark.parametrize("extension", ["EXT_meshopt_compression", "KHR_meshopt_compression"])
def test_meshopt_brings_the_same_figure(extension: str, by: str, tmp_path: Path) -> None:
    clear()
    figure()
    if by == "hand":
        WRITERS["glb"](str(tmp_path / "figure.glb"))
        pack(tmp_path / "figure.glb", tmp_path / "packed.glb", extension)
    else:
        blenders_pack(tmp_path / "packed.glb", extension)
    loaded = load_file(tmp_path / "packed.glb", Overrides())
    assert loaded.facts.height == pytest.approx(1.8, rel=0.01)
    assert loaded.facts.facing == pytest.approx((0.0, -1.0, 0.0), abs=0.03)
    assert loaded.facts.rig == "mixamo"


def test_a_bomb_of_nothing_is_refused(tmp_path: Path) -> None:
    clear()
    figure()
    WRITERS["glb"](str(tmp_path / "figure.glb"))

    def swell(data: dict) -> None:
        more = {"buffer": 0, "byteLength": 64, "byteStride": 256, "count": 1 << 40, "mode": "ATTRIBUTES"}
        data["bufferViews"][0]["extensions"] = {"EXT_meshopt_compression": more}

    def claim(data: dict) -> None:
        data["accessors"].append({"count": 1 << 40, "componentType": 5126, "type": "VEC3"})

    for change, words in ((swell, "larger than 1 GiB"), (claim, "more points than")):
        rewrite(tmp_path / "figure.glb", tmp_path / "bomb.glb", change)
        with pytest.raises(InputError, match=words):
            load_file(tmp_path / "bomb.glb", Overrides())


@pytest.mark.parametrize("suffix", ["pmx", "pmd"])
def test_an_mmd_model_asks_for_its_add_on(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"miku.{suffix}"
    path.write_bytes({"pmx": b"PMX \0\0\0\x40", "pmd": b"Pmd\0\0\x80\x3f"}[suffix])
    monkeypatch.setattr("addon_utils.modules", lambda **_options: [])
    with pytest.raises(InputError, match=r"MMD Tools; it is not installed\. Install it from extensions\.blender\.org"):
        load_file(path, Overrides())


#: An add-on that answers like MMD Tools: it makes a mesh, or for a small file none.
ADDON = """
import os
import bpy
bl_info = {"name": "MMD Tools", "blender": (4, 2, 0), "category": "Import-Export"}
class Import(bpy.types.Operator):
    bl_idname, bl_label = "mmd_tools.import_model", "Import"
    filepath: bpy.props.StringProperty()
    scale: bpy.props.FloatProperty()
    clean_model: bpy.props.BoolProperty()
    types: bpy.props.EnumProperty(
        items=[(name, name, "") for name in ("MESH", "ARMATURE", "MORPHS")], options={"ENUM_FLAG"}
    )
    def execute(self, context):
        if os.path.getsize(self.filepath) > 50:
            bpy.ops.mesh.primitive_cube_add(size=100 * self.scale)
        return {"FINISHED"}
def register(): bpy.utils.register_class(Import)
def unregister(): bpy.utils.unregister_class(Import)
"""


def test_an_mmd_model_is_read_by_an_installed_add_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mmd_tools"
    folder.mkdir()
    (folder / "__init__.py").write_text(ADDON, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("addon_utils.modules", lambda **_options: [types.SimpleNamespace(__name__="mmd_tools")])
    path = tmp_path / "miku.pmx"
    path.write_bytes(b"PMX " + bytes(100))
    clear()
    try:
        import_file(path, sniff(path))
        assert max(bpy.data.objects["Cube"].dimensions) == pytest.approx(8.0)
        path.write_bytes(b"PMX " + bytes(10))
        clear()
        with pytest.raises(InputError, match="may be cut off"):
            import_file(path, sniff(path))
    finally:
        addon_utils.disable("mmd_tools")


def test_what_an_importer_stumbles_over_stays_one_line(tmp_path: Path) -> None:
    clear()
    figure()
    WRITERS["glb"](str(tmp_path / "figure.glb"))
    rewrite(tmp_path / "figure.glb", tmp_path / "b.glb", lambda data: data.update(accessors=[{}]))
    with pytest.raises(InputError) as caught:
        load_file(tmp_path / "b.glb", Overrides())
    assert "Traceback" not in str(caught.value)
    assert "bpy" not in str(caught.value)


def test_a_vrm_without_a_humanoid_is_refused(tmp_path: Path) -> None:
    clear()
    figure()
    WRITERS["glb"](str(tmp_path / "figure.glb"))
    rewrite(tmp_path / "figure.glb", tmp_path / "b.vrm", lambda data: data.update(extensions={"VRMC_vrm": {}}))
    with pytest.raises(InputError, match="without a humanoid"):
        load_file(tmp_path / "b.vrm", Overrides())


def material(name: str) -> bpy.types.Material:
    """A new material with nodes and nothing in them but an output."""
    made = bpy.data.materials.new(name)
    node_tree(made).nodes.clear()
    made.node_tree.nodes.new("ShaderNodeOutputMaterial")
    return made


def test_materials_take_light_and_nothing_is_magenta(tmp_path: Path) -> None:
    clear()
    body = figure(rig=False)
    glowing, metal = material("Cloth"), material("Skin")
    tree = glowing.node_tree
    glow = tree.nodes.new("ShaderNodeEmission")
    glow.inputs["Color"].default_value = (0.1, 0.2, 0.3, 1.0)
    tree.links.new(glow.outputs[0], tree.nodes["Material Output"].inputs["Surface"])
    tree = metal.node_tree
    shader, picture = tree.nodes.new("ShaderNodeBsdfPrincipled"), tree.nodes.new("ShaderNodeTexImage")
    picture.image = bpy.data.images.new("lost", 4, 4)
    picture.image.source = "FILE"
    picture.image.filepath = str(tmp_path / "lost.png")
    shader.inputs["Metallic"].default_value = shader.inputs["Transmission Weight"].default_value = 1.0
    tree.links.new(picture.outputs["Color"], shader.inputs["Base Color"])
    tree.links.new(shader.outputs[0], tree.nodes["Material Output"].inputs["Surface"])
    for made in (glowing, metal):
        body.data.materials.append(made)
    warnings_given = clean("figure")
    assert any("Skin" in warning and "Cloth" not in warning for warning in warnings_given)
    surface = glowing.node_tree.nodes["Material Output"].inputs["Surface"].links[0].from_node
    assert surface.type == "BSDF_PRINCIPLED"
    assert tuple(surface.inputs["Base Color"].default_value) == pytest.approx((0.1, 0.2, 0.3, 1.0))
    assert not shader.inputs["Base Color"].is_linked
    assert shader.inputs["Metallic"].default_value == shader.inputs["Transmission Weight"].default_value == 0.0


@pytest.mark.parametrize(
    ("name", "head", "words"), [("x.usda", b"#usda 1.0\n", "built without USD"), ("x.dae", b"", "no longer reads")]
)
def test_a_blender_that_lacks_a_format_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, head: bytes, words: str
) -> None:
    monkeypatch.setattr("modelsheet.common.blender.has_importer", lambda _form: False)
    (tmp_path / name).write_bytes(head or b'<?xml version="1.0"?><COLLADA version="1.4.1"></COLLADA>')
    with pytest.raises(InputError, match=f"{words}.*glTF"):
        load_file(tmp_path / name, Overrides())


def saved(path: Path) -> Path:
    """The scene as a .blend."""
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    return path


def put_away(obj: bpy.types.Object, name: str) -> bpy.types.Collection:
    """A new collection that is in no scene, with an object and its children."""
    away = bpy.data.collections.new(name)
    for one in (obj, *obj.children_recursive):
        away.objects.link(one)
        bpy.context.scene.collection.objects.unlink(one)
    return away


def one_person(path: Path) -> list[str]:
    """Load a file that shows the figure once; returns the warnings."""
    loaded = load_file(path, Overrides())
    assert (loaded.facts.kind, loaded.facts.body) == ("humanoid", "full")
    assert loaded.facts.height == pytest.approx(1.8, rel=0.03)
    assert loaded.others == []
    return loaded.warnings


def test_a_copied_collection_becomes_objects(tmp_path: Path) -> None:
    clear()
    away = put_away(figure(), "Hero")
    empty = bpy.data.objects.new("Hero copy", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", away
    empty.location = (3.0, 1.0, 0.0)
    bpy.context.scene.collection.objects.link(empty)
    one_person(saved(tmp_path / "copy.blend"))
    body = next(obj for obj in bpy.context.scene.objects if obj.type == "MESH")
    assert body.modifiers["Armature"].object.name in bpy.context.scene.objects


@pytest.mark.parametrize("how", ["object", "collection", "nowhere"])
def test_what_is_switched_off_is_taken_when_nothing_else_is_there(how: str, tmp_path: Path) -> None:
    clear()
    root = figure()
    away = put_away(root, "Hero")
    if how != "nowhere":
        bpy.context.scene.collection.children.link(away)
    if how == "collection":
        bpy.context.view_layer.layer_collection.children["Hero"].exclude = True
    elif how == "object":
        for obj in away.objects:
            obj.hide_render = True
    else:
        for obj in away.objects:
            obj.use_fake_user = True
    one_person(saved(tmp_path / "hidden.blend"))


def test_of_several_scenes_the_one_with_the_character_is_taken(tmp_path: Path) -> None:
    clear()
    figure()
    props = bpy.data.scenes.new("Props")
    for number in range(5):
        box = bpy.data.objects.new(f"Box {number}", bpy.data.objects["Figure body"].data.copy())
        props.collection.objects.link(box)
    warned = one_person(saved(tmp_path / "scenes.blend"))
    assert any("2 scenes: Scene was taken" in warning for warning in warned)


def test_a_missing_library_is_named(tmp_path: Path) -> None:
    clear()
    figure("Other", rig=False)
    library = saved(tmp_path / "library.blend")
    clear()
    figure()
    with bpy.data.libraries.load(str(library), link=True) as (there, here):
        here.objects = list(there.objects)
    bpy.context.scene.collection.objects.link(here.objects[0])
    path = saved(tmp_path / "hero.blend")
    library.unlink()
    warned = one_person(path)
    assert any("library.blend" in warning and "missing" in warning for warning in warned)


def test_modifiers_of_a_blend_file_are_bounded(tmp_path: Path) -> None:
    clear()
    figure(rig=False)
    body = bpy.data.objects["Figure body"]
    for kind in ("SUBSURF", "SUBSURF"):
        made = body.modifiers.new(kind, kind)
        made.show_viewport = False
        made.levels = made.render_levels = 6
    made = body.modifiers.new("ARRAY", "ARRAY")
    made.show_viewport = False
    made.count = 100_000
    path = saved(tmp_path / "heavy.blend")
    clear()
    import_file(path, sniff(path))
    first, second, array = bpy.data.objects["Figure body"].modifiers
    faces = 96 * 4 ** (first.render_levels + second.render_levels)
    assert faces <= 600_000 and first.render_levels == 2
    assert array.count == 100


def picture(path: Path) -> None:
    """Write a small PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (4, 4), (200, 100, 50)).save(path)


def painted(path: Path) -> None:
    """Export the figure with a picture that lies at `path` now."""
    picture(path)
    body = figure(rig=False)
    made = material("Skin")
    tree = made.node_tree
    shader, node = tree.nodes.new("ShaderNodeBsdfPrincipled"), tree.nodes.new("ShaderNodeTexImage")
    node.image = bpy.data.images.load(str(path))
    tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])
    tree.links.new(shader.outputs[0], tree.nodes["Material Output"].inputs["Surface"])
    body.data.materials.append(made)
    body.data.uv_layers.new()


@pytest.mark.parametrize(
    ("suffix", "place"),
    [
        ("fbx", "model/Textures/skin.png"),
        ("obj", "textures/skin.png"),
        ("gltf", "model/deep/er/skin.png"),
        ("fbx", None),
    ],
)
def test_pictures_are_found_near_the_model(suffix: str, place: str | None, tmp_path: Path) -> None:
    clear()
    painted(tmp_path / "elsewhere" / "skin.png")
    path = tmp_path / "model" / f"hero.{suffix}"
    path.parent.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        WRITERS[suffix](str(path))
    (tmp_path / "elsewhere" / "skin.png").unlink()
    (tmp_path / "model" / "skin.png").unlink(missing_ok=True)
    if place:
        picture(tmp_path / place)
    clear()
    import_file(path, sniff(path))
    images = [image for image in bpy.data.images if image.name.startswith("skin")]
    assert [min(image.size) > 0 for image in images] == [bool(place)]


def test_an_obj_without_its_materials_still_loads(tmp_path: Path) -> None:
    clear()
    figure(rig=False)
    WRITERS["obj"](str(tmp_path / "figure.obj"))
    (tmp_path / "figure.mtl").unlink()
    one_person(tmp_path / "figure.obj")


def test_a_gltf_finds_its_data_by_name(tmp_path: Path) -> None:
    clear()
    figure()
    WRITERS["gltf"](str(tmp_path / "figure.gltf"))
    (tmp_path / "buffers").mkdir()
    (tmp_path / "figure.bin").rename(tmp_path / "buffers" / "figure.bin")
    one_person(tmp_path / "figure.gltf")


def test_an_alembic_brings_the_figure(tmp_path: Path) -> None:
    clear()
    figure(rig=False)
    bpy.ops.wm.alembic_export(filepath=str(tmp_path / "figure.abc"), as_background_job=False)
    one_person(tmp_path / "figure.abc")


@pytest.mark.skipif(not has_importer("collada"), reason="this Blender has no COLLADA")
def test_a_zipped_collada_brings_its_pictures(tmp_path: Path) -> None:
    clear()
    painted(tmp_path / "skin.png")
    WRITERS["dae"](str(tmp_path / "figure.dae"))
    with zipfile.ZipFile(tmp_path / "figure.zae", "w") as archive:
        archive.write(tmp_path / "figure.dae", "scene/figure.dae")
        archive.write(tmp_path / "skin.png", "scene/skin.png")
    for part in ("figure.dae", "skin.png"):
        (tmp_path / part).unlink()
    assert not any("missing" in warning for warning in one_person(tmp_path / "figure.zae"))
    assert [tuple(image.size) for image in bpy.data.images if image.source == "FILE"] == [(4, 4)]


def test_a_mislabelled_file_is_loaded_and_said_so(tmp_path: Path) -> None:
    clear()
    figure()
    for suffix, false in (("glb", "fbx"), ("usdc", "glb"), ("blend", "vrm"), ("stl", "obj")):
        WRITERS[suffix](str(tmp_path / f"figure.{suffix}"))
        (tmp_path / f"figure.{suffix}").replace(tmp_path / f"{suffix}.{false}")
    for suffix, false in (("glb", "fbx"), ("usdc", "glb"), ("blend", "vrm"), ("stl", "obj")):
        warned = one_person(tmp_path / f"{suffix}.{false}")
        assert any("really" in warning and "Rename it to" in warning for warning in warned)


CUT = [suffix for suffix in WRITERS if suffix != "dae" or has_importer("collada")]


@pytest.mark.parametrize("suffix", [*CUT, "abc"])
def test_a_file_cut_anywhere_is_refused_in_one_line(suffix: str, tmp_path: Path) -> None:
    clear()
    figure()
    path = tmp_path / f"figure.{suffix}"
    writers = WRITERS | {"abc": lambda place: bpy.ops.wm.alembic_export(filepath=place, as_background_job=False)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        writers[suffix](str(path))
    whole = path.read_bytes()
    taken = []
    for tenth in range(10):
        path.write_bytes(whole[: len(whole) * tenth // 10])
        try:
            found = sniff(path)
            clear()
            import_file(path, found)
            clean(str(path))
            taken.append(tenth)
        except InputError as error:
            message = str(error)
            assert message.startswith(str(path)) and message.endswith(".") and "\n" not in message
            assert not re.search(r"Traceback|bpy|Error:", message)
    # Nothing in an OBJ says where it ends.
    assert taken == [] or suffix == "obj"
