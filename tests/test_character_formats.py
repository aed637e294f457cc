# SPDX-License-Identifier: GPL-3.0-or-later
"""One small figure through every format: always found to be the same person."""

from __future__ import annotations

import types
from pathlib import Path

import addon_utils
import bpy
import pytest
from box_figure import both_sides, figure, one_person, skeleton
from files_made import write
from glb import rewrite_glb
from modelsheet.character.files.importers import clear, import_file
from modelsheet.character.files.sniff import sniff
from modelsheet.character.load import load_file
from modelsheet.character.measure import measure
from modelsheet.character.overrides import Overrides
from modelsheet.common.blender import has_importer
from modelsheet.common.errors import InputError

RIGGED = {"glb", "gltf", "fbx", "usda", "usdc", "usdz", "dae", "blend"}


#: Every format that this figure is written in.
FORMATS = "glb gltf fbx usda usdc usdz obj stl ply dae blend".split()


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_brings_the_same_figure(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"figure.{suffix}"
    if suffix == "dae" and not has_importer("collada"):
        path.write_text('<?xml version="1.0"?>\n<COLLADA/>', encoding="utf-8")
        with pytest.raises(InputError, match="no longer reads COLLADA"):
            load_file(path, Overrides())
        return
    clear()
    figure()
    write(path)
    loaded = load_file(path, Overrides())
    facts = loaded.facts
    assert (facts.kind, facts.body) == ("humanoid", "full")
    assert facts.height == pytest.approx(1.8, rel=0.02)
    assert facts.facing == pytest.approx((0.0, -1.0, 0.0), abs=0.03)
    assert facts.head.height == pytest.approx(0.24, abs=0.06)
    assert (loaded.armature is not None) == (suffix in RIGGED)
    assert (facts.rig == "mixamo") == (suffix in RIGGED)
    body = measure(loaded)
    assert len(body.parts["head"]) >= 8
    assert ("left_hand" in body.parts) == (suffix in RIGGED)


@pytest.mark.parametrize("suffix", ["glb", "blend", "obj"])
def test_files_without_faces_are_refused(suffix: str, tmp_path: Path) -> None:
    clear()
    skeleton("Bones", both_sides())
    path = tmp_path / f"bones.{suffix}"
    if suffix == "obj":
        path.write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\n", encoding="utf-8")
    else:
        write(path)
    with pytest.raises(InputError, match="nothing to photograph"):
        load_file(path, Overrides())


def test_an_alembic_brings_the_figure(tmp_path: Path) -> None:
    clear()
    figure(rig=False)
    one_person(write(tmp_path / "figure.abc"))


def test_a_mislabelled_file_is_loaded_and_said_so(tmp_path: Path) -> None:
    clear()
    figure()
    for suffix, false in (("glb", "fbx"), ("usdc", "glb"), ("blend", "vrm"), ("stl", "obj")):
        write(tmp_path / f"figure.{suffix}")
        (tmp_path / f"figure.{suffix}").replace(tmp_path / f"{suffix}.{false}")
    for suffix, false in (("glb", "fbx"), ("usdc", "glb"), ("blend", "vrm"), ("stl", "obj")):
        warned = one_person(tmp_path / f"{suffix}.{false}")
        assert any("really" in warning and "Rename it to" in warning for warning in warned)


def test_what_an_importer_stumbles_over_stays_one_line(tmp_path: Path) -> None:
    clear()
    figure()
    write(tmp_path / "figure.glb")
    rewrite_glb(tmp_path / "figure.glb", tmp_path / "b.glb", lambda data: data.update(accessors=[{}]))
    with pytest.raises(InputError) as caught:
        load_file(tmp_path / "b.glb", Overrides())
    assert "Traceback" not in str(caught.value)
    assert "bpy" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "head", "words"), [("x.usda", b"#usda 1.0\n", "built without USD"), ("x.dae", b"", "no longer reads")]
)
def test_a_blender_that_lacks_a_format_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, head: bytes, words: str
) -> None:
    monkeypatch.setattr("modelsheet.common.blender.has_importer", lambda _form: False)
    (tmp_path / name).write_bytes(head or b'<?xml version="1.0"?><COLLADA version="1.4.1"></COLLADA>')
    with pytest.raises(InputError, match=f"{words}.*glTF"):
        load_file(tmp_path / name, Overrides())


@pytest.mark.parametrize("suffix", ["pmx", "pmd"])
def test_an_mmd_model_asks_for_its_add_on(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"miku.{suffix}"
    path.write_bytes({"pmx": b"PMX \0\0\0\x40", "pmd": b"Pmd\0\0\x80\x3f"}[suffix])
    monkeypatch.setattr("addon_utils.modules", lambda **_options: [])
    with pytest.raises(InputError, match=r"MMD Tools; it is not installed\. Install it from extensions\.blender\.org"):
        load_file(path, Overrides())


#: An add-on that answers like MMD Tools: it makes a mesh, or for a small file none.
ADDON = """
import os
import bpy
bl_info = {"name": "MMD Tools", "blender": (4, 2, 0), "category": "Import-Export"}
class Import(bpy.types.Operator):
    bl_idname, bl_label = "mmd_tools.import_model", "Import"
    filepath: bpy.props.StringProperty()
    scale: bpy.props.FloatProperty()
    clean_model: bpy.props.BoolProperty()
    types: bpy.props.EnumProperty(
        items=[(name, name, "") for name in ("MESH", "ARMATURE", "MORPHS")], options={"ENUM_FLAG"}
    )
    def execute(self, context):
        if os.path.getsize(self.filepath) > 50:
            bpy.ops.mesh.primitive_cube_add(size=100 * self.scale)
        return {"FINISHED"}
def register(): bpy.utils.register_class(Import)
def unregister(): bpy.utils.unregister_class(Import)
"""


def test_an_mmd_model_is_read_by_an_installed_add_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mmd_tools"
    folder.mkdir()
    (folder / "__init__.py").write_text(ADDON, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("addon_utils.modules", lambda **_options: [types.SimpleNamespace(__name__="mmd_tools")])
    path = tmp_path / "miku.pmx"
    path.write_bytes(b"PMX " + bytes(100))
    clear()
    try:
        import_file(path, sniff(path))
        assert max(bpy.data.objects["Cube"].dimensions) == pytest.approx(8.0)
        path.write_bytes(b"PMX " + bytes(10))
        clear()
        with pytest.raises(InputError, match="may be cut off"):
            import_file(path, sniff(path))
    finally:
        addon_utils.disable("mmd_tools")
