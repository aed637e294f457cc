# SPDX-License-Identifier: GPL-3.0-or-later
"""Real characters: each is understood as a person would, or refused in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from modelsheet.character.load import load_file  # noqa: E402
from modelsheet.character.loaded import Body, Loaded  # noqa: E402
from modelsheet.character.measure import measure  # noqa: E402
from modelsheet.character.overrides import Overrides  # noqa: E402
from modelsheet.common.errors import InputError  # noqa: E402
from modelsheet.plan.facts import CharacterFacts  # noqa: E402


@dataclass(frozen=True)
class Expected:
    """head: height of the head as a share of the whole; eyes: height of the eyes as a share of chin to crown."""

    name: str
    kind: str
    body: str
    facing: tuple[int, int]
    head: tuple[float, float]
    eyes: tuple[float, float] | None
    face: bool
    sure: float


#: The alien's face is on the +Y side of its head and its rucksack on the other.
EXPECTED = [
    Expected("mpfb_human.blend", "humanoid", "full", (0, -1), (0.12, 0.14), (0.42, 0.55), True, 0.9),
    Expected("godette_vrm0.vrm", "humanoid", "full", (0, 1), (0.30, 0.36), (0.25, 0.40), True, 0.9),
    Expected("rocketbox_male01.fbx", "humanoid", "full", (0, -1), (0.12, 0.15), (0.40, 0.55), True, 0.9),
    Expected("robotexpressive.glb", "humanoid", "full", (0, -1), (0.30, 0.42), None, True, 0.6),
    Expected("makehuman_base.obj", "humanoid", "full", (0, -1), (0.12, 0.15), (0.40, 0.55), True, 0.8),
    Expected("ict_facekit_clean.blend", "humanoid", "head", (0, -1), (0.60, 0.72), (0.42, 0.58), True, 0.8),
    Expected("alien.glb", "humanoid", "full", (0, 1), (0.38, 0.46), None, False, 0.4),
    Expected("fox.glb", "other", "full", (0, -1), (0.25, 0.40), None, False, 0.8),
]


@pytest.fixture(scope="module")
def seen(characters: Path) -> dict[str, tuple[CharacterFacts, Body, Loaded]]:
    """Each file loaded and measured once; the handles of all but the last are stale, the data are not."""
    found = {}
    for row in EXPECTED:
        loaded = load_file(characters / row.name, Overrides())
        found[row.name] = (loaded.facts, measure(loaded), loaded)
    return found


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: row.name)
def test_characters_are_understood(row: Expected, seen: dict) -> None:
    facts, body, _loaded = seen[row.name]
    assert (facts.kind, facts.body, facts.face) == (row.kind, row.body, row.face)
    assert facts.facing[:2] == pytest.approx(row.facing, abs=0.03)
    assert facts.confidence["facing"] >= row.sure
    assert row.head[0] <= facts.head.height / facts.height <= row.head[1]
    assert (facts.eyes is not None) == (row.eyes is not None)
    if row.eyes and facts.eyes:
        chin = facts.landmarks["chin"][2]
        level = np.mean([eye[2] for eye in facts.eyes])
        assert row.eyes[0] <= (level - chin) / facts.head.height <= row.eyes[1]
        left = np.cross(facts.up, facts.facing)
        assert np.dot(np.subtract(*facts.eyes), left) > 0
    assert body.vertices.dtype == np.float32
    assert body.parts["head"].max() < len(body.vertices)
    assert set(body.parts["face"]) < set(body.parts["head"])
    heights = body.vertices[body.parts["head"], 2]
    assert heights.max() == pytest.approx(facts.landmarks["crown"][2], abs=0.01 * facts.height)
    assert all(np.isfinite(point).all() for point in body.points.values())


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: row.name)
def test_landmarks_stand_in_their_order(row: Expected, seen: dict) -> None:
    facts = seen[row.name][0]
    if row.kind == "other":
        return
    heights = [point[2] for point in facts.landmarks.values()]
    assert heights == sorted(heights, reverse=True)
    assert ("floor" in facts.landmarks) == (facts.body == "full")
    assert CharacterFacts.from_json(facts.to_json()) == facts


def test_faces_keep_their_keys(seen: dict) -> None:
    assert len(seen["mpfb_human.blend"][2].keys) == 52
    assert len(seen["ict_facekit_clean.blend"][2].keys["browInnerUp"]) == 2
    godette = seen["godette_vrm0.vrm"][2]
    assert {(drive.key, drive.full) for drive in godette.own["happy"]} == {("oh", 0.5), ("look_up", 0.25)}
    assert set(seen["robotexpressive.glb"][2].own) == {"angry", "surprised", "sad"}
    assert seen["rocketbox_male01.fbx"][2].bones["left_mouth_corner"] == "Bip01 LMouthCorner"


def test_points_lie_where_they_belong(seen: dict) -> None:
    for name in ("mpfb_human.blend", "rocketbox_male01.fbx", "ict_facekit_clean.blend"):
        facts, body, _loaded = seen[name]
        order = [body.points[point][2] for point in ("crown", "left_eye", "nose", "mouth", "chin")]
        assert order == sorted(order, reverse=True)
        forward = [np.dot(body.points[point], facts.facing) for point in ("nose", "mouth", "left_eye", "left_ear")]
        assert forward == sorted(forward, reverse=True)


def test_vrm_licence_and_missing_textures_are_told(seen: dict) -> None:
    assert seen["godette_vrm0.vrm"][0].licence["fields"]["licenseName"] == "CC_BY"
    assert any("m002_head" in warning for warning in seen["rocketbox_male01.fbx"][2].warnings)


def test_eyes_without_their_texture_are_painted(characters: Path) -> None:
    loaded = load_file(characters / "rocketbox_male01.fbx", Overrides())
    data = loaded.meshes[0].data
    painted = [face for face in data.polygons if data.materials[face.material_index].name == "Eye stand-in"]
    places = np.array([loaded.meshes[0].matrix_world @ face.center for face in painted])
    for eye in loaded.facts.eyes:
        assert np.linalg.norm(places - np.array(eye), axis=1).min() < 0.02
    assert np.ptp(places[:, 2]) < 0.05


def test_the_robot_is_whole(seen: dict) -> None:
    """Its parts hang on bones of a scaled armature, which the importer's default puts in the wrong places."""
    facts, body, _loaded = seen["robotexpressive.glb"]
    legs = body.vertices[(body.vertices[:, 2] > 0.3) & (body.vertices[:, 2] < 1.2)]
    assert len(legs) > 200
    assert facts.height == pytest.approx(4.46, abs=0.1)


def test_what_is_no_character_is_not_called_one(characters: Path) -> None:
    loaded = load_file(characters / "morphstresstest.gltf", Overrides())
    assert loaded.facts.kind == "other"
    assert not loaded.facts.face
    assert max(loaded.facts.confidence[about] for about in ("facing", "head", "eyes")) < 0.3
    assert loaded.facts.evidence["kind"]
    assert len(loaded.warnings) >= 2


#: What the complaint about a file says beside its name, where it says more than that it can't be read.
WORDS = {"bad_empty.glb": "empty", "bad_lfs_pointer.glb": "git", "yw_test.pmx": "MMD"}


def test_unusable_files_are_refused(characters: Path) -> None:
    files = sorted([*characters.glob("bad_*"), characters / "yw_test.pmx"])
    assert {path.name for path in files} > set(WORDS)
    for path in files:
        with pytest.raises(InputError) as caught:
            load_file(path, Overrides())
        assert str(path) in str(caught.value)
        assert WORDS.get(path.name, path.name) in str(caught.value)


def test_overrides_win_and_wrong_ones_name_the_choices(characters: Path) -> None:
    path = characters / "alien.glb"
    loaded = load_file(path, Overrides(facing="+x", head="body"))
    assert loaded.facts.facing == (1.0, 0.0, 0.0)
    assert loaded.facts.evidence["head"].startswith("mesh body")
    for wrong, words in (
        (Overrides(facing="up"), "-Y, +Y"),
        (Overrides(head="no such thing"), "armLeft"),
        (Overrides(character="nobody"), "tmpParent"),
    ):
        with pytest.raises(InputError, match=words.replace("+", r"\+")):
            load_file(path, wrong)


def test_the_users_file_stays_as_it_is(characters: Path, tmp_path: Path) -> None:
    source = characters / "godette_vrm0.vrm"
    copy = tmp_path / source.name
    copy.write_bytes(source.read_bytes())
    before = copy.stat().st_mtime_ns
    load_file(copy, Overrides())
    assert copy.read_bytes() == source.read_bytes()
    assert copy.stat().st_mtime_ns == before
    assert [path.name for path in tmp_path.iterdir()] == [source.name]


def test_points_follow_the_pose(characters: Path) -> None:
    loaded = load_file(characters / "mpfb_human.blend", Overrides())
    still = measure(loaded)
    head = loaded.armature.pose.bones[loaded.bones["head"]]
    head.rotation_mode = "XYZ"
    head.rotation_euler = (0.5, 0.0, 0.0)
    bowed = measure(loaded)
    assert np.linalg.norm(np.subtract(bowed.points["nose"], still.points["nose"])) > 0.03
    near = bowed.vertices[bowed.parts["face"]] - np.array(bowed.points["nose"])
    assert np.linalg.norm(near, axis=1).min() < 0.01
    assert bowed.points["left_hip"] == pytest.approx(still.points["left_hip"], abs=1e-5)
