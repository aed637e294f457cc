# SPDX-License-Identifier: GPL-3.0-or-later
"""The sitter made hard to understand, in one way at a time: through the door of a file it is found to be the same."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import bpy
import hard_cases as hard
import numpy as np
import pytest
from files_made import write
from glb import rewrite_glb
from hard_cases import Sitter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mathutils import Matrix
from modelsheet.character.load import adopt, load_file
from modelsheet.character.loaded import Loaded
from modelsheet.character.names.naming import find_roles
from modelsheet.character.overrides import Overrides
from modelsheet.common.blender import has_importer
from modelsheet.common.errors import InputError

#: Cases that the program does not understand yet, by the name of their row: what is wrong.
KNOWN: dict[str, str] = {
    "on the other side, turned, no rig": "rigless figures that lie across the axes are not stood up",
}


def rows(names: Iterable[str]) -> list[Any]:
    """Parameters, those that are known to fail marked as such."""
    marks = {name: pytest.mark.xfail(strict=True, reason=KNOWN[name]) for name in KNOWN}
    return [pytest.param(name, marks=marks.get(name, ())) for name in names]


STRIKING = ("happy", "surprised", "angry")
NONE = Overrides()
HERE = np.eye(4)


def turned(degrees: float, axis: str) -> Matrix:
    return Matrix.Rotation(math.radians(degrees), 4, axis)


@pytest.fixture(scope="module")
def sitter(tmp_path_factory: pytest.TempPathFactory) -> Sitter:
    return hard.build_light(tmp_path_factory.mktemp("sitter"))


@pytest.fixture
def case(sitter: Sitter, tmp_path: Path) -> Callable[..., Path]:
    """Turn the sitter, with or without its keys, into a case by `change` and write it to a file of the given kind."""

    def make(change: Callable[[], object], suffix: str = "blend", keys: bool = False) -> Path:
        hard.start(sitter.path if keys else sitter.plain)
        change()
        return write(tmp_path / f"case.{suffix}")

    return make


def off(loaded: Loaded, truth: np.ndarray) -> float:
    """Degrees between the facing that was found and the true one (laid on the floor)."""
    flat = np.array([truth[0], truth[1], 0.0]) / np.hypot(truth[0], truth[1])
    return math.degrees(math.acos(np.clip(np.dot(flat, loaded.facts.facing), -1.0, 1.0)))


def check(loaded: Loaded, sitter: Sitter, place: np.ndarray | Matrix = HERE, sure: bool = True) -> None:
    """The facts are true of the sitter as moved by `place`: who it is, facing, head and eyes.

    sure=False: it may be unsure of the facing, if it says so and how to mend it.
    """
    place, facts = np.array(place), loaded.facts
    assert (facts.kind, facts.body) == ("humanoid", "full")
    angle = off(loaded, place[:3, :3] @ np.array([0.0, -1.0, 0.0]))
    if sure or facts.confidence["facing"] >= 0.5:
        assert angle <= 10.0, facts.evidence
    else:
        assert any("--facing" in warning for warning in loaded.warnings)
    if facts.confidence["head"] < 0.5:
        assert any("--head" in warning for warning in loaded.warnings)
    back = np.linalg.inv(place)
    centre = hard.move(back, facts.head.center)
    assert np.all(centre > sitter.head[0]) and np.all(centre < sitter.head[1])
    high = float(sitter.head[1, 2] - sitter.head[0, 2])
    scale = float(np.cbrt(np.linalg.det(place[:3, :3])))
    assert 0.8 <= facts.head.height / scale / high <= 1.25
    if facts.eyes is not None and angle <= 10.0:
        for found, eye in zip(hard.move(back, facts.eyes), sitter.eyes, strict=True):
            # an eye is anything from the ball's centre to its front
            ahead = np.clip(eye[1] - found[1], 0.0, sitter.ball)
            assert np.linalg.norm(found - eye + [0.0, ahead, 0.0]) < 0.1 * high


# --- turned, moved, scaled, laid down ---

#: With or without it: what is done.
RIGS: dict[str, Callable[[], None]] = {"with its rig": lambda: None, "no rig": hard.without_rig}
PLACES = {
    "turned by 37 degrees": turned(37, "Z"),
    "turned by 90 degrees, 77 units to the metre": turned(90, "Z") @ Matrix.Scale(77.0, 4),
    "centimetres for metres, off the origin": Matrix.Translation((50.0, -50.0, 50.0)) @ Matrix.Scale(0.01, 4),
    "all of it": Matrix.Translation((300.0, -50.0, -20.0)) @ turned(-143, "Z") @ Matrix.Scale(77.0, 4),
}
LYING = {
    "on the back": turned(-90, "X"),
    "on the face": turned(90, "X"),
    "on the side": turned(90, "Y"),
    "on the other side, turned": turned(30, "Z") @ turned(-90, "Y"),
    "on the back, 77 units to the metre": turned(-90, "X") @ Matrix.Scale(77.0, 4),
    "upside down": turned(180, "Y"),
}
#: A rig tells its own up, whichever way it lies: of those with one a few are enough.
LAID = [
    *(f"{name}, no rig" for name in LYING),
    "on the face, with its rig",
    "on the other side, turned, with its rig",
    "on the back, 77 units to the metre, with its rig",
]


@pytest.mark.parametrize("name", rows(PLACES))
def test_place_turn_and_scale(name: str, sitter: Sitter, case: Callable[..., Path]) -> None:
    loaded = load_file(case(lambda: hard.place(PLACES[name])), NONE)
    check(loaded, sitter, PLACES[name])
    assert loaded.facts.confidence["facing"] >= 0.9
    assert not any("stood up" in warning for warning in loaded.warnings)


@pytest.mark.parametrize("row", rows(LAID))
def test_the_lying_stand_up(row: str, sitter: Sitter, case: Callable[..., Path]) -> None:
    name, _comma, rig = row.rpartition(", ")

    def change() -> None:
        RIGS[rig]()
        hard.place(LYING[name])

    loaded = load_file(case(change), NONE)
    head = next(mesh for mesh in loaded.meshes if mesh.name == "Head")
    place = hard.fit(sitter.vertices, hard.world(head))
    up = place[:3, 2] / np.linalg.norm(place[:3, 2])
    assert up[2] > math.cos(math.radians(3))
    check(loaded, sitter, place)
    assert any("stood up" in warning for warning in loaded.warnings)


@pytest.fixture(scope="module")
def tiny(sitter: Sitter) -> Matrix:
    hard.start(sitter.tiny)
    return hard.rig().matrix_world.copy()


@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(degrees=st.floats(-180, 180), power=st.floats(-3, 3), east=st.floats(-500, 500))
def test_any_turn_and_scale(degrees: float, power: float, east: float, tiny: Matrix) -> None:
    place = Matrix.Translation((east, 0.0, 0.0)) @ turned(degrees, "Z") @ Matrix.Scale(10**power, 4)
    hard.rig().matrix_world = place @ tiny
    facts = adopt("tiny", "", NONE, {}).facts
    assert np.dot(facts.facing, [math.sin(math.radians(degrees)), -math.cos(math.radians(degrees)), 0.0]) > 0.99
    assert facts.height == pytest.approx(1.66 * 10**power, rel=0.02)


# --- other names ---


def spine_in_order(loaded: Loaded, names: Mapping[str, str]) -> bool:
    """Whether spine, chest and upper chest, as far as they were found, go up the spine's bones, beginning with one."""
    order = [names[bone] for bone in ("Spine", "Spine1", "Spine2")]
    found = [loaded.bones[role] for role in ("spine", "chest", "upper_chest") if role in loaded.bones]
    places = [order.index(bone) for bone in found]
    return "spine" in loaded.bones and places == sorted(set(places))


def snake(name: str) -> str:
    return "".join("_" + char.lower() if char.isupper() else char for char in name)


ROLES = {bone: snake(name) for bone, name in hard.VRM_BONES.items()}
LIMBS = {bone: role for bone, role in ROLES.items() if role not in {"spine", "chest", "upper_chest"}}


#: Schemes whose names alone don't tell all limbs: the bones' places must.
UNTOLD = {"mmd_english", "gltf_joints", "russian"}
#: Other schemes that are read in a scene too: what is found there is nothing else than what the names say.
TOLD = {"daz_genesis_8", "makehuman", "mmd", "rigify", "unreal"}


@pytest.mark.parametrize("scheme", [scheme for scheme in hard.NAMES["bones"] if scheme not in UNTOLD])
def test_names_tell_the_limbs(scheme: str) -> None:
    names = hard.bone_names(scheme)
    found = find_roles([*names.values(), *(f"x{number}" for number in range(40))]).bones
    wanted = {role: names[bone] for bone, role in LIMBS.items()}
    assert {role: found.get(role) for role in wanted} == wanted
    assert set(found) <= set(ROLES.values())


@pytest.mark.parametrize("row", rows(f"bones {scheme}" for scheme in sorted(UNTOLD | TOLD)))
def test_bones_by_any_name(row: str, sitter: Sitter) -> None:
    scheme = row.removeprefix("bones ")
    names = hard.bone_names(scheme)
    hard.start(sitter.plain)
    hard.rename_bones(names)
    loaded = adopt(scheme, "", NONE, {})
    check(loaded, sitter)
    wanted = {role: names[bone] for bone, role in LIMBS.items()}
    assert {role: loaded.bones.get(role) for role in wanted} == wanted
    assert spine_in_order(loaded, names)
    assert set(loaded.bones) <= set(ROLES.values())
    assert loaded.facts.poses["relaxed_arms"].exact


def anonymous(seed: int) -> dict[str, str]:
    """The sitter's bones called by numbers that say nothing of their order."""
    bones = list(hard.bone_names("mixamo"))
    numbers = random.Random(seed).sample(range(100), len(bones))
    return {bone: f"node_{number}" for bone, number in zip(bones, numbers, strict=True)}


@pytest.mark.parametrize("rest", ["all else as it was", "no names", "no names and no keys"])
def test_bones_by_no_name(rest: str, sitter: Sitter, case: Callable[..., Path]) -> None:
    names = anonymous(len(rest))

    def change() -> None:
        hard.rename_bones(names, "node_1{:02}")
        if "names" in rest:
            hard.without_names()
        if "keys" in rest:
            hard.without_keys()

    loaded = load_file(case(change, keys=True), NONE)
    check(loaded, sitter, sure="keys" not in rest)
    wanted = {role: names[bone] for bone, role in LIMBS.items() if not role.endswith(("shoulder", "toes", "eye"))}
    assert {role: loaded.bones.get(role) for role in wanted} == wanted
    assert spine_in_order(loaded, names)
    more = {role: names[bone] for bone, role in LIMBS.items() if role not in wanted and role in loaded.bones}
    assert {role: loaded.bones[role] for role in more} == more
    assert loaded.facts.poses["relaxed_arms"].exact


@pytest.mark.parametrize("row", rows(f"keys {scheme}" for scheme in hard.NAMES["keys"]))
def test_keys_by_any_name(row: str, sitter: Sitter) -> None:
    scheme = row.removeprefix("keys ")
    hard.start(sitter.path)
    hard.rename_keys(hard.key_recipes(scheme))
    loaded = adopt(scheme, "", NONE, {})
    check(loaded, sitter)
    wanted = hard.NAMES["keys"][scheme]
    made = {name: loaded.facts.expressions[name].exact for name in STRIKING}
    assert {name: made[name] for name in wanted["exact"]} == dict.fromkeys(wanted["exact"], True)
    lacking = wanted.get("lacking", [])
    assert {name: made[name] for name in lacking} == dict.fromkeys(lacking, False)


# --- less of it ---


def everything_off() -> None:
    hard.without_keys()
    hard.without_rig()
    hard.without_names()


#: name -> what is done, and whether enough is left to be sure of the facing.
STRIPPED: dict[str, tuple[Callable[[], None], bool]] = {
    "no rig": (hard.without_rig, True),
    "no rig, no eyes": (lambda: (hard.without_rig(), hard.without_parts("EyeLeft", "EyeRight", "Lashes")), True),
    "no rig, no keys": (lambda: (hard.without_rig(), hard.without_keys()), True),
    "no keys": (hard.without_keys, True),
    "no names": (hard.without_names, True),
    "no names, no rig": (lambda: (hard.without_rig(), hard.without_names()), True),
    "no names, no rig, no keys": (everything_off, False),
    "one mesh": (hard.joined, False),
    "one mesh, no hair": (lambda: (hard.without_parts("Hair"), hard.joined()), False),
    "one mesh, turned": (lambda: (hard.joined(), hard.place(turned(37, "Z"))), False),
}


@pytest.mark.parametrize("name", rows(STRIPPED))
def test_less_of_it(name: str, sitter: Sitter, case: Callable[..., Path]) -> None:
    change, sure = STRIPPED[name]
    loaded = load_file(case(change, keys=True), NONE)
    check(loaded, sitter, turned(37, "Z") if "turned" in name else HERE, sure)
    keys = not ("keys" in name or "one mesh" in name)
    assert loaded.facts.expressions["happy"].exact == keys
    assert (loaded.armature is None) == ("rig" in name or "one mesh" in name)


BODY = ("Top", "Bottom", "HandLeft", "HandRight", "ShoeLeft", "ShoeRight")
CUT: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "a bust": (BODY[1:], {"bust"}),
    "a head": (BODY, {"bust", "head"}),
}


@pytest.mark.parametrize("row", rows(f"{name}, {rig}" for name in CUT for rig in RIGS))
def test_busts_and_heads(row: str, case: Callable[..., Path]) -> None:
    name, _comma, rig = row.rpartition(", ")
    parts, kinds = CUT[name]

    def change() -> None:
        hard.without_parts(*parts)
        RIGS[rig]()

    loaded = load_file(case(change, keys=True), NONE)
    assert loaded.facts.body in kinds
    assert off(loaded, np.array([0.0, -1.0, 0.0])) < 10.0
    assert loaded.facts.expressions["happy"].exact


# --- through every exporter and back ---

#: STL and PLY bring no more than OBJ does, and USDA what USDZ does: tests/test_character_formats.py reads them.
FORMATS = ["glb", "fbx", "usdz", "obj", "dae"]
WITH_KEYS = {"glb", "fbx", "usdz"}
WITH_RIG = WITH_KEYS | {"dae"}


@pytest.mark.parametrize("suffix", rows(FORMATS))
def test_out_and_in_again(suffix: str, sitter: Sitter, case: Callable[..., Path]) -> None:
    if suffix == "dae" and not has_importer("collada"):
        pytest.skip("this Blender has no COLLADA")
    loaded = load_file(case(lambda: None, suffix, keys=True), NONE)
    check(loaded, sitter, sure=suffix in WITH_RIG)
    assert (loaded.armature is not None) == (suffix in WITH_RIG)
    made = {name: loaded.facts.expressions[name].exact for name in STRIKING}
    assert made == dict.fromkeys(STRIKING, suffix in WITH_KEYS)
    assert loaded.facts.poses["relaxed_arms"].exact == (suffix in WITH_RIG)


#: What a VRM's expressions are made of: keys whose names say nothing.
VRM_KEYS = {
    "k1": {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0},
    "k2": {"cheekSquintLeft": 1.0, "cheekSquintRight": 1.0},
    "k3": {"browDownLeft": 1.0, "browDownRight": 1.0, "mouthFrownLeft": 0.8, "mouthFrownRight": 0.8},
    "k4": {"browInnerUp": 1.0, "browOuterUpLeft": 1.0, "browOuterUpRight": 1.0, "jawOpen": 0.6},
}
EXPRESSIONS = {
    0: {"joy": {"k1": 1.0, "k2": 0.5}, "angry": {"k3": 1.0}, "Surprised": {"k4": 1.0}},
    1: {"happy": {"k1": 1.0, "k2": 0.5}, "angry": {"k3": 1.0}, "surprised": {"k4": 1.0}},
}


@pytest.mark.parametrize(("version", "inside"), [(0, "primitives"), (1, "mesh")])
def test_vrm_says_what_its_names_do_not(
    version: int, inside: str, sitter: Sitter, case: Callable[..., Path], tmp_path: Path
) -> None:
    names = anonymous(version)
    place = turned(180 if version == 0 else 0, "Z")

    def change() -> None:
        hard.rename_keys(VRM_KEYS)
        hard.rename_bones(names, "node_1{:02}")
        hard.place(place)

    def as_vrm(data: dict[str, Any]) -> None:
        roles = {role: names[bone] for bone, role in hard.VRM_BONES.items()}
        hard.vrm(data, version, roles, EXPRESSIONS[version])
        if inside == "primitives":
            for mesh in data["meshes"]:
                mesh["primitives"][0]["extras"] = mesh.pop("extras", {})

    loaded = load_file(rewrite_glb(case(change, "glb", keys=True), tmp_path / "ada.vrm", as_vrm), NONE)
    check(loaded, sitter, place)
    assert loaded.facts.name == "Ada"
    assert loaded.bones == {role: names[bone] for bone, role in ROLES.items()}
    assert {name: loaded.facts.expressions[name].exact for name in STRIKING} == dict.fromkeys(STRIKING, True)
    smile = {drive.key: drive.full for drive in loaded.own["happy"]}
    assert sorted(smile.values()) == [pytest.approx(0.5), pytest.approx(1.0)]
    assert "Bob" in json.dumps(loaded.facts.licence)


# --- two of it ---

TWIN = Matrix.Translation((2.0, 0.5, 0.0)) @ turned(90, "Z") @ Matrix.Scale(0.6, 4)


def pair() -> None:
    """The sitter, a smaller copy beside it that faces +X, the ground and a crate."""
    hard.second(TWIN, "Twin")
    bpy.ops.mesh.primitive_plane_add(size=12.0)
    bpy.context.object.name = "Ground"
    bpy.ops.mesh.primitive_cube_add(size=0.7, location=(-1.8, 0.6, 0.35))
    bpy.context.object.name = "Crate"


def shown() -> set[str]:
    """Names of the meshes that a renderer would show."""
    return {mesh.name for mesh in hard.meshes() if not mesh.hide_render}


@pytest.mark.parametrize("suffix", ["blend", "glb"])
def test_of_two_one_is_chosen(suffix: str, sitter: Sitter, case: Callable[..., Path]) -> None:
    loaded = load_file(case(pair, suffix), Overrides(character="Twin"))
    assert (loaded.facts.name, [facts.name for facts in loaded.others]) == ("Twin", ["Sitter"])
    check(loaded, sitter, TWIN)
    assert shown() == {mesh.name for mesh in loaded.meshes}
    assert shown() == {f"{name}.001" for name in sitter.names}


def test_of_two_the_unchosen_is_named_and_nobody_is_not_found(case: Callable[..., Path]) -> None:
    path = case(pair)
    loaded = load_file(path, NONE)
    assert [facts.name for facts in loaded.others] == [{"Sitter": "Twin", "Twin": "Sitter"}[loaded.facts.name]]
    with pytest.raises(InputError, match=r"Sitter.*Twin|Twin.*Sitter"):
        load_file(path, Overrides(character="nobody"))


@pytest.mark.parametrize("who", rows(["Ada", "Bob"]))
def test_of_two_statues_one_is_chosen(who: str, sitter: Sitter, case: Callable[..., Path]) -> None:
    def change() -> None:
        hard.without_rig()
        hard.under("Ada")
        hard.second(TWIN, "Bob")

    loaded = load_file(case(change), Overrides(character=who))
    assert loaded.facts.name == who
    assert [facts.name for facts in loaded.others] == [{"Ada": "Bob", "Bob": "Ada"}[who]]
    check(loaded, sitter, TWIN if who == "Bob" else HERE)
    assert shown() == {f"{name}.001" if who == "Bob" else name for name in sitter.names}
