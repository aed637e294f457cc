# SPDX-License-Identifier: GPL-3.0-or-later
"""A .blend states its rights in text blocks and custom properties; a doubt about it is told with its mend."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from modelsheet.character.load import load_file
from modelsheet.character.overrides import Overrides
from modelsheet.plan.facts import SURE


@pytest.fixture
def blend(tmp_path: Path) -> Path:
    """A nameless cube with an author, a licence and a script, which must not run."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.mesh.primitive_cube_add()
    bpy.context.object["author"] = "Ada"
    bpy.context.object["author_age"] = 7
    for name, text in (("LICENSE.txt", "CC BY-NC 4.0\n" * 9), ("notes", "all rights reserved")):
        bpy.data.texts.new(name).write(text)
    script = bpy.data.texts.new("licence.py")
    script.write(f"open({str(tmp_path / 'ran')!r}, 'w')")
    script.use_module = True
    path = tmp_path / "cube.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False)
    return path


def test_a_blend_states_its_rights(blend: Path, tmp_path: Path) -> None:
    loaded = load_file(blend, Overrides())
    licence = loaded.facts.licence
    assert licence is not None
    assert (licence["source"], licence["author"], licence["name"]) == ("the .blend", "Ada", "CC BY-NC")
    assert licence["forbids"] == ["commercial use"]
    assert not bpy.data.texts
    assert not (tmp_path / "ran").exists()
    for about, option in (("facing", "--facing"), ("head", "--head")):
        doubted = loaded.facts.confidence[about] < SURE
        assert doubted == any(option in warning for warning in loaded.warnings)
    assert loaded.facts.confidence["facing"] < SURE
