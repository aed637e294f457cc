# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that belong to a model lie beside it, somewhere near, or nowhere."""

from __future__ import annotations

import zipfile
from pathlib import Path

import bpy
import pytest
from box_figure import figure, one_person
from files_made import write
from modelsheet.character.files.importers import clear, import_file
from modelsheet.character.files.sniff import sniff
from modelsheet.common.blender import has_importer, node_tree
from PIL import Image


def picture(path: Path) -> None:
    """Write a small PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (4, 4), (200, 100, 50)).save(path)


def material(name: str) -> bpy.types.Material:
    """A new material with nodes and nothing in them but an output."""
    made = bpy.data.materials.new(name)
    node_tree(made).nodes.clear()
    made.node_tree.nodes.new("ShaderNodeOutputMaterial")
    return made


def painted(path: Path) -> None:
    """Export the figure with a picture that lies at `path` now."""
    picture(path)
    body = figure(rig=False)
    made = material("Skin")
    tree = made.node_tree
    shader, node = tree.nodes.new("ShaderNodeBsdfPrincipled"), tree.nodes.new("ShaderNodeTexImage")
    node.image = bpy.data.images.load(str(path))
    tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])
    tree.links.new(shader.outputs[0], tree.nodes["Material Output"].inputs["Surface"])
    body.data.materials.append(made)
    body.data.uv_layers.new()


@pytest.mark.parametrize(
    ("suffix", "place"),
    [
        ("fbx", "model/Textures/skin.png"),
        ("obj", "textures/skin.png"),
        ("gltf", "model/deep/er/skin.png"),
        ("fbx", None),
    ],
)
def test_pictures_are_found_near_the_model(suffix: str, place: str | None, tmp_path: Path) -> None:
    clear()
    painted(tmp_path / "elsewhere" / "skin.png")
    path = tmp_path / "model" / f"hero.{suffix}"
    path.parent.mkdir()
    write(path)
    (tmp_path / "elsewhere" / "skin.png").unlink()
    (tmp_path / "model" / "skin.png").unlink(missing_ok=True)
    if place:
        picture(tmp_path / place)
    clear()
    import_file(path, sniff(path))
    images = [image for image in bpy.data.images if image.name.startswith("skin")]
    assert [min(image.size) > 0 for image in images] == [bool(place)]


def test_an_obj_without_its_materials_still_loads(tmp_path: Path) -> None:
    clear()
    figure(rig=False)
    write(tmp_path / "figure.obj")
    (tmp_path / "figure.mtl").unlink()
    one_person(tmp_path / "figure.obj")


def test_a_gltf_finds_its_data_by_name(tmp_path: Path) -> None:
    clear()
    figure()
    write(tmp_path / "figure.gltf")
    (tmp_path / "buffers").mkdir()
    (tmp_path / "figure.bin").rename(tmp_path / "buffers" / "figure.bin")
    one_person(tmp_path / "figure.gltf")


@pytest.mark.skipif(not has_importer("collada"), reason="this Blender has no COLLADA")
def test_a_zipped_collada_brings_its_pictures(tmp_path: Path) -> None:
    clear()
    painted(tmp_path / "skin.png")
    write(tmp_path / "figure.dae")
    with zipfile.ZipFile(tmp_path / "figure.zae", "w") as archive:
        archive.write(tmp_path / "figure.dae", "scene/figure.dae")
        archive.write(tmp_path / "skin.png", "scene/skin.png")
    for part in ("figure.dae", "skin.png"):
        (tmp_path / part).unlink()
    assert not any("missing" in warning for warning in one_person(tmp_path / "figure.zae"))
    assert [tuple(image.size) for image in bpy.data.images if image.source == "FILE"] == [(4, 4)]
