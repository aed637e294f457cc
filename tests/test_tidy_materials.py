# SPDX-License-Identifier: GPL-3.0-or-later
"""Materials that lack something: told once, and mended by what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from modelsheet.character.files.importers import clear
from modelsheet.character.load import adopt
from modelsheet.character.overrides import Overrides
from modelsheet.character.tidy.cleanup import clean
from tidy_scene import (
    BLUE,
    GREEN,
    RED,
    SKIN,
    ball,
    lost_picture,
    made,
    missing_metal_map,
    missing_normals,
    missing_skin,
    picture,
    shader,
    textured,
    unlit,
)


@pytest.fixture(autouse=True)
def empty() -> None:
    """An empty scene for every test."""
    clear()


def material_warnings(*materials: Any) -> list[str]:
    """What is said of these, side by side."""
    for index, material in enumerate(materials):
        ball(f"part {index}", at=(3.0 * index, 0, 0)).data.materials.append(material)
    return clean("case")


def test_materials_take_light_and_nothing_is_magenta() -> None:
    glowing, tree, output = made("Cloth")
    shader(tree, "Emission", output, Color=(0.1, 0.2, 0.3, 1.0))
    metal, tree, metal_output = made("Skin")
    surface = shader(tree, "BsdfPrincipled", metal_output, Metallic=1.0, Transmission_Weight=1.0)
    tree.links.new(textured(tree, lost_picture("lost")).outputs["Color"], surface.inputs["Base Color"])
    warnings = material_warnings(glowing, metal)
    assert any("Skin" in warning and "Cloth" not in warning for warning in warnings)
    lit = output.inputs["Surface"].links[0].from_node
    assert lit.type == "BSDF_PRINCIPLED"
    assert tuple(lit.inputs["Base Color"].default_value) == pytest.approx((0.1, 0.2, 0.3, 1.0))
    assert not surface.inputs["Base Color"].is_linked
    assert surface.inputs["Metallic"].default_value == surface.inputs["Transmission Weight"].default_value == 0.0


def test_missing_textures_are_told_once() -> None:
    warnings = material_warnings(missing_skin(), missing_normals(), missing_metal_map(), unlit())
    assert len(warnings) == 1
    assert "Skin" in warnings[0] and "Coat" in warnings[0] and "Trousers" in warnings[0]
    assert "Unlit" not in warnings[0]


@pytest.mark.parametrize(
    ("mesh", "color"),
    [("head", SKIN), ("hipoly_81_bones_opacity", (0.45, 0.38, 0.34)), ("hair and body", (0.45, 0.38, 0.34))],
)
def test_meshes_tell_what_a_material_without_a_telling_name_is_of(mesh: str, color: tuple[float, ...]) -> None:
    """A body is never taken for the hair that is in the same mesh."""
    material, tree, output = made("body_bake")
    surface = shader(tree, "BsdfPrincipled", output)
    tree.links.new(textured(tree, lost_picture("bake")).outputs[0], surface.inputs["Base Color"])
    ball(mesh).data.materials.append(material)
    clean("case")
    assert tuple(surface.inputs["Base Color"].default_value[:3]) == pytest.approx(color)


def test_one_picture_for_all_is_nobodys() -> None:
    """Blender's FBX exporter embeds one picture where the pictures have no names."""
    picture_of_all = picture("hero.fbm", GREEN)
    materials, shaders = [], []
    for name in ("Face_skin", "Hair"):
        material, tree, output = made(name)
        surface, bend = shader(tree, "BsdfPrincipled", output), shader(tree, "NormalMap")
        tree.links.new(textured(tree, picture_of_all).outputs[0], surface.inputs["Base Color"])
        if name == "Hair":
            tree.links.new(textured(tree, picture_of_all).outputs[0], bend.inputs["Color"])
            tree.links.new(bend.outputs[0], surface.inputs["Normal"])
        materials.append(material)
        shaders.append(surface)
    warnings = material_warnings(*materials)
    assert len(warnings) == 1 and "Face_skin, Hair" in warnings[0]
    assert [node.inputs["Base Color"].is_linked for node in shaders] == [False, False]
    assert not shaders[1].inputs["Normal"].is_linked


def test_a_file_without_colours_says_so_and_tells_skin_from_hair() -> None:
    materials = []
    for name in ("Face_skin", "Hair", "Boots", "EyeOcclusion"):
        material, tree, output = made(name)
        shader(tree, "BsdfPrincipled", output)
        materials.append(material)
    warnings = material_warnings(*materials)
    assert len(warnings) == 1 and "no colours" in warnings[0]
    shaders = {
        material.name: next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
        for material in materials
    }
    bright = {name: sum(node.inputs["Base Color"].default_value[:3]) for name, node in shaders.items()}
    assert bright["Hair"] < 0.3 < bright["Face_skin"]
    assert shaders["EyeOcclusion"].inputs["Alpha"].default_value == 0.0


def test_painted_vertices_colour_a_mesh_without_material() -> None:
    body = ball("Scan")
    layer = body.data.color_attributes.new("Col", "FLOAT_COLOR", "POINT")
    layer.data.foreach_set("color", np.random.default_rng(1).random(len(layer.data) * 4).astype(np.float32))
    assert clean("case") == []
    tree = body.material_slots[0].material.node_tree
    assert any(link.from_node.type == "VERTEX_COLOR" and link.to_socket.name == "Base Color" for link in tree.links)


@pytest.mark.parametrize(
    ("name", "socket", "value", "kept"),
    [
        ("Cornea", "Transmission Weight", 1.0, True),
        ("Skin", "Transmission Weight", 1.0, False),
        ("Steel plate", "Metallic", 1.0, True),
        ("Face", "Metallic", 0.6, False),
        ("Robot", "Metallic", 0.4, True),
        ("Skin", "IOR", 0.0, False),
        ("EyeOcclusion", "Alpha", 0.0, True),
        ("Skin", "Alpha", 0.5, False),
        ("Veil", "Alpha", 0.5, True),
        ("outerEyeShell", "Alpha", 1.0, False),
        ("Cheek", "Alpha", 1.0, True),
        ("LED", "Emission Strength", 3.0, True),
        ("Skin", "Emission Strength", 1.0, False),
        ("Skin", "Subsurface Scale", 50.0, False),
    ],
)
def test_values_that_nobody_means_are_undone(name: str, socket: str, value: float, kept: bool) -> None:
    material, tree, output = made(name)
    color = (0.5, 0.5, 0.5, 1.0) if name == "outerEyeShell" else RED
    node = shader(tree, "BsdfPrincipled", output, Base_Color=color)
    node.inputs["Subsurface Weight"].default_value = float(socket == "Subsurface Scale")
    node.inputs[socket].default_value = value
    material_warnings(material)
    assert (node.inputs[socket].default_value == pytest.approx(value)) is kept


@pytest.mark.parametrize(
    ("color", "painted"),
    [((0.9, 0.9, 0.9, 1.0), True), ((0.02, 0.1, 0.4, 1.0), False)],
    ids=["blank", "coloured"],
)
def test_blank_eyeballs_are_painted(color: tuple[float, ...], painted: bool) -> None:
    material, tree, output = made("Skin")
    shader(tree, "BsdfPrincipled", output, Base_Color=(*SKIN, 1.0))
    ball("Head", fine=40).data.materials.append(material)
    ball("Torso", at=(0, 0, -3), radius=1.6).data.materials.append(material)
    for side, place in (("L", 0.4), ("R", -0.4)):
        eye = ball(f"Eye.{side}", at=(place, -0.85, 0.1), radius=0.2)
        material, tree, output = made(f"Eye.{side}")
        shader(tree, "BsdfPrincipled", output, Base_Color=color)
        eye.data.materials.append(material)
    clean("case")
    loaded = adopt("case", "0" * 64, Overrides(), {})
    assert any("blank" in line for line in loaded.warnings) is painted
    eye = bpy.data.objects["Eye.L"].data
    used = {eye.materials[face.material_index].name for face in eye.polygons}
    assert used == ({"Eye stand-in"} if painted else {"Eye.L"})


@pytest.mark.parametrize(("name", "pierced"), [("Hair_cards", True), ("Jacket", False)])
def test_hair_gets_the_holes_of_its_picture(name: str, pierced: bool) -> None:
    image = bpy.data.images.new("strands", 16, 16, alpha=True)
    pixels = np.ones((16, 16, 4), dtype=np.float32)
    pixels[:, :8, 3] = 0.0
    image.pixels.foreach_set(pixels.ravel())
    image.pack()
    material, tree, output = made(name)
    surface = shader(tree, "BsdfPrincipled", output)
    tree.links.new(textured(tree, image).outputs[0], surface.inputs["Base Color"])
    material_warnings(material)
    assert surface.inputs["Alpha"].is_linked is pierced


@pytest.mark.skipif(bpy.app.version >= (5, 0, 0), reason="all materials have nodes")
def test_materials_without_nodes_keep_their_colour() -> None:
    material = bpy.data.materials.new("Plain")
    material.diffuse_color = BLUE
    material_warnings(material)
    surface = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    assert tuple(surface.inputs["Base Color"].default_value) == pytest.approx(BLUE)


def test_faces_on_a_missing_tile_get_a_stand_in(tmp_path: Path) -> None:
    tile = picture("tile", GREEN)
    tile.filepath_raw, tile.file_format = str(tmp_path / "skin.1001.png"), "PNG"
    tile.save()
    image = bpy.data.images.load(str(tmp_path / "skin.1001.png"))
    image.source, image.filepath = "TILED", str(tmp_path / "skin.<UDIM>.png")
    image.tiles.new(1002)
    material, tree, output = made("Skin")
    surface = shader(tree, "BsdfPrincipled", output)
    tree.links.new(textured(tree, image).outputs[0], surface.inputs["Base Color"])
    body = ball("Hero")
    layer = body.data.uv_layers.new()
    for face in body.data.polygons:
        for loop in face.loop_indices:
            layer.uv[loop].vector = (1.5 if face.center.z > 0 else 0.5, 0.5)
    body.data.materials.append(material)
    warnings = clean("case")
    slots = body.data.materials
    for face in body.data.polygons:
        shown = next(node for node in slots[face.material_index].node_tree.nodes if node.type == "BSDF_PRINCIPLED")
        assert shown.inputs["Base Color"].is_linked is (face.center.z < 0)
    assert len(warnings) == 1 and "Skin" in warnings[0]
