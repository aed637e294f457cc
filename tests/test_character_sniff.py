# SPDX-License-Identifier: GPL-3.0-or-later
"""A file is told by its content; whatever is not usable gets one plain line. No bpy."""

from __future__ import annotations

import json
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from modelsheet.character.gltf import read_vrm, target_names
from modelsheet.character.sniff import SUFFIXES, sniff
from modelsheet.common.errors import InputError

SCENE = {"asset": {"version": "2.0"}}


def glb(data: dict, version: int = 2, extra: int = 0) -> bytes:
    """A GLB whose header promises `extra` bytes more than there are."""
    text = json.dumps(data).encode()
    text += b" " * (-len(text) % 4)
    return (
        struct.pack("<4sII", b"glTF", version, 20 + len(text) + extra) + struct.pack("<I4s", len(text), b"JSON") + text
    )


def refused(path: Path, *words: str) -> str:
    with pytest.raises(InputError) as caught:
        sniff(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    for word in words:
        assert word in message
    return message


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.glb", glb(SCENE), "glb"),
        ("a.vrm", glb({**SCENE, "extensions": {"VRM": {}}}), "vrm"),
        ("a.glb", glb({**SCENE, "extensions": {"VRMC_vrm": {}}}), "vrm"),
        ("a.vrm", glb(SCENE), "glb"),
        ("a.gltf", json.dumps(SCENE).encode(), "gltf"),
        ("a.obj", b"# made by hand\no thing\nv 0 0 0\n", "obj"),
        ("a.stl", b"solid x\n facet normal 0 0 1\n", "stl"),
        ("a.stl", b"\0" * 80 + struct.pack("<I", 1) + b"\0" * 50, "stl"),
        ("a.ply", b"ply\nformat ascii 1.0\n", "ply"),
        ("a.usda", b"#usda 1.0\n", "usd"),
        ("a.dae", b'<?xml version="1.0"?>\n<COLLADA>', "collada"),
    ],
)
def test_formats_are_told_by_content(tmp_path: Path, name: str, content: bytes, form: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert sniff(path).form == form


def test_missing_folder_and_empty(tmp_path: Path) -> None:
    refused(tmp_path / "none.glb", "can't be found", "Check the name")
    refused(tmp_path, "is a folder")
    empty = tmp_path / "empty.glb"
    empty.touch()
    refused(empty, "0 bytes")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.fbx", glb(SCENE), ["is really a binary glTF", "a.glb"]),
        ("a.blend", b"hello", ["is not a Blender file"]),
        ("a.glb", b"version https://git-lfs.github.com/spec/v1\n", ["git-LFS pointer", "git lfs pull"]),
        ("a.glb", glb(SCENE, extra=100), ["cut off"]),
        ("a.glb", glb(SCENE, version=1), ["version 1"]),
        ("a.glb", b"glTF\2\0", ["cut off"]),
        ("a.glb", glb({"no": "asset"}), ["no glTF scene"]),
        ("a.gltf", b'{"asset": ', ["damaged"]),
        ("a.gltf", json.dumps({**SCENE, "buffers": [{"uri": "a.bin"}]}).encode(), ["a.bin", "beside"]),
        ("a.pmx", b"PMX \0\0\0\x40", ["MMD", "VRM"]),
        ("a.fbx", b"; FBX 7.4.0 project file\n", ["ASCII FBX", "binary"]),
        ("a.fbx", b"Kaydara FBX Binary  \x00\x1a\x00" + struct.pack("<I", 6100) + b"\0" * 20, ["6100"]),
        ("a.fbx", b"Kaydara FBX Binary  \x00\x1a\x00" + struct.pack("<I", 7400) + b"\xff" * 20, ["cut off"]),
        ("a.blend", b"BLENDER-v405RENDH" + b"\0" * 100, ["cut off"]),
        ("a.jpg", b"\xff\xd8\xff\xe0", ["JPEG"]),
        ("a.txt", b"hello", ["no kind that Modelsheet reads"]),
    ],
)
def test_what_is_not_usable_is_refused_with_its_mend(
    tmp_path: Path, name: str, content: bytes, words: list[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused(path, *words)


def test_archives_name_what_is_inside(tmp_path: Path) -> None:
    path = tmp_path / "a.zae"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("deep/figure.dae", "<COLLADA/>")
    refused(path, "archive", "figure.dae")
    broken = tmp_path / "b.usdz"
    broken.write_bytes(path.read_bytes()[:40])
    refused(broken, "damaged archive")


def test_required_extensions_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.glb"
    path.write_bytes(glb({**SCENE, "extensionsRequired": ["KHR_texture_basisu"]}))
    assert sniff(path).required == ("KHR_texture_basisu",)


def test_the_files_beside_us(characters: Path) -> None:
    forms = {
        path.name: sniff(path).form for path in characters.glob("*.[!m]*") if not path.name.startswith(("bad", "yw"))
    }
    assert forms["godette_vrm0.vrm"] == "vrm"
    assert forms["mpfb_human.blend"] == "blend"
    assert forms["rocketbox_male01.fbx"] == "fbx"
    for path in sorted([*characters.glob("bad_*"), characters / "yw_test.pmx"]):
        refused(path)


def test_vrm_0_says_who_and_how(characters: Path) -> None:
    data = sniff(characters / "godette_vrm0.vrm").data
    vrm = read_vrm(data)
    assert vrm is not None
    assert vrm.version == 0
    assert vrm.bones["left_upper_arm"] == "upper_arm.l_Armature"
    joy = {(bind.target, bind.weight) for bind in vrm.expressions["joy"]}
    assert joy == {(9, 0.5), (10, 0.25)}
    assert vrm.licence["author"] == "SirRichard94"
    assert any(len(target_names(data, mesh)) == 15 for mesh in range(len(data["meshes"])))


def test_vrm_1_says_who_and_how() -> None:
    vrm = read_vrm(
        {
            "nodes": [{"name": "Hips"}, {"name": "Face", "mesh": 0}],
            "extensions": {
                "VRMC_vrm": {
                    "meta": {"name": "Ada", "authors": ["A"], "avatarPermission": "everyone", "thumbnailImage": 3},
                    "humanoid": {"humanBones": {"hips": {"node": 0}, "leftUpperArm": {"node": 9}}},
                    "expressions": {
                        "preset": {"happy": {"morphTargetBinds": [{"node": 1, "index": 2, "weight": 1.0}]}}
                    },
                }
            },
        }
    )
    assert vrm is not None
    assert (vrm.version, vrm.title, vrm.bones) == (1, "Ada", {"hips": "Hips"})
    assert vrm.expressions["happy"][0].mesh == "Face"
    assert vrm.licence == {"name": "Ada", "avatarPermission": "everyone", "authors": ["A"]}


OPENINGS = [
    b"",
    b"glTF\2\0\0\0",
    b"Kaydara FBX Binary  \x00\x1a\x00",
    b"BLENDER",
    b"PK\x03\x04",
    b"{",
    b"<",
    b"solid ",
    b"v 0",
    b"\x28\xb5\x2f\xfd",
]


@given(st.sampled_from(sorted(SUFFIXES)), st.sampled_from(OPENINGS), st.binary(max_size=200))
@example("glb", b"", glb({"asset": {}, "extensions": [], "buffers": 3, "extensionsRequired": {"a": 1}}))
@example("glb", b"", glb({"asset": {}, "extensions": {"VRM": {"humanoid": 3, "meta": [], "blendShapeMaster": "x"}}}))
@example(
    "glb",
    b"",
    glb({"asset": {}, "extensions": {"VRMC_vrm": {"humanoid": [], "meta": 1, "expressions": {"preset": []}}}}),
)
@example(
    "vrm",
    b"",
    glb(
        {
            "asset": {},
            "extensions": {
                "VRM": {
                    "humanoid": {"humanBones": {"a": 1}},
                    "blendShapeMaster": {"blendShapeGroups": [3, {"presetName": 3, "binds": [4, {"index": "x"}]}]},
                }
            },
        }
    ),
)
def test_no_file_gives_a_traceback(suffix: str, opening: bytes, rest: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{suffix}"
        path.write_bytes(opening + rest)
        try:
            read_vrm(sniff(path).data)
        except InputError as error:
            assert "\n" not in str(error)
