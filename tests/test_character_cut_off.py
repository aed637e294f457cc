# SPDX-License-Identifier: GPL-3.0-or-later
"""A file cut off anywhere is refused in one line, and neither it nor anything beside it is touched."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from box_figure import figure
from files_made import WRITERS, write
from glb import rewrite_glb
from hard_cases import vrm
from modelsheet.character.files.importers import clear
from modelsheet.character.load import load_file
from modelsheet.character.overrides import Overrides
from modelsheet.common.blender import has_importer
from modelsheet.common.errors import InputError

#: Text formats: what is left of one may hold a part of the figure, and nothing in it says where it should end.
TEXT = {"obj", "ply", "usda", "dae"}
FORMATS = [suffix for suffix in WRITERS if suffix != "dae" or has_importer("collada")]


def whole(folder: Path, suffix: str) -> Path:
    """The figure of boxes in a format."""
    clear()
    figure()
    if suffix != "vrm":
        return write(folder / f"whole.{suffix}")
    roles = {"hips": "Hips", "spine": "Spine", "head": "Head", "leftUpperArm": "LeftArm", "rightUpperArm": "RightArm"}
    glb = write(folder / "figure.glb")
    return rewrite_glb(glb, folder / "whole.vrm", lambda data: vrm(data, 1, roles, {}))


@pytest.mark.parametrize("suffix", [*FORMATS, "vrm"])
def test_cut_off_files_are_refused_in_one_line(
    suffix: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = whole(tmp_path_factory.mktemp("whole"), suffix)
    content = source.read_bytes()
    for neighbour in source.parent.glob("whole.bin"):
        shutil.copy(neighbour, tmp_path)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = sorted(path.name for path in tmp_path.iterdir())
    for tenth in range(10):
        path = tmp_path / f"cut.{suffix}"
        path.write_bytes(content[: len(content) * tenth // 10])
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        try:
            loaded = load_file(path, Overrides())
        except InputError as error:
            message = str(error)
            assert message.startswith(f"{path}: ") and message.endswith(".") and "\n" not in message
            assert not re.search(r"Traceback|bpy|Error:", message)
        else:
            assert suffix in TEXT, f"{tenth} tenths were taken for the whole"
            assert len(loaded.meshes) and np.isfinite(loaded.facts.height)
            json.dumps(loaded.facts.to_json(), allow_nan=False)
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
        path.unlink()
        assert sorted(path.name for path in tmp_path.iterdir()) == before
        assert list(temporary.iterdir()) == []
