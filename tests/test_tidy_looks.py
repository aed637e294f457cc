# SPDX-License-Identifier: GPL-3.0-or-later
"""Spoilt materials, rendered: each shows its colour in the light."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from mathutils import Matrix
from modelsheet.character.files.importers import clear
from modelsheet.character.tidy.cleanup import clean
from modelsheet.common.blender import node_tree
from PIL import Image
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


def missing_under_a_mix() -> Any:
    material, tree, output = made("Face skin")
    surface = shader(tree, "BsdfPrincipled", output)
    mix = shader(tree, "MixRGB")
    mix.blend_type = "MULTIPLY"
    tree.links.new(textured(tree, lost_picture("face")).outputs[0], mix.inputs[1])
    tree.links.new(mix.outputs[0], surface.inputs["Base Color"])
    return material


def toon() -> Any:
    material, tree, output = made("Toon")
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].color = (0.3, 0.02, 0.02, 1.0)
    ramp.color_ramp.elements[1].color = RED
    light = tree.nodes.new("ShaderNodeShaderToRGB")
    tree.links.new(shader(tree, "BsdfDiffuse").outputs[0], light.inputs[0])
    tree.links.new(light.outputs[0], ramp.inputs[0])
    tree.links.new(ramp.outputs[0], shader(tree, "Emission", output).inputs[0])
    return material


def painted_toon() -> Any:
    material, tree, output = made("Painted toon")
    light = tree.nodes.new("ShaderNodeShaderToRGB")
    mix = shader(tree, "MixRGB")
    mix.blend_type = "MULTIPLY"
    tree.links.new(shader(tree, "BsdfDiffuse").outputs[0], light.inputs[0])
    tree.links.new(light.outputs[0], mix.inputs[2])
    tree.links.new(textured(tree, picture("body_diffuse", GREEN)).outputs[0], mix.inputs[1])
    tree.links.new(mix.outputs[0], shader(tree, "Emission", output).inputs[0])
    return material


def holdout() -> Any:
    material, tree, output = made("Hidden face skin")
    shader(tree, "Holdout", output)
    return material


def unlinked() -> Any:
    material, tree, _output = made("Loose")
    textured(tree, picture("loose_color", RED))
    return material


def mmd() -> Any:
    group = bpy.data.node_groups.new("mmd_shader", "ShaderNodeTree")
    for name, kind in (("Diffuse Color", "Color"), ("Base Tex", "Color"), ("Sphere Tex", "Color")):
        group.interface.new_socket(name, in_out="INPUT", socket_type=f"NodeSocket{kind}")
    group.interface.new_socket("Shader", in_out="OUTPUT", socket_type="NodeSocketShader")
    material, tree, output = made("MMD")
    node = tree.nodes.new("ShaderNodeGroup")
    node.node_tree = group
    tree.links.new(textured(tree, picture("tex", GREEN)).outputs[0], node.inputs["Base Tex"])
    tree.links.new(textured(tree, lost_picture("sphere")).outputs[0], node.inputs["Sphere Tex"])
    tree.links.new(node.outputs[0], output.inputs["Surface"])
    return material


def lost_group() -> Any:
    """The add-on or library that had the shader is not here."""
    group = bpy.data.node_groups.new("Foreign shader", "ShaderNodeTree")
    group.interface.new_socket("Base Color", in_out="INPUT", socket_type="NodeSocketColor")
    group.interface.new_socket("Shader", in_out="OUTPUT", socket_type="NodeSocketShader")
    material, tree, output = made("Foreign")
    node = tree.nodes.new("ShaderNodeGroup")
    node.node_tree = group
    tree.links.new(textured(tree, picture("foreign", BLUE)).outputs[0], node.inputs["Base Color"])
    tree.links.new(node.outputs[0], output.inputs["Surface"])
    bpy.data.node_groups.remove(group)
    return material


def old_toon() -> Any:
    material, tree, output = made("Toon shader")
    shader(tree, "BsdfToon", output, Color=BLUE)
    return material


def metal() -> Any:
    material, tree, output = made("Material #3")
    shader(tree, "BsdfPrincipled", output, Base_Color=GREEN, Metallic=1.0, Roughness=0.0)
    return material


def glassy() -> Any:
    material, tree, output = made("M_Face")
    shader(tree, "BsdfPrincipled", output, Base_Color=RED, Transmission_Weight=1.0, Roughness=0.0)
    return material


def empty_alpha() -> Any:
    material, tree, output = made("Material")
    surface = shader(tree, "BsdfPrincipled", output)
    image = textured(tree, picture("atlas", (*BLUE[:3], 0.0)))
    tree.links.new(image.outputs[0], surface.inputs["Base Color"])
    tree.links.new(image.outputs[1], surface.inputs["Alpha"])
    return material


def shiny_alpha() -> Any:
    """Games keep shine in the alpha of the skin's texture."""
    material, tree, output = made("Body skin")
    surface = shader(tree, "BsdfPrincipled", output)
    image = textured(tree, picture("skin_d", (*RED[:3], 0.3)))
    tree.links.new(image.outputs[0], surface.inputs["Base Color"])
    tree.links.new(image.outputs[1], surface.inputs["Alpha"])
    return material


def white_glow() -> Any:
    material, tree, output = made("Outfit")
    surface = shader(tree, "BsdfPrincipled", output, Emission_Color=(1, 1, 1, 1), Emission_Strength=1.0)
    tree.links.new(textured(tree, picture("outfit", GREEN)).outputs[0], surface.inputs["Base Color"])
    return material


def baked_glow() -> Any:
    material, tree, output = made("Baked")
    surface = shader(tree, "BsdfPrincipled", output, Base_Color=(0, 0, 0, 1), Emission_Strength=1.0)
    tree.links.new(textured(tree, picture("baked", RED)).outputs[0], surface.inputs["Emission Color"])
    return material


def lost_attribute() -> Any:
    material, tree, output = made("Painted")
    surface = shader(tree, "BsdfPrincipled", output)
    node = tree.nodes.new("ShaderNodeVertexColor")
    node.layer_name = "no such layer"
    mix = shader(tree, "MixRGB", Fac=1.0, Color1=BLUE)
    mix.blend_type = "MULTIPLY"
    tree.links.new(node.outputs[0], mix.inputs[2])
    tree.links.new(mix.outputs[0], surface.inputs["Base Color"])
    return material


def invisible() -> Any:
    material, tree, output = made("Shirt")
    shader(tree, "BsdfPrincipled", output, Base_Color=GREEN, Alpha=0.0)
    return material


#: builder of a spoilt material -> the colour that it must show (linear).
LOOKS: dict[Callable[[], Any], tuple[float, ...]] = {
    missing_skin: SKIN,
    missing_under_a_mix: SKIN,
    missing_normals: RED,
    missing_metal_map: BLUE,
    toon: RED,
    painted_toon: GREEN,
    unlit: BLUE,
    holdout: SKIN,
    unlinked: RED,
    mmd: GREEN,
    lost_group: BLUE,
    old_toon: BLUE,
    metal: GREEN,
    glassy: RED,
    empty_alpha: BLUE,
    shiny_alpha: RED,
    white_glow: GREEN,
    baked_glow: RED,
    lost_attribute: BLUE,
    invisible: GREEN,
}


#: Places of two more balls in the picture, behind those of LOOKS.
INKED, BARE = 23, 24


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[np.ndarray, float]]:
    """case -> (mean sRGB colour and alpha of its ball's middle, how much its brightness varies): one picture of all."""
    clear()
    rows = list(LOOKS)
    side, step = 5, 2.4
    for index, build in enumerate(rows):
        body = ball(build.__name__, at=(index % side * step, 0, index // side * step), fine=16)
        body.data.materials.append(build())
    inked = ball("inked", at=(INKED % side * step, 0, INKED // side * step), fine=16)
    shell = ball("ink", at=inked.location, radius=1.04, fine=16)
    shell.data.flip_normals()
    for body, color in ((inked, RED), (shell, (0.0, 0.0, 0.0, 1.0))):
        material, tree, output = made(body.name)
        shader(tree, "BsdfPrincipled", output, Base_Color=color)
        body.data.materials.append(material)
    bare = ball("bare", at=(BARE % side * step, 0, BARE // side * step), fine=16)
    names = [*(build.__name__ for build in rows), inked.name, bare.name]
    clean("case")
    places = [*range(len(rows)), INKED, BARE]
    rendered = _photograph(tmp_path_factory.mktemp("looks") / "all.png", side * step)
    return {name: _cell(rendered, place, side) for name, place in zip(names, places, strict=True)}


def _photograph(path: Path, width: float) -> np.ndarray:
    """(height, width, 4) of all balls from the front, under a white sky and a sun from the upper left."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = 4, False
    scene.render.resolution_x = scene.render.resolution_y = 96
    scene.render.film_transparent = True
    scene.view_settings.view_transform = "Standard"
    world = bpy.data.worlds.new("sky")
    scene.world = world
    background = next(node for node in node_tree(world).nodes if node.type == "BACKGROUND")
    background.inputs["Color"].default_value = (0.5, 0.5, 0.5, 1.0)
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    sun.data.energy, sun.rotation_euler = 2.0, (0.9, -0.6, 0.0)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.data.type, camera.data.ortho_scale = "ORTHO", width
    camera.matrix_world = Matrix.Translation((width / 2 - 1.2, -20, width / 2 - 1.2)) @ Matrix.Rotation(
        np.pi / 2, 4, "X"
    )
    for obj in (sun, camera):
        scene.collection.objects.link(obj)
    scene.camera = camera
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)

    with Image.open(path) as image:
        return np.asarray(image.convert("RGBA"), dtype=float) / 255


def _cell(rendered: np.ndarray, place: int, side: int) -> tuple[np.ndarray, float]:
    size = rendered.shape[0] / side
    row, column = side - 1 - place // side, place % side
    top, left = round((row + 0.3) * size), round((column + 0.3) * size)
    part = rendered[top : top + round(0.4 * size), left : left + round(0.4 * size)].reshape(-1, 4)
    return part.mean(axis=0), float(np.ptp(part[:, :3].max(axis=1)))


@pytest.mark.render
@pytest.mark.parametrize("build", LOOKS, ids=lambda build: build.__name__)
def test_spoilt_materials_show_their_colour_in_the_light(build: Callable[[], Any], looks: dict) -> None:
    color, varies = looks[build.__name__]
    assert color[3] > 0.99, "it can be seen through"
    wanted = np.array(LOOKS[build][:3]) ** (1 / 2.2)
    assert np.corrcoef(color[:3], wanted)[0, 1] > 0.9, f"shows {color[:3].round(2)}"
    assert 0.25 < color[:3].max() < 0.99, "as bright as lit things are"
    assert np.ptp(color[:3]) > 0.08, "not grey"
    assert varies > 0.01, "light falls on it"


@pytest.mark.render
def test_outlines_do_not_cover_and_bare_meshes_are_skin_like(looks: dict) -> None:
    assert looks["inked"][0][0] > 2 * looks["inked"][0][1]
    red, green, blue, alpha = looks["bare"][0]
    assert alpha > 0.99
    assert 0.3 < blue < green < red < 0.95
