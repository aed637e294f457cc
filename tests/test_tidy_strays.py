# SPDX-License-Identifier: GPL-3.0-or-later
"""What files bring along besides a character goes; what belongs to it stays."""

from __future__ import annotations

import bpy
import pytest
from modelsheet.character.files.importers import clear
from modelsheet.character.tidy.cleanup import clean
from modelsheet.common.errors import InputError
from tidy_scene import (
    ball,
    shown,
)


@pytest.fixture(autouse=True)
def empty() -> None:
    """An empty scene for every test."""
    clear()


@pytest.mark.parametrize(
    "name",
    "WGT-hand_ik.L cs_user_hips UCX_body_01 COL_hero body-colonly Collider RigidBody_03 hitbox.001 ShadowMesh".split(),
)
def test_helpers_are_set_aside_by_their_names(name: str) -> None:
    ball("Hero", fine=32)
    ball(name, radius=0.8)
    clean("case")
    assert shown() == {"Hero"}


@pytest.mark.parametrize("name", ["Collar", "Colette", "Wristband", "Shadowheart", "Jointed doll", "Physician"])
def test_parts_with_similar_names_stay(name: str) -> None:
    ball("Hero", fine=32)
    ball(name, at=(0, 0, 3))
    clean("case")
    assert shown() == {"Hero", name}


def test_helpers_go_by_collection_display_and_bones() -> None:
    ball("Hero", fine=32)
    group = bpy.data.collections.new("WGTS_rig")
    bpy.context.scene.collection.children.link(group)
    group.objects.link(ball("circle"))
    ball("cutter").display_type = "WIRE"
    ball("catcher").is_shadow_catcher = True
    ball("nothing").scale = (0, 0, 0)
    ball("Icosphere")
    clean("case")
    assert shown() == {"Hero"}


def test_a_file_of_helpers_only_shows_them_and_one_that_hides_all_shows_it() -> None:
    ball("UCX_a")
    clean("case")
    assert shown() == {"UCX_a"}
    clear()
    ball("Hero").hide_render = True
    clean("case")
    assert shown() == {"Hero"}


def test_the_finest_level_of_detail_is_shown() -> None:
    for level, fine in ((0, 32), (1, 16), (2, 8)):
        ball(f"Hero_LOD{level}", fine=fine)
    ball("Hat_LOD1", at=(0, 0, 1), fine=8)
    ball("Sword", at=(2, 0, 0))
    warnings = clean("case")
    assert shown() == {"Hero_LOD0", "Sword"}
    assert any("Hero_LOD1" in line for line in warnings)


def test_of_stacked_copies_one_is_shown() -> None:
    for number in range(1, 7):
        head = ball(f"Head-{number}")
        head.data.vertices[3].co *= 1 + 0.02 * number
    ball("Hair.001", at=(0, 0, 0.5))
    ball("Hair.002", at=(0, 0.4, 0.5))
    warnings = clean("case")
    assert shown() == {"Head-1", "Hair.001", "Hair.002"}
    assert len([line for line in warnings if "Head-2" in line]) == 1


def test_what_is_no_mesh_goes_or_becomes_one() -> None:
    ball("Hero")
    scene = bpy.context.scene.collection
    curve = bpy.data.curves.new("lock", "CURVE")
    curve.dimensions, curve.bevel_depth = "3D", 0.1
    curve.splines.new("POLY").points.add(1)
    curve.splines[0].points[1].co = (0, 0, 2, 1)
    for name, data in (
        ("lock", curve),
        ("text", bpy.data.curves.new("text", "FONT")),
        ("cam", bpy.data.cameras.new("c")),
    ):
        scene.objects.link(bpy.data.objects.new(name, data))
    clean("case")
    assert {obj.type for obj in bpy.context.scene.objects if not obj.hide_render} == {"MESH"}
    lock = next(obj for obj in bpy.context.scene.objects if obj.type == "MESH" and obj.name.startswith("lock"))
    assert lock.dimensions.z == pytest.approx(2, abs=0.3)


def test_what_hangs_on_a_lamp_stays_in_its_place() -> None:
    lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", "POINT"))
    bpy.context.scene.collection.objects.link(lamp)
    lamp.location.z = 5
    ball("Hero").parent = lamp
    clean("case")
    assert bpy.data.objects["Hero"].matrix_world.translation.z == pytest.approx(5)
    assert "lamp" not in bpy.data.objects


def test_instances_become_objects_where_they_stand() -> None:
    group = bpy.data.collections.new("asset")
    body = ball("Hero")
    bpy.context.scene.collection.objects.unlink(body)
    group.objects.link(body)
    for place in (3, 7):
        holder = bpy.data.objects.new(f"at {place}", None)
        holder.instance_type, holder.instance_collection = "COLLECTION", group
        holder.location.x = place
        bpy.context.scene.collection.objects.link(holder)
    clean("case")
    meshes = [obj for obj in bpy.context.scene.objects if obj.type == "MESH"]
    assert sorted(round(obj.matrix_world.translation.x) for obj in meshes) == [3, 7]


def test_a_scene_without_faces_is_refused() -> None:
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("rig", bpy.data.armatures.new("rig")))
    with pytest.raises(InputError, match="a skeleton but no mesh"):
        clean("case")


def test_particles_go_and_hair_stays() -> None:
    body = ball("Hero")
    for kind in ("EMITTER", "HAIR"):
        body.modifiers.new(kind, "PARTICLE_SYSTEM").particle_system.settings.type = kind
    clean("case")
    assert [modifier.show_render for modifier in body.modifiers] == [False, True]


def test_subdivision_stays_within_bounds() -> None:
    body = ball("Hero", fine=64)
    modifier = body.modifiers.new("Subdivision", "SUBSURF")
    modifier.render_levels, modifier.levels = 6, 0
    clean("case")
    assert modifier.render_levels == modifier.levels
    assert len(body.data.polygons) * 4**modifier.levels < 1_000_000
