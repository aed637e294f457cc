# SPDX-License-Identifier: GPL-3.0-or-later
"""What files bring along besides a character, and how they spoil its looks: each case is built here and cleaned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

import bmesh  # noqa: E402
from mathutils import Matrix  # noqa: E402
from modelsheet.character.files.importers import clear  # noqa: E402
from modelsheet.character.load import adopt  # noqa: E402
from modelsheet.character.overrides import Overrides  # noqa: E402
from modelsheet.character.tidy.cleanup import clean  # noqa: E402
from modelsheet.character.tidy.still import expressive  # noqa: E402
from modelsheet.common.blender import node_tree  # noqa: E402
from modelsheet.common.errors import InputError  # noqa: E402


@pytest.fixture(autouse=True)
def empty(request: pytest.FixtureRequest) -> None:
    """An empty scene for every test that builds one."""
    if not {"looks", "is_expression"} & set(request.fixturenames):
        clear()


def ball(name: str, at: tuple[float, float, float] = (0, 0, 0), radius: float = 1.0, fine: int = 24) -> Any:
    """A smooth ball in the scene."""
    mesh = bpy.data.meshes.new(name)
    work = bmesh.new()
    bmesh.ops.create_uvsphere(work, u_segments=fine, v_segments=fine // 2, radius=radius, calc_uvs=True)
    work.to_mesh(mesh)
    work.free()
    mesh.polygons.foreach_set("use_smooth", np.ones(len(mesh.polygons), dtype=bool))
    obj = bpy.data.objects.new(name, mesh)
    obj.location = at
    bpy.context.scene.collection.objects.link(obj)
    return obj


def shown() -> set[str]:
    """The names of the meshes that would be rendered."""
    return {obj.name for obj in bpy.context.scene.objects if obj.type == "MESH" and not obj.hide_render}


# --- strays ---------------------------------------------------------------------------------------------------------


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


# --- rest -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "is_expression"),
    [
        ("Fcl_ALL_Joy", True),
        ("mouthSmileLeft", True),
        ("Mouth_Open", True),
        ("viseme_PP", True),
        ("まばたき", True),
        ("eyelids closed", True),
        ("Brow Raise", True),
        ("Muscular", False),
        ("FBMHeavy", False),
        ("Breast size", False),
        ("mouth width", False),
        ("Nose bridge height", False),
        ("Age", False),
        ("Shoes_on", False),
        ("body_weight", False),
    ],
)
def test_expressions_are_told_from_shapes(name: str, is_expression: bool) -> None:
    assert expressive(name) is is_expression


def keyed(*names: str) -> Any:
    body = ball("Hero")
    body.shape_key_add(name="Basis")
    for name in names:
        body.shape_key_add(name=name).value = 0.7
    return body


def test_saved_expressions_go_and_the_saved_shape_stays() -> None:
    keys = keyed("mouthSmileLeft", "Muscular", "Wave").data.shape_keys
    keys.animation_data_create().action = bpy.data.actions.new("Talk")
    curve = keys.animation_data.action.fcurve_ensure_for_datablock(keys, 'key_blocks["Wave"].value')
    curve.keyframe_points.insert(1, 0.4)
    clean("case")
    assert {key.name: round(key.value, 3) for key in keys.key_blocks[1:]} == {
        "mouthSmileLeft": 0.0,
        "Muscular": 0.7,
        "Wave": 0.0,
    }
    assert keys.animation_data is None


def test_correctives_follow_the_rig_to_rest() -> None:
    """A key driven by a bone shows what it is with the rig at rest; one driven by a property what the file chose."""
    keys = keyed("Elbow fix", "Heavy").data.shape_keys
    data = bpy.data.armatures.new("rig")
    rig = bpy.data.objects.new("rig", data)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    data.edit_bones.new("arm").tail = (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    rig["heavy"] = 0.5
    rig.pose.bones["arm"].location.x = 0.6
    for key, path in (("Elbow fix", 'pose.bones["arm"].location[0]'), ("Heavy", '["heavy"]')):
        driver = keys.key_blocks[key].driver_add("value").driver
        driver.type = "AVERAGE"
        target = driver.variables.new().targets[0]
        target.id, target.data_path = rig, path
    clean("case")
    assert keys.key_blocks["Elbow fix"].value == pytest.approx(0.0)
    assert keys.key_blocks["Heavy"].value == pytest.approx(0.5)
    bpy.context.scene.frame_set(20)
    assert keys.key_blocks["Heavy"].value == pytest.approx(0.5)


def test_saved_actions_and_poses_do_not_move_the_character() -> None:
    body = ball("Hero", at=(1, 0, 0))
    body.animation_data_create().action = bpy.data.actions.new("Walk")
    curve = body.animation_data.action.fcurve_ensure_for_datablock(body, "location", index=0)
    curve.keyframe_points.insert(1, 50.0)
    bpy.context.scene.frame_set(90)
    body.location.x = 1
    clean("case")
    bpy.context.scene.frame_set(1)
    assert bpy.context.scene.frame_current == 1
    assert body.animation_data is None


# --- surfaces -------------------------------------------------------------------------------------------------------


def normals_of(body: Any) -> tuple[float, float]:
    """How far corner normals look out of a ball, in the mean, and how far faces do."""
    mesh = body.data
    corners = np.array([mesh.corner_normals[index].vector for index in range(len(mesh.loops))])
    spots = np.array([mesh.vertices[loop.vertex_index].co for loop in mesh.loops])
    faces = np.array([face.normal.dot(face.center.normalized()) for face in mesh.polygons])
    return float((corners * spots).sum(axis=1).mean()), float(faces.mean())


def turn_all(body: Any) -> None:
    body.data.flip_normals()


def turn_some(body: Any) -> None:
    work = bmesh.new()
    work.from_mesh(body.data)
    bmesh.ops.reverse_faces(work, faces=[face for face in work.faces if face.index % 3 == 0])
    work.to_mesh(body.data)
    work.free()


def contradict(body: Any) -> None:
    body.data.normals_split_custom_set_from_vertices([-vertex.normal for vertex in body.data.vertices])


def split_flat(body: Any) -> None:
    """As a glTF without normals comes: every face with corners of its own, shaded flat."""
    work = bmesh.new()
    work.from_mesh(body.data)
    bmesh.ops.split_edges(work, edges=work.edges)
    work.to_mesh(body.data)
    work.free()
    flat(body)


def flat(body: Any) -> None:
    body.data.polygons.foreach_set("use_smooth", np.zeros(len(body.data.polygons), dtype=bool))
    body.data.update()


@pytest.mark.parametrize("spoil", [turn_all, turn_some, contradict, split_flat, flat])
def test_round_surfaces_look_outwards_and_smooth(spoil: Callable[[Any], None]) -> None:
    body = ball("Hero", fine=40)
    body.shape_key_add(name="Basis")
    body.shape_key_add(name="mouthOpen").data[5].co.z += 0.5
    spoil(body)
    count = len(body.data.vertices)
    before = normals_of(body)
    clean("case")
    corners, faces = normals_of(body)
    assert min(before) < 0.9985 <= corners
    assert faces > 0.98
    assert len(body.data.vertices) == count
    assert body.data.shape_keys.key_blocks["mouthOpen"].data[5].co.z == pytest.approx(
        body.data.shape_keys.key_blocks["Basis"].data[5].co.z + 0.5
    )


def test_low_poly_looks_stay_flat_and_mirrored_parts_as_they_are() -> None:
    gem = ball("Gem", fine=14)
    flat(gem)
    mirrored = ball("Mirrored", at=(3, 0, 0))
    mirrored.scale.x = -1
    clean("case")
    assert not any(face.use_smooth for face in gem.data.polygons)
    assert normals_of(mirrored)[1] > 0.98


def test_points_that_are_no_numbers_are_mended() -> None:
    body = ball("Hero")
    body.data.vertices[0].co.x = float("nan")
    clean("case")
    assert np.isfinite([vertex.co[:] for vertex in body.data.vertices]).all()


# --- materials ------------------------------------------------------------------------------------------------------


def picture(name: str, color: tuple[float, ...], size: int = 8) -> Any:
    """An image of one colour (red, green, blue, alpha as stored)."""
    image = bpy.data.images.new(name, size, size, alpha=True)
    image.pixels.foreach_set(np.tile(np.array(color, dtype=np.float32), size * size))
    image.pack()
    return image


def lost_picture(name: str) -> Any:
    image = bpy.data.images.new(name, 4, 4)
    image.source, image.filepath = "FILE", f"/nowhere/{name}.png"
    return image


def made(name: str) -> tuple[Any, Any, Any]:
    """(material, its tree emptied, its output)."""
    material = bpy.data.materials.new(name)
    tree = node_tree(material)
    tree.nodes.clear()
    return material, tree, tree.nodes.new("ShaderNodeOutputMaterial")


def shader(tree: Any, kind: str, output: Any = None, **values: Any) -> Any:
    """A shader node with values (spaces as underscores), linked to the output where one is given."""
    node = tree.nodes.new(f"ShaderNode{kind}")
    for key, value in values.items():
        node.inputs[key.replace("_", " ")].default_value = value
    if output is not None:
        tree.links.new(node.outputs[0], output.inputs["Surface"])
    return node


def textured(tree: Any, image: Any) -> Any:
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    return node


RED, GREEN, BLUE = (0.8, 0.1, 0.1, 1.0), (0.1, 0.8, 0.1, 1.0), (0.1, 0.1, 0.8, 1.0)


def missing_skin() -> Any:
    material, tree, output = made("Skin")
    surface = shader(tree, "BsdfPrincipled", output)
    tree.links.new(textured(tree, lost_picture("skin")).outputs[0], surface.inputs["Base Color"])
    return material


def missing_under_a_mix() -> Any:
    material, tree, output = made("Face skin")
    surface = shader(tree, "BsdfPrincipled", output)
    mix = shader(tree, "MixRGB")
    mix.blend_type = "MULTIPLY"
    tree.links.new(textured(tree, lost_picture("face")).outputs[0], mix.inputs[1])
    tree.links.new(mix.outputs[0], surface.inputs["Base Color"])
    return material


def missing_normals() -> Any:
    material, tree, output = made("Coat")
    surface = shader(tree, "BsdfPrincipled", output, Base_Color=RED)
    bend = shader(tree, "NormalMap")
    tree.links.new(textured(tree, lost_picture("coat_n")).outputs[0], bend.inputs["Color"])
    tree.links.new(bend.outputs[0], surface.inputs["Normal"])
    return material


def missing_metal_map() -> Any:
    material, tree, output = made("Trousers")
    surface = shader(tree, "BsdfPrincipled", output, Base_Color=BLUE)
    parts = tree.nodes.new("ShaderNodeSeparateColor")
    tree.links.new(textured(tree, lost_picture("orm")).outputs[0], parts.inputs[0])
    tree.links.new(parts.outputs[2], surface.inputs["Metallic"])
    tree.links.new(parts.outputs[1], surface.inputs["Roughness"])
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


def unlit() -> Any:
    material, tree, output = made("Unlit")
    tree.links.new(textured(tree, picture("unlit", BLUE)).outputs[0], shader(tree, "Emission", output).inputs[0])
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


SKIN = (0.58, 0.36, 0.26)
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
    from PIL import Image

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


def material_warnings(*materials: Any) -> list[str]:
    """What is said of these, side by side."""
    for index, material in enumerate(materials):
        ball(f"part {index}", at=(3.0 * index, 0, 0)).data.materials.append(material)
    return clean("case")


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
