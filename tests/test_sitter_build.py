# SPDX-License-Identifier: GPL-3.0-or-later
"""The sitter in Blender: stands on the floor, faces -Y, has its rig and every shape key, and each does its work."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from modelsheet.character.load import adopt
from modelsheet.character.overrides import Overrides
from modelsheet.common.tables import read_table
from modelsheet.sitter.build import build, parts_of
from modelsheet.sitter.face import Face
from modelsheet.sitter.hair import hair
from modelsheet.sitter.head import placements
from modelsheet.sitter.parameters import HERE, allowed, resolve, shape_of, words

RECIPE_KEYS = """mouthSmileLeft mouthSmileRight
cheekSquintLeft cheekSquintRight eyeSquintLeft eyeSquintRight eyeBlinkLeft
eyeBlinkRight eyeWideLeft eyeWideRight browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight jawOpen
jawForward mouthFunnel mouthPucker mouthStretchLeft mouthStretchRight mouthFrownLeft mouthFrownRight mouthPressLeft
mouthPressRight mouthDimpleLeft mouthDimpleRight mouthShrugLower mouthLeft mouthRight noseSneerLeft noseSneerRight
eyeLookDownLeft eyeLookDownRight eyeLookUpLeft eyeLookUpRight eyeLookInLeft eyeLookInRight eyeLookOutLeft
eyeLookOutRight cheekPuff""".split()
BONES = """Hips Spine Spine1 Spine2 Neck Head LeftEye RightEye LeftShoulder LeftArm LeftForeArm LeftHand RightShoulder
RightArm RightForeArm RightHand LeftUpLeg LeftLeg LeftFoot LeftToeBase RightUpLeg RightLeg RightFoot
RightToeBase""".split()


def coordinates(thing: bpy.types.Object) -> np.ndarray:
    """Vertices of a mesh object at rest."""
    out = np.empty(len(thing.data.vertices) * 3, dtype=np.float32)
    thing.data.vertices.foreach_get("co", out)
    return out.reshape(-1, 3)


def key_offsets(thing: bpy.types.Object, name: str) -> np.ndarray:
    """How far a shape key moves each vertex."""
    out = np.empty(len(thing.data.vertices) * 3, dtype=np.float32)
    thing.data.shape_keys.key_blocks[name].data.foreach_get("co", out)
    return out.reshape(-1, 3) - coordinates(thing)


def meshes() -> dict[str, bpy.types.Object]:
    """Mesh objects of the scene by name."""
    return {thing.name: thing for thing in bpy.data.objects if thing.type == "MESH"}


@pytest.fixture(scope="module")
def sitter() -> dict[str, bpy.types.Object]:
    """The sitter with its defaults, built once for the tests that only look."""
    said = build({})
    assert said == words({})
    return meshes()


@pytest.fixture(scope="module")
def face() -> Face:
    """The default face without Blender objects."""
    return Face(shape_of(resolve({})))


@pytest.fixture(scope="module")
def heads(face: Face) -> dict[str, np.ndarray]:
    """Where each key takes the points of the default face."""
    return placements(face, read_table(HERE / "keys.yaml").data)


def test_rig_has_its_bones_in_their_places(sitter: dict[str, bpy.types.Object]) -> None:
    rig = bpy.data.objects["Sitter"]
    assert set(BONES) <= {bone.name for bone in rig.data.bones}
    at = {bone.name: np.array(bone.head_local) for bone in rig.data.bones}
    assert at["LeftHand"][0] > at["LeftForeArm"][0] > at["LeftArm"][0] > 0.1
    for name in BONES:
        if name.startswith("Left"):
            assert np.allclose(at[name] * [-1, 1, 1], at[name.replace("Left", "Right")], atol=1e-6)
    down = at["LeftForeArm"] - at["LeftArm"]
    assert 35.0 < np.degrees(np.arctan2(down[0], -down[2])) < 50.0
    eye = coordinates(sitter["EyeLeft"])
    assert np.allclose(at["LeftEye"], 0.5 * (eye.min(axis=0) + eye.max(axis=0)), atol=0.002)


def test_stands_on_the_floor_facing_minus_y(sitter: dict[str, bpy.types.Object]) -> None:
    everything = np.concatenate([coordinates(thing) for thing in sitter.values()])
    assert abs(everything[:, 2].min()) < 0.004
    assert 1.6 < everything[:, 2].max() < 1.75
    assert len(everything) < 150_000
    eyes = coordinates(sitter["EyeLeft"]).mean(axis=0)
    head = coordinates(sitter["Head"])
    skull = head[head[:, 2] > eyes[2]]
    assert eyes[1] < skull.mean(axis=0)[1] - 0.03
    assert eyes[0] > 0.03


def test_every_key_of_the_recipes_exists_and_moves_its_own_side(sitter: dict[str, bpy.types.Object]) -> None:
    moved: dict[str, list[np.ndarray]] = {}
    for thing in sitter.values():
        for block in thing.data.shape_keys.key_blocks[1:] if thing.data.shape_keys else ():
            offsets = key_offsets(thing, block.name)
            size = np.linalg.norm(offsets, axis=1)
            assert size.max() < 0.06, (thing.name, block.name)
            moved.setdefault(block.name, []).append((coordinates(thing)[:, 0] * size).sum())
    assert set(RECIPE_KEYS) <= set(moved)
    for name, balance in moved.items():
        if name.endswith(("Left", "Right")) and name not in ("mouthLeft", "mouthRight", "jawLeft", "jawRight"):
            assert (sum(balance) > 0) == name.endswith("Left"), name


def test_blink_covers_the_eye(sitter: dict[str, bpy.types.Object]) -> None:
    head, eye = sitter["Head"], coordinates(sitter["EyeLeft"])
    center = 0.5 * (eye.min(axis=0) + eye.max(axis=0))
    triangles = [tuple(polygon.vertices) for polygon in head.data.polygons]
    from mathutils.bvhtree import BVHTree

    def covered(vertices: np.ndarray) -> float:
        tree = BVHTree.FromPolygons(vertices.tolist(), triangles)
        hits = [
            tree.ray_cast((center[0] + x, center[1] - 0.15, center[2] + z), (0, 1, 0), 0.16)[0]
            for x in np.linspace(-0.014, 0.014, 7)
            for z in np.linspace(-0.008, 0.008, 7)
        ]
        return sum(hit is not None and hit[1] < center[1] for hit in hits) / len(hits)

    rest = coordinates(head)
    assert covered(rest) < 0.2
    assert covered(rest + key_offsets(head, "eyeBlinkLeft")) == 1.0


def test_jaw_opens_smile_rises_frown_falls(face: Face, heads: dict[str, np.ndarray]) -> None:
    mouth = face.grid.slits["mouth"]
    middle = len(mouth.upper) // 2

    def gap(points: np.ndarray) -> float:
        return float(points[mouth.upper[middle], 2] - points[mouth.lower[middle], 2])

    assert abs(gap(face.rest)) < 0.002
    assert gap(heads["jawOpen"]) > 0.018
    corner = mouth.upper[-1]
    assert heads["mouthSmileLeft"][corner, 2] > face.rest[corner, 2] + 0.006
    assert heads["mouthFrownLeft"][corner, 2] < face.rest[corner, 2] - 0.006
    assert np.allclose(heads["mouthSmileLeft"][mouth.upper[0]], face.rest[mouth.upper[0]], atol=0.002)


def test_face_and_keys_are_mirror_images(face: Face, heads: dict[str, np.ndarray]) -> None:
    flip = np.array([-1.0, 1.0, 1.0])
    for left, right in (
        ("eyeBlinkLeft", "eyeBlinkRight"),
        ("mouthSmileLeft", "mouthSmileRight"),
        ("jawOpen", "jawOpen"),
    ):
        for name in ("upper", "lower"):
            one, other = getattr(face.grid.slits["left_eye"], name), getattr(face.grid.slits["right_eye"], name)
            assert np.allclose(heads[left][one] * flip, heads[right][other][::-1], atol=2e-4)


def test_skin_is_sound(sitter: dict[str, bpy.types.Object]) -> None:
    for thing in sitter.values():
        mesh = thing.data
        assert not mesh.validate(), thing.name
        assert np.isfinite(coordinates(thing)).all()
        used = np.zeros(len(mesh.vertices), dtype=bool)
        corners = np.empty(len(mesh.loops), dtype=np.int32)
        mesh.loops.foreach_get("vertex_index", corners)
        used[corners] = True
        assert used.all(), f"loose vertices in {thing.name}"
        weights = np.array([sum(group.weight for group in vertex.groups) for vertex in list(mesh.vertices)[::37]])
        assert np.allclose(weights, 1.0, atol=0.01), thing.name


def test_normals_point_outwards(sitter: dict[str, bpy.types.Object]) -> None:
    for name in ("EyeLeft", "EyeRight", "Top", "Bottom", "HandLeft", "HandRight", "ShoeLeft", "ShoeRight"):
        mesh = sitter[name].data
        volume = 0.0
        for polygon in mesh.polygons:
            volume += np.dot(polygon.center, polygon.normal) * polygon.area
        assert volume > 0.0, name
    head = sitter["Head"].data
    front = [polygon for polygon in head.polygons if polygon.center[1] < -0.09]
    assert sum(polygon.normal[1] < 0.35 for polygon in front) > 0.97 * len(front)


def bent(thing: bpy.types.Object, bone: str, angle: float) -> tuple[np.ndarray, float]:
    """Vertices of a mesh with one bone of the rig turned about its own x, and the longest edge then."""
    joint = bpy.data.objects["Sitter"].pose.bones[bone]
    joint.rotation_mode = "XYZ"
    joint.rotation_euler = (angle, 0.0, 0.0)
    try:
        mesh = thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
        after = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
        mesh.vertices.foreach_get("co", after)
        edges = np.empty(len(mesh.edges) * 2, dtype=np.int32)
        mesh.edges.foreach_get("vertices", edges)
    finally:
        joint.rotation_euler = (0.0, 0.0, 0.0)
    pair, after = edges.reshape(-1, 2), after.reshape(-1, 3)
    return after, float(np.linalg.norm(after[pair[:, 0]] - after[pair[:, 1]], axis=1).max())


def test_arm_bends_without_tearing(sitter: dict[str, bpy.types.Object]) -> None:
    after, longest = bent(sitter["Top"], "LeftForeArm", 1.4)
    assert np.linalg.norm(after - coordinates(sitter["Top"]), axis=1).max() > 0.1
    assert longest < 0.06


@pytest.mark.parametrize("finger", ["Thumb", "Index", "Middle", "Ring", "Pinky"])
def test_each_finger_bends_alone_without_tearing(sitter: dict[str, bpy.types.Object], finger: str) -> None:
    hand, rig = sitter["HandLeft"], bpy.data.objects["Sitter"]
    at_rest = coordinates(hand)
    after, longest = bent(hand, f"LeftHand{finger}2", 0.8)
    moved = np.linalg.norm(after - at_rest, axis=1)
    assert moved.max() > 0.02
    assert longest < 0.018  # the skin between two fingers stretches, none is torn
    for other in {"Thumb", "Index", "Middle", "Ring", "Pinky"} - {finger}:
        tip = np.array(rig.data.bones[f"LeftHand{other}3"].tail_local)
        around = np.linalg.norm(at_rest - tip, axis=1) < 0.012
        assert around.any() and moved[around].max() < 0.002, other


@pytest.mark.parametrize("style", allowed()["hair"])
def test_every_hair_style_grows_and_leaves_the_eyes_free(face: Face, style: str) -> None:
    locks = hair(face, read_table(HERE / "hair.yaml").data[style])
    if style == "bald":
        assert locks is None
        return
    assert np.isfinite(locks.vertices).all()
    assert len(locks.vertices) < 90_000
    assert np.abs(locks.vertices).max() < 0.45
    x, y, z = locks.vertices.T
    before_an_eye = (np.abs(np.abs(x) - face.eye[0]) < 0.015) & (np.abs(z) < 0.012) & (y < face.eye[1])
    assert before_an_eye.mean() < 0.002


def test_two_builds_are_equal(sitter: dict[str, bpy.types.Object]) -> None:
    chosen = resolve({})
    shape = shape_of(chosen)
    parts, _eye = parts_of(chosen, shape)
    assert {part.name for part in parts} == set(sitter)
    for part in parts:
        thing, again = sitter[part.name], part.vertices * shape["height"]
        assert np.array_equal(again.astype(np.float32), coordinates(thing))
        for block in thing.data.shape_keys.key_blocks[1:] if thing.data.shape_keys else ():
            moved = np.empty(len(block.data) * 3, dtype=np.float32)
            block.data.foreach_get("co", moved)
            key = (again + part.keys[block.name] * shape["height"]).astype(np.float32)
            assert np.array_equal(key.ravel(), moved), (part.name, block.name)


def test_the_sitter_is_understood(sitter: dict[str, bpy.types.Object]) -> None:
    """The last look at it: understanding a scene tidies it."""
    loaded = adopt("sitter", "0" * 64, Overrides(), words({}))
    facts = loaded.facts
    assert {mesh.name for mesh in loaded.meshes} == set(sitter)
    assert (facts.kind, facts.body, facts.face, facts.facing) == ("humanoid", "full", True, (0.0, -1.0, 0.0))
    assert facts.words == words({})
    assert loaded.warnings == []
    assert facts.landmarks["chin"][2] < facts.eyes[0][2] < facts.landmarks["crown"][2]


def test_another_person_is_another_shape() -> None:
    said = build({"class": "man", "age": "elder", "build": "sturdy", "hair": "bald", "feature": "scar", "skin": "deep"})
    assert said["hair"] == "bald head"
    assert "Hair" not in meshes()
    height = max(coordinates(thing)[:, 2].max() for thing in meshes().values())
    assert height > 1.66
