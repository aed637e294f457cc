# SPDX-License-Identifier: GPL-3.0-or-later
"""What a VRM says of itself, whoever wrote it: who it is, its bones, its expressions. No bpy."""

from __future__ import annotations

from pathlib import Path

import pytest
from glb import glb
from modelsheet.character.files.gltf import read_vrm, target_names
from modelsheet.character.files.sniff import sniff

SCENE = {"asset": {"version": "2.0"}}


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


def vrm(version: int, groups: list | dict, nodes: list | None = None, meshes: list | None = None) -> dict:
    """The JSON of a VRM with some expressions, as read_json hands it on."""
    nodes = nodes or [{"name": "Hips"}, {"name": "Face", "mesh": 0}, {"name": "Brows", "mesh": 1}]
    block = (
        {"VRM": {"blendShapeMaster": {"blendShapeGroups": groups}}}
        if version == 0
        else {"VRMC_vrm": {"expressions": groups}}
    )
    return {"nodes": nodes, "meshes": meshes or [{}, {}], "extensions": block}


def joy(*weights: float, name: str = "joy", **more: object) -> dict:
    binds = [{"mesh": number % 2, "index": number, "weight": weight} for number, weight in enumerate(weights)]
    return {"presetName": name, "binds": binds, **more}


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (vrm(0, [joy(100, 50)]), {"joy": [("Face", 0, 1.0), ("Brows", 1, 0.5)]}),
        # exporters that count to one, and one that counts beyond a hundred
        (vrm(0, [joy(1.0, 0.5)]), {"joy": [("Face", 0, 1.0), ("Brows", 1, 0.5)]}),
        (vrm(0, [joy(250, 50)]), {"joy": [("Face", 0, 1.0), ("Brows", 1, 0.5)]}),
        (vrm(0, [joy(100, -5), joy(30, name="a")]), {"joy": [("Face", 0, 1.0)], "a": [("Face", 0, 0.3)]}),
        (vrm(0, [{**joy(100, name="unknown"), "name": "Smug"}]), {"Smug": [("Face", 0, 1.0)]}),
        # one mesh used by two nodes moves on both
        (
            vrm(0, [joy(100)], [{"name": "L", "mesh": 0}, {"name": "R", "mesh": 0}]),
            {"joy": [("L", 0, 1.0), ("R", 0, 1.0)]},
        ),
        # Blender leaves out targets that move no point
        (
            vrm(
                0,
                [joy(100, 50, 100)],
                meshes=[{"primitives": [{"targets": [{"POSITION": 1}, {"NORMAL": 2}, {"POSITION": 3}]}]}, {}],
            ),
            {"joy": [("Face", 0, 1.0), ("Brows", 1, 0.5), ("Face", 1, 1.0)]},
        ),
        (
            vrm(
                1,
                {
                    "preset": {"happy": {"morphTargetBinds": [{"node": 1, "index": 2, "weight": 0.5}]}},
                    "custom": {"smug": {"morphTargetBinds": [{"node": 2, "index": 0, "weight": 1}, {"node": 9}]}},
                },
            ),
            {"happy": [("Face", 2, 0.5)], "smug": [("Brows", 0, 1.0)]},
        ),
        (
            vrm(1, {"preset": {"happy": {"morphTargetBinds": [{"node": 1, "index": 2, "weight": 80}]}}}),
            {"happy": [("Face", 2, 0.8)]},
        ),
        # colours and textures move nothing
        (vrm(1, {"preset": {"happy": {"materialColorBinds": [{"material": 0}], "textureTransformBinds": 3}}}), {}),
        (vrm(0, [{"presetName": "joy", "binds": [{"mesh": 0, "index": "x", "weight": 1}, 3, None]}, 4]), {}),
        (vrm(0, [joy(float("nan"), float("inf"), True)]), {}),
    ],
)
def test_vrm_expressions_whatever_the_exporter(data: dict, wanted: dict) -> None:
    found = read_vrm(data)
    assert found is not None
    got = {name: [(bind.mesh, bind.target, bind.weight) for bind in rows] for name, rows in found.expressions.items()}
    assert got == {name: [(m, t, pytest.approx(w)) for m, t, w in rows] for name, rows in wanted.items()}


def test_vrm_says_which_expressions_are_on_or_off() -> None:
    zero, one = (
        read_vrm(vrm(0, [joy(100, isBinary=True), joy(100, name="a", isBinary=False)])),
        read_vrm(vrm(1, {"preset": {"blink": {"isBinary": True}}})),
    )
    assert zero is not None and zero.binary == {"joy"}
    assert one is not None and one.binary == {"blink"}


def test_nodes_of_a_vrm_get_names_of_their_own(tmp_path: Path) -> None:
    nodes = [{"name": "Head"}, {"name": "Head"}, {"name": "Head", "mesh": 0}, {}, {"mesh": 0}, {"name": "頭" * 40}, 3]
    path = tmp_path / "a.vrm"
    path.write_bytes(
        glb({**SCENE, "nodes": nodes, "meshes": [{"name": "Face"}], "extensions": {"VRM": {}, "VRMC_vrm": 1}})
    )
    names = [node["name"] for node in sniff(path).data["nodes"] if isinstance(node, dict)]
    assert names[:5] == ["Head", "Head.001", "Head", "Node_3", "Face"]
    assert len(names[5].encode()) < 63 and set(names[5]) == {"頭"}


def test_names_of_targets_stand_where_blender_looks(tmp_path: Path) -> None:
    path = tmp_path / "a.glb"
    named = {"primitives": [{"extras": {"targetNames": ["joy", "fun"]}}]}
    path.write_bytes(glb({**SCENE, "meshes": [named, {"extras": 3}, {"extras": {"targetNames": ["own"]}}]}))
    assert [(mesh.get("extras") or {}) for mesh in sniff(path).data["meshes"]] == [
        {"targetNames": ["joy", "fun"]},
        3,
        {"targetNames": ["own"]},
    ]
