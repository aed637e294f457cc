# SPDX-License-Identifier: GPL-3.0-or-later
"""What only glTF and VRM files have: roles by node, extensions that must be known, compressed and hostile numbers."""

from __future__ import annotations

import math
from pathlib import Path

import bpy
import numpy as np
import pytest
from box_figure import figure
from files_made import write
from glb import read_glb, rewrite_glb, write_glb
from mathutils import Matrix
from modelsheet.character.files.importers import clear
from modelsheet.character.load import load_file
from modelsheet.character.overrides import Overrides
from modelsheet.common.errors import InputError


@pytest.mark.parametrize(("version", "facing"), [(0, 1.0), (1, -1.0)])
def test_vrm_maps_name_the_bones_and_the_front(version: int, facing: float, tmp_path: Path) -> None:
    clear()
    rig = figure(places=Matrix.Rotation(math.pi if version == 0 else 0.0, 4, "Z"))
    names = {bone.name: f"b{number}" for number, bone in enumerate(rig.data.bones)}
    for old, new in names.items():
        rig.data.bones[old].name = new
    write(tmp_path / "figure.glb")

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

    rewrite_glb(tmp_path / "figure.glb", tmp_path / "ada.vrm", add_vrm)
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
    write(tmp_path / "figure.glb")

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

    rewrite_glb(tmp_path / "figure.glb", tmp_path / "ada.vrm", numb)
    loaded = load_file(tmp_path / "ada.vrm", Overrides())
    assert loaded.armature is not None
    heads = {role: loaded.armature.pose.bones[bone].head.z for role, bone in loaded.bones.items()}
    assert heads["head"] == pytest.approx(1.56, abs=0.01)
    assert heads["hips"] == pytest.approx(0.85, abs=0.01)
    assert [(drive.mesh, drive.key) for drive in loaded.own["happy"]] == [(loaded.meshes[0].name, "key.001")]


def test_a_vrm_without_a_humanoid_is_refused(tmp_path: Path) -> None:
    clear()
    figure()
    write(tmp_path / "figure.glb")
    rewrite_glb(tmp_path / "figure.glb", tmp_path / "b.vrm", lambda data: data.update(extensions={"VRMC_vrm": {}}))
    with pytest.raises(InputError, match="without a humanoid"):
        load_file(tmp_path / "b.vrm", Overrides())


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
    write(tmp_path / "figure.glb")
    names = {"extensionsRequired": [extension], "extensionsUsed": [extension]}
    images = {"textures": [texture], "images": [{"uri": "a.png"}, {"uri": "a.ktx2"}]} if texture else {}
    rewrite_glb(tmp_path / "figure.glb", tmp_path / "b.glb", lambda data: data.update(names | images))
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
    data, blob = read_glb(path)
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
    write_glb(target, data, bytes(pieces))


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
        write(tmp_path / "figure.glb")
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
    write(tmp_path / "figure.glb")

    def swell(data: dict) -> None:
        more = {"buffer": 0, "byteLength": 64, "byteStride": 256, "count": 1 << 40, "mode": "ATTRIBUTES"}
        data["bufferViews"][0]["extensions"] = {"EXT_meshopt_compression": more}

    def claim(data: dict) -> None:
        data["accessors"].append({"count": 1 << 40, "componentType": 5126, "type": "VEC3"})

    for change, words in ((swell, "larger than 1 GiB"), (claim, "more points than")):
        rewrite_glb(tmp_path / "figure.glb", tmp_path / "bomb.glb", change)
        with pytest.raises(InputError, match=words):
            load_file(tmp_path / "bomb.glb", Overrides())
